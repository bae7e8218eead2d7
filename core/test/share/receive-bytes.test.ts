// Which bytes a receive sends: whole batches where most of one is leased, slices otherwise, never more than asked for
// but for the first message. [L-7]
import { batchHeader, encodeBatch, readRecords, validateBatch } from '@millrace/protocol';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Lease } from '../../src/index.ts';
import { acknowledge, appendBatch, receive, sharedTopic } from './share-setup.ts';
import { offsetsOf } from './twins.ts';

const TEXT = new TextEncoder();

function batch(sizes: readonly number[], codec: 'none' | 'gzip' = 'none'): Uint8Array {
  const records = sizes.map((size) => ({ value: TEXT.encode('x'.repeat(size)) }));
  return encodeBatch(records, { nowMs: 1, codec });
}

function sentBytes(leases: readonly Lease[]): number {
  return leases.flatMap(({ batches }) => batches).reduce((sum, { length }) => sum + length, 0);
}

describe('bytes of a receive', () => {
  it('sends a batch as it is stored where most of it is leased [L-7]', () => {
    const machine = sharedTopic();
    const stored = batch([100, 100, 100, 100]);
    appendBatch(machine, stored);
    const [lease] = receive(machine, { maxMessages: 3 });
    expect(lease?.batches).toEqual([stored]);
    expect(lease?.lastOffset).toBe(2);
  });

  it('cuts out what it needs where that is the smaller part [L-7]', () => {
    const machine = sharedTopic();
    appendBatch(machine, batch([100, 100, 100, 100]));
    const [lease] = receive(machine, { maxMessages: 1 });
    const [slice] = lease?.batches ?? [];
    expect(slice?.length).toBeLessThan(250);
    expect(validateBatch(slice ?? new Uint8Array())).toMatchObject({ baseOffset: 0, count: 1 });
  });

  it('gives a message larger than the limit, and nothing after it [L-7]', () => {
    const machine = sharedTopic();
    appendBatch(machine, batch([5_000, 10]));
    expect(receive(machine, { maxBytes: 100 }).flatMap(offsetsOf)).toEqual([0]);
    expect(receive(machine, { maxBytes: 100 }).flatMap(offsetsOf)).toEqual([1]);
  });

  it.each(['none', 'gzip'] as const)(
    'leases nothing that is larger than the limit where the first message has to fit: %s [L-7]',
    (codec) => {
      const machine = sharedTopic();
      appendBatch(machine, batch([5_000], codec));
      appendBatch(machine, batch([10], codec));
      const most = batch([5_000], codec).length - 1;
      const options = { maxBytes: Math.min(most, 4_999), firstWhole: false };
      expect(receive(machine, options)).toEqual([]);
      expect(machine.writes).toEqual([]);
      expect(receive(machine, { ...options, maxBytes: 6_000 }).flatMap(offsetsOf)).toEqual([0, 1]);
    },
  );

  it('sends a compressed batch whole, and counts what it holds once decompressed [L-7]', () => {
    const machine = sharedTopic();
    const packed = batch([10_000, 10_000, 10_000], 'gzip');
    expect(packed.length).toBeLessThan(1_000);
    appendBatch(machine, packed);
    const [lease] = receive(machine, { maxBytes: 25_000 });
    expect(lease).toMatchObject({ firstOffset: 0, lastOffset: 1, batches: [packed] });
    const [rest] = receive(machine, { maxBytes: 25_000 });
    expect(rest).toMatchObject({ firstOffset: 2, lastOffset: 2, batches: [packed] });
  });

  it('pays for a compressed batch each time it is sent [L-7]', () => {
    const machine = sharedTopic({ backoff: 'none' });
    const packed = batch([100, 100, 100, 100, 100], 'gzip');
    appendBatch(machine, packed);
    const [lease] = receive(machine);
    for (let at = 0; at < 5; at += 1) acknowledge(machine, 'release', [at, at], lease?.token ?? 0);
    const again = receive(machine, { maxBytes: Math.floor(3.5 * packed.length) });
    expect(again.length).toBe(3);
  });

  it('hands over what it cannot read: the reader finds out what is wrong [L-24]', () => {
    const machine = sharedTopic();
    appendBatch(machine, batch([100, 100]));
    appendBatch(machine, batch([100]));
    const broken = new Uint8Array([1, 2, 3]);
    machine.view.apply({ table: 'batches', key: [1, 0, 0], value: broken });
    const leases = receive(machine);
    expect(leases.flatMap(offsetsOf)).toEqual([0, 1, 2]);
    expect(leases[0]?.batches[0]).toEqual(broken);
  });

  it('keeps to its limit for all sizes, and brings every message it leases [L-7]', () => {
    const sizes = fc.array(
      fc.array(fc.constantFrom(1, 40, 300, 2_000), { minLength: 1, maxLength: 6 }),
      {
        minLength: 1,
        maxLength: 5,
      },
    );
    const bytes = fc.constantFrom(1, 200, 900, 3_000, 10_000);
    fc.assert(
      fc.property(
        sizes,
        fc.array(bytes, { minLength: 1 }),
        fc.boolean(),
        (batches, limits, isPacked) => {
          const machine = sharedTopic({ backoff: 'none' });
          for (const one of batches) appendBatch(machine, batch(one, isPacked ? 'gzip' : 'none'));
          const total = batches.flat().length;
          const seen: number[] = [];
          for (const maxBytes of [...limits, 1_000_000]) {
            const leases = receive(machine, { maxBytes });
            const offsets = leases.flatMap(offsetsOf);
            const [first] = leases[0]?.batches ?? [];
            const allowed = Math.max(maxBytes, first?.length ?? 0);
            expect(sentBytes(leases)).toBeLessThanOrEqual(allowed);
            expect(offsets.length > 0).toBe(seen.length < total);
            for (const lease of leases) {
              const range = { from: lease.firstOffset, to: lease.lastOffset };
              const records = lease.batches.flatMap((one) => readRecords(one, range));
              expect(records.map(({ offset }) => offset)).toEqual(offsetsOf(lease));
            }
            seen.push(...offsets);
          }
          expect(seen).toEqual(Array.from({ length: total }, (_, i) => i));
        },
      ),
    );
  });

  it('finds a batch by any of its offsets', () => {
    const machine = sharedTopic();
    for (let i = 0; i < 3; i += 1) appendBatch(machine, batch([10, 10, 10]));
    const bases: number[] = [];
    for (let i = 0; i < 9; i += 1) {
      const [lease] = receive(machine, { maxMessages: 1 });
      bases.push(batchHeader(lease?.batches[0] ?? new Uint8Array()).baseOffset);
    }
    expect(bases).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  });
});
