// The data file over ten windows of appends, with compaction and with retention: it comes to rest, since pages are used
// again. Each window is waited for, so that how fast the machine is does not matter.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeBatch } from '@millrace/protocol';
import { openLmdbStore } from '@millrace/storage';
import { expect, test, vi } from 'vitest';
import { openTestShard, type TestShard } from './open-test-shard.ts';

const MIB = 2 ** 20;
const WINDOWS = 10;
const BATCHES_PER_WINDOW = 40;
const KEYS = 500;
const SEGMENT_BYTES = MIB;

interface Policy {
  readonly config: Record<string, number | string>;
  /** Upkeep has come so far that all but about two segments of what was appended is worked off. */
  readonly isDone: (place: {
    readonly startOffset: number;
    readonly compactedTo: number;
  }) => number;
}

const POLICIES: readonly (readonly [string, Policy])[] = [
  [
    'compaction',
    {
      config: { cleanupPolicy: 'compact', compactionDirtyRatio: 0, segmentBytes: SEGMENT_BYTES },
      isDone: ({ compactedTo }) => compactedTo,
    },
  ],
  [
    'retention',
    {
      config: { retentionBytes: SEGMENT_BYTES, segmentBytes: SEGMENT_BYTES },
      isDone: ({ startOffset }) => startOffset,
    },
  ],
];

/** 250 records of 400 bytes: about a tenth of a segment. */
const RECORDS_PER_BATCH = 250;
const WINDOW_BYTES = BATCHES_PER_WINDOW * RECORDS_PER_BATCH * 400;
const OFFSETS_BEHIND = (3 * SEGMENT_BYTES) / 400;

async function appendWindow({ call }: TestShard, topicId: number, window: number): Promise<void> {
  for (let i = 0; i < BATCHES_PER_WINDOW; i += 1) {
    const records = Array.from({ length: RECORDS_PER_BATCH }, (_, record) => ({
      key: Buffer.from(`key-${(i * RECORDS_PER_BATCH + record) % KEYS}`),
      value: Buffer.alloc(400, window),
    }));
    const batch = encodeBatch(records, { nowMs: 1 });
    const { results } = await call('Produce', { batches: [{ topicId, partition: 0, batch }] });
    expect(results).toMatchObject([{ errorCode: 0 }]);
  }
}

test.each(POLICIES)(
  'is bounded with %s [G-10] [G-40]',
  async (_, { config, isDone }) => {
    const directory = mkdtempSync(join(tmpdir(), 'millrace-size-'));
    const store = await openLmdbStore({ path: join(directory, 'shard-0.mdb') });
    const shard = openTestShard(store);
    const sizes: number[] = [];
    try {
      const topic = { name: 't', partitions: 1, config };
      const { topicId } = await shard.call('CreateTopic', topic);
      for (let window = 1; window <= WINDOWS; window += 1) {
        await appendWindow(shard, topicId, window);
        await vi.waitFor(
          async () => {
            const { topics } = await shard.call('DescribeTopics', { topics: ['t'] });
            const place = topics[0]?.partitions[0];
            const [startOffset, compactedTo] = [place?.startOffset ?? 0, place?.compactedTo ?? 0];
            const end = place?.endOffset ?? 0;
            expect(isDone({ startOffset, compactedTo })).toBeGreaterThan(end - OFFSETS_BEHIND);
          },
          { timeout: 20_000, interval: 20 },
        );
        sizes.push(store.usage().fileBytes);
      }
    } finally {
      await shard.close();
      await store.close();
      rmSync(directory, { recursive: true });
    }
    const [early, late] = [Math.max(...sizes.slice(0, 5)), Math.max(...sizes.slice(5))];
    expect(late).toBeLessThan(early + WINDOW_BYTES);
    expect(late).toBeLessThan(3 * WINDOW_BYTES);
  },
  60_000,
);
