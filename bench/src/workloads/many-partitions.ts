// many-partitions and many-topics: one consumer tails thousands of partitions while batches go to one after the other.

import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, type Consumer, codecs } from '@millrace/client';
import { formatCount } from '../format.ts';
import { runLanes } from '../lanes.ts';
import { payload } from './payload.ts';
import {
  type Arena,
  CountsDiffer,
  type Done,
  mustEqual,
  type Run,
  type Session,
  TIMED,
  type Workload,
} from './workload.ts';

export const manyPartitions: Workload = {
  name: 'many-partitions',
  about: 'One consumer tails all partitions of all topics while batches are sent to them in turn.',
  latencyOf: 'from sending a batch to its acknowledgement',
  takes: [...TIMED, 'topics', 'batch', 'inFlight'],
  defaults: { topics: 10, partitions: 1_000, batch: 100, inFlight: 256 },
  open: (arena) => ManyPartitionsSession.open(arena),
};

export const manyTopics: Workload = {
  ...manyPartitions,
  name: 'many-topics',
  about: 'The same with many topics of one partition.',
  defaults: { ...manyPartitions.defaults, topics: 1_000, partitions: 1 },
};

/** What is on its way when the time is over has this long to arrive. */
const ARRIVAL_MS_MAX = 10_000;

const topicName = (n: number) => `many-${n}`;

class ManyPartitionsSession implements Session {
  readonly #arena: Arena;
  readonly #values: readonly Uint8Array[];
  readonly #consumer: Consumer<Uint8Array>;
  readonly #reading: Promise<void>;
  #turn = 0;
  #sent = 0;
  #received = 0;

  private constructor(arena: Arena, client: Client) {
    const { recordBytes, batch, topics } = arena.settings;
    this.#arena = arena;
    this.#values = payload(recordBytes, batch);
    const names = Array.from({ length: topics }, (_, n) => topicName(n));
    this.#consumer = client.consumer({ topics: names, codec: codecs.bytes });
    this.#reading = this.#consumer.run({
      eachBatch: ({ messages }) => {
        this.#received += messages.length;
      },
    });
    this.#reading.catch(() => undefined);
  }

  static async open(arena: Arena): Promise<Session> {
    const { client, settings, progress } = arena;
    const { topics, partitions } = settings;
    const step = progress.start('create topics', topics);
    for (let n = 0; n < topics; n += 1) {
      await client.admin.createTopic({ name: topicName(n), partitions });
      step.reached(n + 1);
    }
    step.done();
    return new ManyPartitionsSession(arena, client);
  }

  async measure({ durationMs, latency }: Run): Promise<Done> {
    const { client, settings } = this.#arena;
    const producer = client.producer({ codec: codecs.bytes, maxInFlight: settings.inFlight });
    const startedAt = performance.now();
    const before = this.#received;
    try {
      await runLanes(settings.inFlight, async () => {
        const sentAt = performance.now();
        if (sentAt - startedAt >= durationMs) return false;
        const { topic, partition } = this.#next();
        const messages = this.#values.map((value) => ({ value, partition }));
        await producer.sendBatch(topic, messages);
        this.#sent += messages.length;
        latency.record(performance.now() - sentAt);
        return true;
      });
      await Promise.race([this.#arrival(), this.#reading]);
    } finally {
      await producer.close();
    }
    return { records: this.#received - before, elapsedMs: performance.now() - startedAt };
  }

  verify(): Promise<string> {
    mustEqual('records received', this.#received, this.#sent);
    const { topics, partitions } = this.#arena.settings;
    mustEqual('partitions that are read', this.#consumer.assignment.length, topics * partitions);
    return Promise.resolve(`${formatCount(this.#received)} records sent, and as many received`);
  }

  /** The next partition has its turn. */
  #next(): { readonly topic: string; readonly partition: number } {
    const { topics, partitions } = this.#arena.settings;
    const turn = this.#turn;
    this.#turn = (turn + 1) % (topics * partitions);
    return { topic: topicName(turn % topics), partition: Math.floor(turn / topics) };
  }

  async #arrival(): Promise<void> {
    const deadline = performance.now() + ARRIVAL_MS_MAX;
    while (this.#received < this.#sent) {
      if (performance.now() > deadline) {
        throw new CountsDiffer(`${this.#received} of ${this.#sent} records have come`);
      }
      await sleep(1);
    }
  }

  async close(): Promise<void> {
    await this.#consumer.close();
    await this.#reading;
  }
}
