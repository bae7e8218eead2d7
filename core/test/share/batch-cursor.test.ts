// What a share group believes of a stored batch before it cuts ranges out of it: its index by its flags.
import {
  encodeBatch,
  type RecordInput,
  recordBytes,
  recordDelayMs,
  sliceBatch,
  stampBatch,
} from '@millrace/protocol';
import { describe, expect, it } from 'vitest';
import type { View } from '../../src/index.ts';
import { BatchCursor } from '../../src/share/batch-cursor.ts';
import { gappedBatch } from './gapped-batch.ts';

/** A partition that holds this batch alone. */
function viewOf(batch: Uint8Array): View {
  const get = (_: string, [, , offset]: readonly unknown[]) => (offset === 0 ? batch : undefined);
  return { get, range: () => [] } as View;
}

function found(batch: Uint8Array) {
  return new BatchCursor(viewOf(batch), 1, 0, 10).at(0);
}

const value = Buffer.from('0123456789');
const SAYING: Record<string, RecordInput> = {
  nothing: {},
  'a delay': { delayMs: 5 },
  'a time to live': { ttlMs: 5 },
  'a dedup hash': { dedup: Buffer.alloc(16, 7) },
  deliveries: { maxDeliveries: 5 },
  'a group': { groupId: 5 },
  everything: { delayMs: 1, ttlMs: 2, dedup: Buffer.alloc(16, 3), maxDeliveries: 4, groupId: 5 },
};

describe('a stored batch', () => {
  it.each(Object.entries(SAYING))('of records that say %s: bytes of a slice', (_, says) => {
    const batch = encodeBatch([{ value }, { value, ...says }, { value }], { nowMs: 1 });
    stampBatch(batch, 0, 1);
    const stored = found(batch);
    const { headBytes = 0, entryBytes = 0, isIndexed } = stored ?? {};
    expect(isIndexed).toBe(true);
    const slice = sliceBatch(batch, 1, 1);
    expect(slice).toHaveLength(headBytes + entryBytes + recordBytes(batch, 1));
    expect(recordDelayMs(slice, 0)).toBe(says.delayMs ?? 0);
  });

  it('with gaps has its offsets in the index', () => {
    const batch = gappedBatch(['a', 'b'], [0, 3], 5);
    stampBatch(batch, 0, 1);
    expect(found(batch)).toMatchObject({ isIndexed: true, isDense: false, entryBytes: 8 });
  });

  it.each([
    ['a flag without its column', 2],
    ['a flag that nobody knows', 64],
    ['a flag in the upper byte', 256],
  ])('is not believed with %s', (_, flags) => {
    const batch = Buffer.from(encodeBatch([{ value }, { value }], { nowMs: 1 }));
    stampBatch(batch, 0, 1);
    batch.writeUInt16BE(flags, 22);
    expect(found(batch)?.isIndexed).toBe(false);
  });

  it('is not believed where it takes more offsets than it has records and names none', () => {
    const batch = Buffer.from(encodeBatch([{ value, delayMs: 1 }, { value }], { nowMs: 1 }));
    stampBatch(batch, 0, 1);
    batch.writeUInt32BE(7, 28);
    expect(found(batch)?.isIndexed).toBe(false);
  });
});
