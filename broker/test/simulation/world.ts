// The simulated world: a real shard with its handlers on a store that loses what was not committed when the process
// is killed, under fake timers. A seed decides everything: when commits end, fail, or never end, and when the kill comes.

import type { Random } from '@millrace/harness';
import {
  type ApiName,
  MillraceError,
  type RequestInput,
  type ResponseInput,
} from '@millrace/protocol';
import { MemoryStore, type Store } from '@millrace/storage';
import { type Fault, FaultyStore } from '@millrace/storage/testing';
import { vi } from 'vitest';
import { UNLIMITED } from '../../src/access/access.ts';
import { CancelToken } from '../../src/dispatch/cancel-token.ts';
import { createHandlers } from '../../src/handlers/create-handlers.ts';
import type { HandledApiName, Handler, Handlers } from '../../src/handlers/handler.ts';
import { ShardMetrics } from '../../src/metrics/shard-metrics.ts';
import { openShard } from '../../src/shard/open-shard.ts';
import { asReceived } from '../shard/as-received.ts';
import { TestCancel } from '../shard/open-test-shard.ts';
import { testSecurity } from '../shard/test-security.ts';

const CONNECTION = {
  connectionId: 1,
  sessionId: 'simulation',
  remoteAddress: '127.0.0.1',
  remotePort: 1,
  advertisedHost: '127.0.0.1',
  advertisedPort: 7650,
  clientName: 'simulation',
  clientVersion: '0',
  replyRoomBytes: 1_000_000,
  ended: new CancelToken(),
  access: UNLIMITED,
  throttle: () => undefined,
};

const NEVER = new Promise<void>(() => undefined);
const COMMIT_MS_MAX = 8;

/** A process that was killed answers nobody. */
export class Killed extends Error {
  override readonly name = 'Killed';
}

export class World {
  readonly #random: Random;
  readonly #disk = new MemoryStore();
  /** Of a hundred commits so many are aborted. */
  abortPercent = 0;
  /** How far the wall clock is from the simulation's. */
  skewMs = 0;
  /** Grows with every kill. */
  life = 0;
  aborts = 0;
  readonly faults: unknown[] = [];
  #store: FaultyStore;
  #handlers: Handlers;
  #killed: ((reason: Killed) => void)[] = [];

  constructor(random: Random) {
    this.#random = random;
    this.#store = this.#openStore();
    this.#handlers = this.#start(this.#store);
  }

  nowMs(): number {
    return Date.now() + this.skewMs;
  }

  /** The reply, as a client gets it. @throws MillraceError; Killed where the process ended before it replied. */
  async call<N extends HandledApiName & ApiName>(
    api: N,
    request: RequestInput<N>,
  ): Promise<ResponseInput<N>> {
    const handler = this.#handlers[api] as Handler<N>;
    const context = {
      connection: CONNECTION,
      signal: new TestCancel(),
      receivedAtMs: this.nowMs(),
      apiVersion: 1,
    };
    const killed = new Promise<never>((_, reject) => this.#killed.push(reject));
    return Promise.race([killed, Promise.resolve(handler(asReceived(api, request), context))]);
  }

  /** kill -9 and a new start. What was handed to the disk and not yet answered may be there or not. */
  async kill(): Promise<void> {
    const store = this.#store;
    vi.clearAllTimers();
    const last = store.commits.at(-1);
    if (store.inFlight > 0 && last !== undefined && this.#random.chance(0.5)) {
      await this.#disk.commit(last);
    }
    this.life += 1;
    this.#store = this.#openStore();
    this.#handlers = this.#start(this.#store);
    // Told last: who calls again at once calls the new process.
    const waiting = this.#killed;
    this.#killed = [];
    for (const reject of waiting) reject(new Killed('killed'));
  }

  #openStore(): FaultyStore {
    const life = this.life;
    return new FaultyStore(this.#disk, { decide: () => this.#fate(life) });
  }

  #fate(life: number): Fault {
    if (life !== this.life) return { kind: 'delay', until: NEVER };
    const latencyMs = this.#random.between(0, COMMIT_MS_MAX);
    const until = new Promise<void>((resolve) => setTimeout(resolve, latencyMs));
    if (!this.#random.chance(this.abortPercent / 100)) return { kind: 'delay', until };
    this.aborts += 1;
    return { kind: 'delay', until, next: { kind: 'abort' } };
  }

  #start(store: Store): Handlers {
    const fault = (error: unknown) => this.faults.push(error);
    const opened = openShard({
      store,
      clock: { wallMs: () => this.nowMs(), monotonicMs: () => performance.now() },
      random: () => this.#random.next(),
      commitQueueBytes: 4_000_000,
      storageReserve: 0,
      leaseRestartGrace: 200,
      retentionCheckInterval: 1_000,
      offsetsRetention: -1,
      scrubRate: 0,
      events: {
        committed: () => undefined,
        deadLettered: () => undefined,
        compacted: () => undefined,
        reloaded: () => undefined,
        quarantined: fault,
        backgroundFailed: (job, error) => {
          if ((error as MillraceError).code !== 'STORAGE_ERROR')
            fault(new Error(job, { cause: error }));
        },
        fatal: fault,
      },
    });
    return createHandlers({
      ...opened,
      settings: { autoCreateTopics: false, autoCreateShareGroups: false, defaultPartitions: 1 },
      metrics: new ShardMetrics(),
      security: testSecurity(),
      describeBroker: () => {
        throw new MillraceError('SHUTTING_DOWN');
      },
    });
  }
}
