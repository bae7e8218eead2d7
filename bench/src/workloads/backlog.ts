// backlog: what a large backlog with many outstanding messages costs. The same work is done in turn by a group that has
// nothing outstanding and by one that has; then the broker is killed, and its start is timed.

import type { Client } from '@millrace/client';
import { formatCount, formatMebibytes } from '../format.ts';
import { readUsage } from '../measure/process-usage.ts';
import { medianOf } from '../measure/spread.ts';
import { recordsWithin } from '../options/table.ts';
import { TOPIC } from './batch-sender.ts';
import { fillTopic } from './fill-topic.ts';
import type { Pass } from './queue-session.ts';
import { WorkerPass } from './worker-pass.ts';
import {
  type Arena,
  type Done,
  mustEqual,
  type Run,
  type Session,
  TIMED,
  type Verdict,
  type Workload,
} from './workload.ts';

const FILL_BATCH = 1_000;
const RECEIVE_MESSAGES = 1_000;
const LOADED = 'loaded';
const CONFIG = { visibilityTimeoutMs: 12 * 3_600_000, onExhausted: 'drop' } as const;

/** What is asked of it. */
const RATIO_MIN = 0.8;
const RESTART_MS_MAX = 3_000;
const MEMORY_BYTES_MAX = 500 * 2 ** 20;

export const backlog: Workload = {
  name: 'backlog',
  about:
    'As `queue`, with millions of messages waiting and many leased one by one, against the same without those; then a restart.',
  latencyOf: 'from the call of the handler to the acknowledgement (a sample)',
  takes: [...TIMED, 'batch', 'inFlight', 'backlog', 'outstanding'],
  defaults: { batch: 100, inFlight: 32, partitions: 4, backlog: 10_000_000 },
  async open(arena: Arena): Promise<Session> {
    const messages = await fillTopic(arena, recordsWithin(FILL_BATCH, arena.settings.recordBytes));
    const session = new BacklogSession(arena, messages);
    await session.lease();
    return session;
  },
};

class BacklogSession implements Session {
  readonly #arena: Arena;
  readonly #messages: number;
  readonly #plain: number[] = [];
  readonly #loaded: number[] = [];
  #bytesBefore = 0;
  #bytesAfter = 0;
  #outstanding = 0;
  #acknowledged = 0;
  #passes = 0;
  #restartMs = 0;

  constructor(arena: Arena, messages: number) {
    this.#arena = arena;
    this.#messages = messages;
  }

  /** Leases messages and accepts every other one, so that each that is left is a range of its own. */
  async lease(): Promise<void> {
    const { client, settings, progress } = this.#arena;
    const { admin } = client;
    await admin.createShareGroup({ group: LOADED, topics: [TOPIC], config: CONFIG });
    this.#bytesBefore = this.#memory();
    const queue = client.queue(LOADED);
    const step = progress.start('lease messages', settings.outstanding);
    while (this.#outstanding < settings.outstanding) {
      const messages = await queue.receive({ topics: TOPIC, maxMessages: RECEIVE_MESSAGES });
      if (messages.length === 0)
        throw new Error('the backlog is smaller than what is to be leased');
      const accepted = messages.filter((_, at) => at % 2 === 1);
      await Promise.all(accepted.map((message) => message.accept()));
      this.#acknowledged += accepted.length;
      this.#outstanding += messages.length - accepted.length;
      step.reached(this.#outstanding);
    }
    step.done();
    this.#bytesAfter = this.#memory();
  }

  async measure({ durationMs, latency }: Run): Promise<Done> {
    const { client } = this.#arena;
    this.#passes += 1;
    const plain = `plain-${this.#passes}`;
    await client.admin.createShareGroup({ group: plain, topics: [TOPIC], config: CONFIG });
    const half = { durationMs: durationMs / 2, latency };
    const without = await this.#pass(client, { ...half, group: plain, backlog: this.#messages });
    await client.admin.deleteShareGroup(plain);
    const rest = this.#messages - this.#outstanding - this.#acknowledged;
    const loaded = await this.#pass(client, { ...half, group: LOADED, backlog: rest });
    this.#acknowledged += loaded.acknowledged;
    this.#plain.push(rateOf(without));
    this.#loaded.push(rateOf(loaded));
    return loaded;
  }

  async verify(): Promise<string> {
    const { totals } = await this.#arena.client.admin.counters(LOADED);
    mustEqual('messages leased, by the counters', totals.leased, this.#outstanding);
    mustEqual('messages acknowledged, by the counters', totals.acknowledged, this.#acknowledged);
    return `the counters agree: ${formatCount(this.#outstanding)} leased, ${formatCount(this.#acknowledged)} acknowledged`;
  }

  async finish(): Promise<void> {
    this.#restartMs = await this.#arena.broker.restart();
    await this.verify();
  }

  verdict(): Verdict {
    const { plain, loaded } = { plain: medianOf(this.#plain), loaded: medianOf(this.#loaded) };
    const ratio = loaded / plain;
    const bytesEach = (this.#bytesAfter - this.#bytesBefore) / this.#outstanding;
    const isPassed =
      ratio >= RATIO_MIN &&
      this.#restartMs <= RESTART_MS_MAX &&
      this.#bytesAfter <= MEMORY_BYTES_MAX;
    const text = `${Math.round(100 * ratio)} % of the rate without them; ${bytesEach.toFixed(0)} bytes of memory each; restart in ${(this.#restartMs / 1_000).toFixed(2)} s`;
    return {
      isPassed,
      text: `${isPassed ? 'as it should be' : 'NOT AS IT SHOULD BE'}: ${text}`,
      details: {
        plainPerSecond: this.#plain,
        loadedPerSecond: this.#loaded,
        ratio,
        bytesEach,
        memoryBytes: this.#bytesAfter,
        restartMs: this.#restartMs,
      },
      table: {
        head: ['figure', 'found', 'asked'],
        rows: [
          ['rate without, messages/s', formatCount(Math.round(plain)), ''],
          ['rate with, messages/s', formatCount(Math.round(loaded)), ''],
          ['ratio', ratio.toFixed(2), `at least ${RATIO_MIN}`],
          ['memory of the broker, MiB', formatMebibytes(this.#bytesAfter), 'at most 500'],
          ['memory an outstanding message, bytes', bytesEach.toFixed(0), ''],
          ['restart, s', (this.#restartMs / 1_000).toFixed(2), 'at most 3'],
        ],
      },
    };
  }

  async close(): Promise<void> {}

  async #pass(client: Client, pass: Pass) {
    const { batch, inFlight } = this.#arena.settings;
    return new WorkerPass(pass).drain(client, { batchSize: batch, concurrency: inFlight });
  }

  /** Of the broker's own; 0 where the system does not tell. */
  #memory(): number {
    return readUsage(this.#arena.broker.pid)?.anonymousBytes ?? 0;
  }
}

function rateOf({ records, elapsedMs }: Done): number {
  return (1_000 * records) / elapsedMs;
}
