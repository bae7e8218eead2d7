// consume: one consumer reads a full topic from its beginning, again and again, batch by batch.

import { type Consumer, type ConsumerBatch, codecs } from '@millrace/client';
import { formatCount } from '../format.ts';
import { TOPIC } from './batch-sender.ts';
import { fillTopic } from './fill-topic.ts';
import {
  type Arena,
  type Done,
  mustEqual,
  type Run,
  type Session,
  TIMED,
  type Workload,
} from './workload.ts';

export const consume: Workload = {
  name: 'consume',
  about: 'A full topic from its beginning, every value looked at, again and again.',
  latencyOf: 'from asking for the next batch of messages until it is there',
  takes: [...TIMED, 'batch', 'backlog', 'payload', 'compression'],
  defaults: { backlog: 2_000_000, partitions: 4 },
  async open(arena: Arena): Promise<Session> {
    return new ConsumeSession(arena, await fillTopic(arena, arena.settings.batch));
  },
};

class ConsumeSession implements Session {
  readonly #arena: Arena;
  readonly #backlog: number;
  #passes = 0;
  #records = 0;

  constructor(arena: Arena, backlog: number) {
    this.#arena = arena;
    this.#backlog = backlog;
  }

  async measure(run: Run): Promise<Done> {
    const startedAt = performance.now();
    const endsAt = startedAt + run.durationMs;
    let records = 0;
    while (performance.now() < endsAt) {
      const pass = new Pass(this.#arena.settings.recordBytes);
      await this.#read(pass, endsAt, run);
      records += pass.records;
      if (pass.records === this.#backlog) this.#passes += 1;
    }
    this.#records += records;
    return { records, elapsedMs: performance.now() - startedAt };
  }

  /** Every batch was checked when it came. */
  verify(): Promise<string> {
    const read = formatCount(this.#records);
    return Promise.resolve(
      `no record was missing, twice or cut: ${read} read, ${this.#passes} times to the end`,
    );
  }

  async close(): Promise<void> {}

  /** To the end of the topic, or of the time. */
  async #read(pass: Pass, endsAt: number, { latency }: Run): Promise<void> {
    const consumer: Consumer<Uint8Array> = this.#arena.client.consumer({
      topics: TOPIC,
      codec: codecs.bytes,
    });
    try {
      let askedAt = performance.now();
      for await (const batch of consumer.batches()) {
        const cameAt = performance.now();
        latency.record(cameAt - askedAt);
        pass.take(batch);
        if (pass.records >= this.#backlog || cameAt >= endsAt) break;
        askedAt = performance.now();
      }
    } finally {
      await consumer.close();
    }
  }
}

/** One reading from the beginning: checks that nothing is missing, twice or cut. */
class Pass {
  records = 0;
  readonly #recordBytes: number;
  readonly #next: number[] = [];

  constructor(recordBytes: number) {
    this.#recordBytes = recordBytes;
  }

  take({ partition, firstOffset, lastOffset, messages }: ConsumerBatch<Uint8Array>): void {
    const count = messages.length;
    mustEqual(
      `first offset of a batch of partition ${partition}`,
      firstOffset,
      this.#next[partition] ?? 0,
    );
    mustEqual('offsets of a batch', lastOffset - firstOffset + 1, count);
    let bytes = 0;
    for (const message of messages) bytes += message.valueBytes?.length ?? 0;
    mustEqual('bytes of the values of a batch', bytes, count * this.#recordBytes);
    this.#next[partition] = lastOffset + 1;
    this.records += count;
  }
}
