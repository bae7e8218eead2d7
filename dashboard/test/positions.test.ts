// Bars of the picture of groups: lengths by offsets, and nothing too short to be seen.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BAR_WIDTH, consumerParts, shareParts } from '../src/views/topics/positions.ts';

const bounds = { partition: 0, startOffset: 100, endOffset: 200 };
const seen = (parts: ReturnType<typeof shareParts>) =>
  parts.map(({ kind, from, to, x, width }) => [kind, from, to, Math.round(x), Math.round(width)]);

describe('bars of groups', () => {
  it('splits what a consumer group has read from what it has not', () => {
    expect(seen(consumerParts(bounds, { partition: 0, offset: 150, lag: 50 }))).toEqual([
      ['done', 100, 150, 0, 500],
      ['ahead', 150, 200, 500, 500],
    ]);
    expect(seen(consumerParts(bounds, { partition: 0, offset: null, lag: 100 }))).toEqual([
      ['ahead', 100, 200, 0, 1000],
    ]);
    expect(seen(consumerParts(bounds, { partition: 0, offset: 20, lag: 100 }))).toEqual([
      ['ahead', 100, 200, 0, 1000],
    ]);
  });

  it('shows what a share group finished, works on and has before it', () => {
    const own = { partition: 0, firstUnresolvedOffset: 120, cursor: 170, unresolved: 45 };
    expect(seen(shareParts(bounds, own))).toEqual([
      ['done', 100, 120, 0, 200],
      ['working', 120, 170, 200, 500],
      ['ahead', 170, 200, 700, 300],
    ]);
  });

  it('shows one message of ten million', () => {
    const long = { partition: 0, startOffset: 0, endOffset: 10_000_000 };
    const parts = consumerParts(long, { partition: 0, offset: 9_999_999, lag: 1 });
    expect(parts.at(-1)).toMatchObject({ kind: 'ahead', from: 9_999_999 });
    expect(parts.at(-1)?.width).toBeGreaterThanOrEqual(4);
    expect(consumerParts({ ...long, startOffset: 10_000_000 }, place(3))).toEqual([]);
  });

  it('always fills the bar, without gap or overlap', () => {
    const offset = fc.nat({ max: 1_000_000 });
    fc.assert(
      fc.property(offset, offset, offset, offset, (start, length, floor, cursor) => {
        const own = { partition: 0, startOffset: start, endOffset: start + length };
        const of = { partition: 0, firstUnresolvedOffset: floor, cursor, unresolved: 0 };
        const parts = shareParts(own, of);
        expect(parts.length === 0).toBe(length === 0);
        let x = 0;
        let at = start;
        for (const part of parts) {
          expect(part.x).toBeCloseTo(x);
          expect(part.from).toBe(at);
          expect(part.width).toBeGreaterThan(0);
          x += part.width;
          at = part.to;
        }
        const whole = length > 0 ? BAR_WIDTH : 0;
        expect([Math.round(x), at]).toEqual([whole, own.endOffset]);
      }),
    );
  });
});

function place(offset: number) {
  return { partition: 0, offset, lag: 0 };
}
