// Groups that read a topic as it is written: consumer groups and share groups, each with one member that has a connection
// of its own. Where the topic holds records already, they begin behind them.

import { type Client, type Consumer, codecs, type Worker } from '@millrace/client';
import { Deferred } from '../deferred.ts';
import { TOPIC } from './batch-sender.ts';
import { type Arena, CountsDiffer, mustEqual } from './workload.ts';

export interface Readers {
  /** Rejects with the first reader that cannot go on. */
  readonly failed: Promise<never>;
  /** The broker says that each group has so many records done. Returns what holds. Throws CountsDiffer. */
  verify(records: number): Promise<string>;
  close(): Promise<void>;
}

/** Told of every record that a group is done with, by the number of the group. */
type OnRecords = (group: number, records: number) => void;

export type OpenReaders = (arena: Arena, onRecords: OnRecords) => Promise<Readers>;

/** Messages that a worker takes and acknowledges together, and handlers at a time. */
const WORK = { batchSize: 100, concurrency: 32 } as const;
/** Longer than any run: no lease may end by time. */
const VISIBILITY_TIMEOUT_MS = 30 * 60_000;

const groupName = (n: number) => `group-${n}`;

export const openConsumerGroups: OpenReaders = async (arena, onRecords) => {
  const { client, settings } = arena;
  const { groups } = settings;
  const failure = failureOf();
  const consumers: Consumer<Uint8Array>[] = [];
  const step = arena.progress.start('start groups', groups);
  for (let n = 0; n < groups; n += 1) {
    const group = groupName(n);
    await client.admin.resetGroupOffsets(group, { to: 'latest', topics: [TOPIC] });
    const next = await endsOf(client);
    const another = await arena.connect();
    const consumer = another.consumer<Uint8Array>({ topics: TOPIC, group, codec: codecs.bytes });
    consumers.push(consumer);
    const reading = consumer.run({
      eachBatch: ({ partition, firstOffset, lastOffset, messages }) => {
        mustEqual(
          `first offset of a batch of partition ${partition}`,
          firstOffset,
          next[partition] ?? 0,
        );
        mustEqual('offsets of a batch', lastOffset - firstOffset + 1, messages.length);
        next[partition] = lastOffset + 1;
        onRecords(n, messages.length);
      },
    });
    reading.catch(failure.reject);
    step.reached(n + 1);
  }
  step.done();
  return {
    failed: failure.promise,
    verify: () => Promise.resolve('their offsets had no gap'),
    close: async () => {
      await Promise.all(consumers.map((consumer) => consumer.close()));
    },
  };
};

export const openShareGroups: OpenReaders = async (arena, onRecords) => {
  const { client, settings } = arena;
  const { groups } = settings;
  const failure = failureOf();
  const workers: Worker<Uint8Array>[] = [];
  const config = { visibilityTimeoutMs: VISIBILITY_TIMEOUT_MS, onExhausted: 'drop' } as const;
  const step = arena.progress.start('start groups', groups);
  for (let n = 0; n < groups; n += 1) {
    const group = groupName(n);
    await client.admin.createShareGroup({ group, topics: [TOPIC], config, startAt: 'latest' });
    const worker = (await arena.connect()).worker<Uint8Array>({
      group,
      topics: TOPIC,
      codec: codecs.bytes,
      ...WORK,
      eachBatch: (messages) => {
        const missing = messages.find(({ valueBytes }) => valueBytes === null);
        if (missing !== undefined) throw new CountsDiffer('a message came without its value');
      },
      onOutcome: (_message, outcome, error) => {
        if (outcome === 'accepted') onRecords(n, 1);
        else failure.reject(error ?? new CountsDiffer(`a message was ${outcome}`));
      },
    });
    workers.push(worker);
    worker.finished.catch(failure.reject);
    step.reached(n + 1);
  }
  step.done();
  return {
    failed: failure.promise,
    verify: async (records) => {
      for (let n = 0; n < groups; n += 1) {
        const { totals } = await client.admin.counters(groupName(n));
        mustEqual(
          `messages acknowledged of group ${n}, by the counters`,
          totals.acknowledged,
          records,
        );
      }
      return 'so say the counters of each';
    },
    close: async () => {
      await Promise.all(workers.map((worker) => worker.close()));
    },
  };
};

function failureOf(): Deferred<never> {
  const failure = new Deferred<never>();
  failure.promise.catch(() => undefined);
  return failure;
}

/** End offsets by partition. */
async function endsOf(client: Client): Promise<number[]> {
  const { partitions } = await client.admin.describeTopic(TOPIC);
  const ends: number[] = [];
  for (const { partition, endOffset } of partitions) ends[partition] = endOffset;
  return ends;
}
