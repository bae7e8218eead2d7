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
import { BatchHints } from '../../src/share/batch-hints.ts';
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

describe('a cursor with a hint', () => {
  const batches = [0, 3].map((base) => {
    const batch = encodeBatch([{ value }, { value }, { value }], { nowMs: 1 });
    stampBatch(batch, base, 1);
    return batch;
  });

  /** Batches at 0 and 3; counts the walks backwards. */
  function partition() {
    const walks: unknown[] = [];
    const rows = batches.map((batch, i) => [[1, 0, 3 * i], batch] as const);
    const get = (_: string, [, , offset]: readonly unknown[]) =>
      rows.find(([[, , base]]) => base === offset)?.[1];
    const range = (_: string, { from, reverse }: { from: number[]; reverse?: boolean }) => {
      walks.push(from);
      const [, , at = 0] = from;
      if (reverse) return rows.filter(([[, , base]]) => base <= at).slice(-1);
      return rows.filter(([[, , base]]) => base >= at).slice(0, 1);
    };
    return { walks, view: { get, range } as unknown as View };
  }

  it('reads on in the middle of a batch by its key alone, in the next decision too', () => {
    const { walks, view } = partition();
    const hints = new BatchHints();
    const bases = [0, 1, 2, 3, 4, 5].map(
      (offset) => new BatchCursor(view, 1, 0, 6, hints).at(offset)?.baseOffset,
    );
    expect(bases).toEqual([0, 0, 0, 3, 3, 3]);
    expect(walks).toEqual([]);
  });

  it('finds the same batch where the hint is wrong', () => {
    for (const [base, end] of [
      [0, 100],
      [1, 100],
      [3, 4],
    ] as const) {
      const { view } = partition();
      const wrong = new BatchHints();
      wrong.note(base, end);
      expect(new BatchCursor(view, 1, 0, 6, wrong).at(5)?.baseOffset).toBe(3);
      expect(new BatchCursor(view, 1, 0, 6, wrong).at(2)?.baseOffset).toBe(0);
    }
  });
});
