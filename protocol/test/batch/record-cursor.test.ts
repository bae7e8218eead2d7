// Records found again by where they lie: the same as those that are read, in any order, compressed or not.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BatchBuilder, BatchRecords, readRecords, stampBatch } from '../../src/index.ts';
import { plain } from './assemble.ts';

const bytes = fc.uint8Array({ maxLength: 40 });
const records = fc.array(
  fc.record({
    key: fc.option(bytes),
    value: fc.option(bytes),
    timestampMs: fc.nat(2_000_000_000),
    headers: fc.array(fc.tuple(fc.string({ maxLength: 5 }), bytes), { maxLength: 3 }),
    maxDeliveries: fc.nat(3),
  }),
  { minLength: 1, maxLength: 20 },
);

describe('a cursor over the records of a batch', () => {
  it.each(['none', 'gzip'] as const)('gives what reading gives: %s', (codec) => {
    const check = fc.property(
      records,
      fc.infiniteStream(fc.nat(19)),
      fc.nat(9),
      (all, order, from) => {
        const builder = new BatchBuilder({ codec });
        for (const record of all) builder.add(record, 1);
        const batch = builder.build();
        stampBatch(batch, 1_000, 1);
        const twin = new BatchRecords(batch);
        const places: (readonly [at: number, offset: number])[] = [];
        const range = { from: 1_000 + from, to: 1_015 };
        twin.walk(range, (at, offset) => places.push([at, offset]));
        const read = readRecords(batch, range);
        expect(places.map(([, offset]) => offset)).toEqual(read.map(({ offset }) => offset));
        for (let step = 0; step < 30 && read.length > 0; step += 1) {
          const which = (order.next().value as number) % read.length;
          const [at, offset] = places[which] as readonly [number, number];
          const record = twin.recordAt(at, offset);
          expect(plain(record)).toEqual(plain(read[which] as (typeof read)[number]));
          const { key } = record;
          expect(record.keyName).toBe(key === null ? null : Buffer.from(key).toString('latin1'));
          expect(twin.maxDeliveries(offset)).toBe(all[offset - 1_000]?.maxDeliveries);
        }
      },
    );
    expect(() => fc.assert(check, { numRuns: 200 })).not.toThrow();
  });

  it('finds no record that reading refuses', () => {
    const builder = new BatchBuilder({ codec: 'none' });
    builder.add({ value: Buffer.from('one') }, 1);
    builder.add({ value: Buffer.from('two') }, 1);
    const batch = builder.build();
    // The tag of the last record: no array of five any more.
    batch[batch.lastIndexOf(0x95)] = 0x94;
    expect(() => readRecords(batch)).toThrow('an array of five');
    expect(() => new BatchRecords(batch).walk({}, () => {})).toThrow('an array of five');
    expect(() => new BatchRecords(batch).walk({ to: 0 }, () => {})).not.toThrow();
  });
});
