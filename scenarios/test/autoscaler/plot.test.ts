// The plot of depth and workers, to the letter.

import { describe, expect, test } from 'vitest';
import { drawPlot, type Point } from '../../src/autoscaler/plot.ts';

const points = (...values: number[]): Point[] =>
  values.map((value, at) => ({ atMs: at * 1_000, value }));

describe('a plot', () => {
  test('bands of bars over one axis, with marks', () => {
    const plot = drawPlot({
      width: 8,
      bands: [
        { title: 'depth', rows: 3, points: points(0, 12, 24, 1_200, 600, 300, 0, 0) },
        { title: 'workers', rows: 2, points: points(1, 1, 2, 3, 4, 4, 2, 1) },
      ],
      marks: [
        { atMs: 2_000, text: 'more' },
        { atMs: 7_000, text: 'over' },
      ],
    });
    expect(plot.split('\n')).toEqual(
      [
        '      depth',
        '1,200 ┤   █',
        '      ┤   █▄',
        '    0 ┤ ▁▁██▆',
        '      workers',
        '    4 ┤   ▄██  ',
        '    0 ┤▄▄█████▄',
        '      └────────',
        '       0 s  7 s',
        '         ↑ more',
        '         over ↑',
      ].map((line) => line.trimEnd()),
    );
  });

  test('a column keeps the largest value of its time, and the last one where nothing was measured', () => {
    const plot = drawPlot({
      width: 4,
      bands: [
        {
          title: 'depth',
          rows: 1,
          points: [
            { atMs: 0, value: 8 },
            { atMs: 10, value: 2 },
            { atMs: 2_000, value: 4 },
            { atMs: 4_000, value: 0 },
          ],
        },
      ],
    });
    expect(plot.split('\n')[1]).toBe('8 ┤██▄ '.trimEnd());
  });

  test('nothing measured, and one value alone', () => {
    const nothing = drawPlot({ width: 3, bands: [{ title: 'depth', rows: 1, points: [] }] });
    expect(nothing.split('\n').slice(0, 2)).toEqual(['  depth', '1 ┤']);
    const one = drawPlot({ width: 3, bands: [{ title: 'depth', rows: 1, points: points(5) }] });
    expect(one.split('\n')[1]).toBe('5 ┤███');
  });
});
