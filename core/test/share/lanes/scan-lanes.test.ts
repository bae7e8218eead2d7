// The lane of each record of a batch, against records that are decoded whole.
import { encodeBatch, type RecordInput, readRecords, TENANT_HEADER } from '@millrace/protocol';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { put } from '../../../src/index.ts';
import { BatchCursor } from '../../../src/share/batch-cursor.ts';
import { LaneCache } from '../../../src/share/lanes/lane-cache.ts';
import { laneNumber, NO_LANE, tenantLane } from '../../../src/share/lanes/lane-number.ts';
import type { LaneKind } from '../../../src/share/lanes/scan-lanes.ts';
import { MemoryView } from '../../support/memory-view.ts';

const PLACE = { topicId: 1, partition: 0 };
const TEXT = new TextEncoder();
const bytes = (text: string) => TEXT.encode(text);

function lanesOf(kind: LaneKind, batch: Uint8Array, count: number, cache = new LaneCache()) {
  const view = new MemoryView();
  view.apply(put('batches', [1, 0, 0], batch));
  const stored = new BatchCursor(view, 1, 0, count).at(0);
  if (stored === undefined) throw new Error('no batch');
  const lanes = cache.of(kind, PLACE, stored);
  return Array.from({ length: count }, (_, i) => lanes.at(stored, i));
}

function whole(text: Uint8Array | null | undefined, of: typeof laneNumber): number {
  return text === null || text === undefined ? NO_LANE : of(text, 0, text.length);
}

const records: fc.Arbitrary<RecordInput> = fc.record({
  key: fc.option(
    fc.oneof(fc.uint8Array({ maxLength: 12 }), fc.uint8Array({ minLength: 250, maxLength: 300 })),
  ),
  value: fc.option(fc.oneof(fc.uint8Array({ maxLength: 12 }), fc.constant(new Uint8Array(70_000)))),
  timestampMs: fc.nat({ max: 2 ** 40 }),
  headers: fc.array(
    fc.tuple(
      fc.oneof(
        fc.constant(TENANT_HEADER),
        fc.string({ maxLength: 40 }),
        fc.constant('millrace-tenanz'),
      ),
      fc.uint8Array({ maxLength: 5 }),
    ),
    { maxLength: 20 },
  ),
});
const codecs = fc.constantFrom('none' as const, 'gzip' as const, 'brotli' as const);

describe('lanes of records', () => {
  it('are those of the key or of the first tenant header, whatever the record [L-60] [L-70]', () => {
    fc.assert(
      fc.property(fc.array(records, { minLength: 1, maxLength: 5 }), codecs, (input, codec) => {
        const batch = encodeBatch(input, { codec, nowMs: 1_000 });
        const decoded = readRecords(batch);
        expect(lanesOf('key', batch, input.length)).toEqual(
          decoded.map(({ key }) => whole(key, laneNumber)),
        );
        expect(lanesOf('tenant', batch, input.length)).toEqual(
          decoded.map(({ headers }) =>
            whole(headers.find(([name]) => name === TENANT_HEADER)?.[1], tenantLane),
          ),
        );
      }),
      { numRuns: 300 },
    );
  });

  it('are none where the bytes cannot be read, and never throw [L-60]', () => {
    const batch = encodeBatch(
      [{ key: bytes('a'), headers: [[TENANT_HEADER, bytes('t')]] }, { key: bytes('b') }],
      { nowMs: 1_000 },
    );
    fc.assert(
      fc.property(fc.nat({ max: batch.length - 85 }), fc.nat({ max: 255 }), (at, byte) => {
        const broken = batch.slice();
        broken[84 + at] = byte;
        for (const kind of ['key', 'tenant'] as const) {
          for (const lane of lanesOf(kind, broken, 2)) {
            expect(Number.isSafeInteger(lane) && lane >= 0).toBe(true);
          }
        }
      }),
    );
    const packed = encodeBatch(
      Array.from({ length: 50 }, () => ({ key: bytes('abcdefgh') })),
      {
        codec: 'gzip',
        nowMs: 1_000,
      },
    );
    packed.fill(0, 76 + 4 * 50 + 4);
    expect(new Set(lanesOf('key', packed, 50))).toEqual(new Set([NO_LANE]));
  });

  it('are found once for a batch that is compressed or large', () => {
    const many = Array.from({ length: 5_000 }, (_, i) => ({ key: bytes(`key-${i % 7}`) }));
    for (const codec of ['none', 'gzip'] as const) {
      const cache = new LaneCache();
      const batch = encodeBatch(many, { codec, nowMs: 1_000 });
      const lanes = lanesOf('key', batch, 5_000, cache);
      expect(new Set(lanes).size).toBe(7);
      // Another look finds them without the bytes.
      const blank = batch.slice();
      blank.fill(0, 76 + 4 * 5_000);
      expect(lanesOf('key', blank, 5_000, cache)).toEqual(lanes);
      expect(lanesOf('key', blank, 5_000, new LaneCache())).not.toEqual(lanes);
    }
  });

  it('are spread over 53 bits', () => {
    const lanes = new Set<number>();
    for (let i = 0; i < 200_000; i += 1) {
      const key = bytes(`customer-${i}`);
      lanes.add(laneNumber(key, 0, key.length));
    }
    expect(lanes.size).toBe(200_000);
    const low = new Set([...lanes].map((lane) => lane % 2 ** 26));
    const high = new Set([...lanes].map((lane) => Math.floor(lane / 2 ** 27)));
    expect(low.size).toBeGreaterThan(199_400);
    expect(high.size).toBeGreaterThan(199_400);
    expect([...lanes].some((lane) => lane > 2 ** 52)).toBe(true);
  });
});
