// The judgement of the soak: what grows is seen, what only fills up, saws or steps is not.

import { Random } from '@millrace/harness';
import { describe, expect, test } from 'vitest';
import { grows, type Point, trendOf } from '../../src/soak/trend.ts';

const MINUTE_MS = 60_000;
const MIB = 2 ** 20;
const RISE_MAX = 16 * MIB;

function pointsOf(minutes: number, valueAt: (minute: number, random: Random) => number): Point[] {
  const random = new Random(7);
  return Array.from({ length: minutes * 120 }, (_, at) => {
    const ms = at * 500;
    return { ms, value: valueAt(ms / MINUTE_MS, random) };
  });
}

/** Falls back to what is held again and again, and holds `held`. */
const saw = (minute: number, random: Random, held: number) =>
  held + ((minute * 3) % 1) * 100 * MIB + random.next() * 5 * MIB;

const isGrowing = (points: Point[]) => {
  const trend = trendOf(points, 'low');
  if (trend === null) throw new Error('there are points enough');
  return grows(trend, RISE_MAX);
};

describe('a trend', () => {
  test('a saw that stands', () => {
    expect(isGrowing(pointsOf(15, (m, r) => saw(m, r, 200 * MIB)))).toBe(false);
  });

  test.each([2, 4, 20])('a saw over a leak of %i MiB a minute', (rate) => {
    expect(isGrowing(pointsOf(15, (m, r) => saw(m, r, 200 * MIB + m * rate * MIB)))).toBe(true);
  });

  test('a leak so slow that it stays below the bound is not seen, and the bound says so', () => {
    expect(isGrowing(pointsOf(15, (m, r) => saw(m, r, 200 * MIB + m * 0.5 * MIB)))).toBe(false);
  });

  test('what fills up and is full', () => {
    const filled = (m: number) => 200 * MIB * (1 - Math.exp(-m));
    expect(isGrowing(pointsOf(15, (m, r) => saw(m, r, filled(m))))).toBe(false);
  });

  test.each([3, 7, 12])('one step after %i minutes', (at) => {
    expect(isGrowing(pointsOf(15, (m, r) => saw(m, r, m < at ? 0 : 80 * MIB)))).toBe(false);
  });

  test('steps that go on', () => {
    expect(isGrowing(pointsOf(15, (m, r) => saw(m, r, Math.floor(m) * 10 * MIB)))).toBe(true);
  });

  test('what goes down, and noise', () => {
    expect(isGrowing(pointsOf(15, (m, r) => saw(m, r, (400 - m * 10) * MIB)))).toBe(false);
    expect(isGrowing(pointsOf(15, (_, random) => random.next() * 500 * MIB))).toBe(false);
  });

  test('too few samples say nothing', () => {
    expect(trendOf(pointsOf(15, () => 1).slice(0, 8), 'low')).toBeNull();
    expect(trendOf([], 'low')).toBeNull();
  });
});
