// Lines that come in floods: the first at once, then one in 10 s for all of its kind.

import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { LineSums } from '../src/process/line-sums.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function sums() {
  const lines: string[] = [];
  const write = (what: string, count: number) => void lines.push(`${what} x${count}`);
  return { lines, sums: new LineSums<string>(write, (first, next) => `${first}+${next}`) };
}

it('writes the first at once and sums the others', () => {
  const { lines, sums: all } = sums();
  for (const what of ['a', 'b', 'c']) all.add('kind', what);
  all.add('other', 'd', 3);
  expect(lines).toEqual(['a x1', 'd x3']);
  vi.advanceTimersByTime(10_000);
  expect(lines).toEqual(['a x1', 'd x3', 'b+c x2']);
});

it('goes on summing while the flood does, and begins anew after it', () => {
  const { lines, sums: all } = sums();
  all.add('kind', 'a');
  all.add('kind', 'b');
  vi.advanceTimersByTime(10_000);
  all.add('kind', 'c');
  expect(lines).toEqual(['a x1', 'b x1']);
  vi.advanceTimersByTime(10_000);
  vi.advanceTimersByTime(10_000);
  all.add('kind', 'd');
  expect(lines).toEqual(['a x1', 'b x1', 'c x1', 'd x1']);
});

it('bounds the kinds: beyond them all further ones are one', () => {
  const { lines, sums: all } = sums();
  for (let n = 0; n < 1_500; n += 1) all.add(`kind ${n}`, 'x');
  expect(lines.length).toBe(1_001);
  all.close();
  expect(lines.length).toBe(1_002);
  expect(lines.at(-1)).toContain('x499');
});
