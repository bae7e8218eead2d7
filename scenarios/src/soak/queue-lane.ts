// A queue: messages of which some are delayed, some fail at first, and some are rejected and redriven from the dead letters;
// and a queue ordered by key. A worker for each, and its counters are held against what its worker knows.

import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Client,
  codecs,
  type LeasedMessage,
  type Outcome,
  type Producer,
  Reject,
  type Worker,
} from '@millrace/client';
import { Feeder } from './feeder.ts';
import { isExplained, type Lane, type LaneContext, mustGoOn, unlessKilled } from './lane.ts';
import { payloadOf } from './payload.ts';
import { QueueWitness } from './queue-witness.ts';

export interface QueueKind {
  readonly name: string;
  readonly topic: string;
  /** Of how many keys; 0: not ordered. */
  readonly keys: number;
  readonly delayedEvery: number;
  readonly failedEvery: number;
  readonly rejectedEvery: number;
}

export const WORK_QUEUE: QueueKind = {
  name: 'queue, with delays, retries, dead letters and redrives',
  topic: 'soak-work',
  keys: 0,
  delayedEvery: 53,
  failedEvery: 101,
  rejectedEvery: 1_009,
};
export const KEYED_QUEUE: QueueKind = {
  name: 'queue ordered by key, with retries',
  topic: 'soak-keyed',
  keys: 500,
  delayedEvery: 0,
  failedEvery: 211,
  rejectedEvery: 0,
};

const PARTITIONS = 4;
const BATCH = 100;
const ON_ITS_WAY_MAX = 10_000;
const DELAY_MS = 2_000;
const REDRIVE_EVERY_MS = 5_000;
const CONFIG = { retentionMs: -1, retentionAcked: true, segmentBytes: 4 * 2 ** 20 } as const;

export class QueueLane implements Lane {
  readonly name: string;
  readonly #kind: QueueKind;
  readonly #context: LaneContext;
  readonly #witness: QueueWitness;
  readonly #feeder: Feeder;
  /** Failed or rejected once: they succeed the next time. */
  readonly #failed = new Set<number>();
  #client: Client | undefined;
  #producer: Producer<Uint8Array> | undefined;
  #worker: Worker<Uint8Array> | undefined;
  #redrives: Promise<void> = Promise.resolve();
  #isClosing = false;

  constructor(kind: QueueKind, context: LaneContext) {
    this.name = kind.name;
    this.#kind = kind;
    this.#context = context;
    this.#witness = new QueueWitness(kind.topic, context.findings);
    this.#feeder = new Feeder({
      batch: BATCH,
      onItsWayMax: ON_ITS_WAY_MAX,
      onItsWay: () => this.#witness.issued - this.#witness.done,
      send: (count) => this.#send(count),
    });
  }

  get rate(): number {
    return this.#feeder.rate;
  }

  set rate(rate: number) {
    this.#feeder.rate = rate;
  }

  get done(): number {
    return this.#witness.done;
  }

  get isComplete(): boolean {
    return this.#witness.isComplete;
  }

  async start(): Promise<void> {
    const { topic, keys, rejectedEvery } = this.#kind;
    const client = await this.#context.connect(topic);
    this.#client = client;
    await client.admin.createTopic({ name: topic, partitions: PARTITIONS, config: CONFIG });
    if (rejectedEvery > 0)
      await client.admin.createTopic({ name: `${topic}.dlq`, partitions: 1, config: CONFIG });
    await client.admin.createShareGroup({
      group: topic,
      topics: [topic],
      config: {
        visibilityTimeoutMs: 15_000,
        maxDeliveries: 1_000,
        backoff: 'fixed',
        backoffBaseMs: 200,
        ordering: keys > 0 ? 'key' : 'none',
        onExhausted: rejectedEvery > 0 ? 'dlq' : 'block',
      },
    });
    this.#producer = client.producer({ codec: codecs.bytes });
    this.#worker = this.#startWorker(client);
    mustGoOn(this.#context.findings, `the worker of ${topic}`, this.#worker.finished);
    if (rejectedEvery > 0) this.#redrives = this.#redriveAgainAndAgain(client);
    this.#feeder.start();
  }

  stopSending(): Promise<void> {
    return this.#feeder.stop();
  }

  async conclude(): Promise<void> {
    this.#isClosing = true;
    await this.#redrives;
    this.#witness.conclude();
    const { topic } = this.#kind;
    const totals = (await this.#client?.admin.counters(topic))?.totals;
    if (totals === undefined) return;
    const [least, most] = this.#witness.bounds;
    const { fresh, ready, scheduled, leased, parked, blocked, acknowledged } = totals;
    const open = fresh + ready + scheduled + leased + parked + blocked;
    if (open > 0 || acknowledged < least || acknowledged > most) {
      const truth = `accepted ${least} to ${most}, nothing open`;
      this.#context.findings.add('miscounted', `${topic}: ${truth}; ${JSON.stringify(totals)}`);
    }
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    const stopped = this.stopSending();
    await this.#worker?.close();
    await this.#client?.close();
    await stopped;
  }

  async #send(count: number): Promise<void> {
    const { topic, keys, delayedEvery } = this.#kind;
    const stamps = Array.from({ length: count }, () => this.#witness.issue());
    const messages = stamps.map((stamp) => ({
      value: payloadOf(stamp, this.#context.recordBytes),
      key: keys > 0 ? `k${stamp.sequence % keys}` : null,
      ...(isEvery(stamp.sequence, delayedEvery) && { delayMs: DELAY_MS }),
    }));
    const isSent = await unlessKilled(this.#context.findings, `append to ${topic}`, async () =>
      this.#producer?.sendBatch(topic, messages),
    );
    if (!isSent) for (const { sequence } of stamps) this.#witness.uncertain(sequence);
  }

  #startWorker(client: Client): Worker<Uint8Array> {
    const { topic } = this.#kind;
    return client.worker<Uint8Array>({
      group: topic,
      topics: topic,
      codec: codecs.bytes,
      concurrency: 500,
      maxWaitMs: 2_000,
      handler: (message) => this.#handle(message),
      onOutcome: (message, outcome) => this.#end(message, outcome),
    });
  }

  #handle(message: LeasedMessage<Uint8Array>): void {
    const { keys, failedEvery, rejectedEvery } = this.#kind;
    const sequence = this.#witness.given(message.valueBytes);
    if (sequence === undefined) return;
    if (!this.#failed.has(sequence)) {
      const isRejected = isEvery(sequence, rejectedEvery);
      if (isRejected || isEvery(sequence, failedEvery)) {
        this.#failed.add(sequence);
        throw isRejected ? new Reject('by design') : new Error('by design');
      }
    }
    if (keys > 0) this.#witness.handled(sequence, sequence % keys, keys);
  }

  #end(message: LeasedMessage<Uint8Array>, outcome: Outcome): void {
    if (outcome !== 'accepted' && outcome !== 'lost') return;
    const sequence = this.#witness.given(message.valueBytes);
    if (sequence === undefined) return;
    // Lost: its lease was over, and it comes again; or it was accepted, and the reply went with the connection.
    if (outcome === 'lost') {
      this.#witness.uncertain(sequence);
      return;
    }
    this.#witness.accepted(sequence);
    this.#failed.delete(sequence);
  }

  async #redriveAgainAndAgain(client: Client): Promise<void> {
    const { topic } = this.#kind;
    for (let last = performance.now(); !this.#isClosing; await sleep(100)) {
      if (performance.now() - last < REDRIVE_EVERY_MS) continue;
      last = performance.now();
      try {
        const { taskId } = await client.admin.startRedrive({ topic: `${topic}.dlq` });
        await client.admin.waitForTask(taskId);
      } catch (error) {
        if (!isExplained(error)) this.#context.findings.add('refused', `redrive: ${String(error)}`);
      }
    }
  }
}

function isEvery(sequence: number, every: number): boolean {
  return every > 0 && sequence % every === every - 1;
}
