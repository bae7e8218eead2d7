// Scaling curves: the table, its command line, what is left out, and what is measured of a point.
import { describe, expect, it } from 'vitest';
import { OPTIONS } from '../src/options/table.ts';
import { UsageError } from '../src/options/usage-error.ts';
import { Progress } from '../src/report/progress.ts';
import { CURVES } from '../src/results/results.ts';
import { pointsOf, rowsOf } from '../src/scale/command.ts';
import { CURVE_ROWS, type CurveRow } from '../src/scale/curves.ts';
import { lackOfRoom } from '../src/scale/disk-room.ts';
import { measureCurves } from '../src/scale/measure-curves.ts';
import { measurePoint } from '../src/scale/measure-point.ts';
import { curvesText } from '../src/scale/people.ts';
import type { Arena, Workload } from '../src/workloads/workload.ts';

function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  throw new Error('was not refused');
}

describe('the table of curves', () => {
  it('has every curve once, with points that its range allows', () => {
    expect(CURVE_ROWS.map(({ curve }) => curve)).toEqual(CURVES);
    for (const { points, costlyPoints, range } of CURVE_ROWS) {
      for (const point of [...points, ...costlyPoints]) {
        expect(point).toBeGreaterThanOrEqual(range.min);
        expect(point).toBeLessThanOrEqual(range.max);
      }
    }
  });

  it('gives a workload settings that it takes', () => {
    for (const { points, series } of CURVE_ROWS) {
      for (const { workload, settingsAt } of series) {
        for (const name of Object.keys(settingsAt(points[0] ?? 1))) {
          expect([...workload.takes, 'backlog', 'batch']).toContain(name);
        }
      }
    }
  });

  it('has fewer records where they are large, in smaller batches', () => {
    const row = CURVE_ROWS.find(({ curve }) => curve === 'record-size');
    const [produce] = row?.series ?? [];
    expect(produce?.settingsAt(10)).toEqual({ recordBytes: 10, backlog: 1_000_000, batch: 1_000 });
    const { backlog, batch } = produce?.settingsAt(OPTIONS.recordBytes.max) ?? {};
    expect([backlog, batch]).toEqual([200, 1]);
  });
});

describe('the command line of scale', () => {
  it('takes one curve or all', () => {
    expect(rowsOf(['groups']).map(({ curve }) => curve)).toEqual(['groups']);
    expect(rowsOf(['all'])).toBe(CURVE_ROWS);
    expect(rowsOf([])).toBe(CURVE_ROWS);
    expect(refusal(() => rowsOf(['group']))).toMatch(/^no curve 'group': there are partitions, /);
    expect(refusal(() => rowsOf(['groups', 'all']))).toMatch(/^one curve at a time/);
  });

  it('takes points of one curve, within its range', () => {
    expect(pointsOf(undefined, CURVE_ROWS)).toBeUndefined();
    expect(pointsOf('100, 1,10,1', rowsOf(['groups']))).toEqual([1, 10, 100]);
    expect(pointsOf('0', rowsOf(['backlog']))).toEqual([0]);
    expect(refusal(() => pointsOf('0', rowsOf(['groups'])))).toBe(
      '--points is from 1 to 1000, not 0',
    );
    expect(refusal(() => pointsOf('few', rowsOf(['groups'])))).toMatch(/^--points is a whole/);
    expect(refusal(() => pointsOf('1', CURVE_ROWS))).toBe('--points is for one curve');
  });
});

describe('lackOfRoom', () => {
  it('says how much is missing for a large backlog', () => {
    const settings = { backlog: 50_000_000, recordBytes: 100 };
    expect(lackOfRoom(settings, 20e9)).toBeNull();
    expect(lackOfRoom(settings, 10e9)).toMatch(/^10G bytes are free in .*, it needs 12.1G$/);
  });
});

/** Does nothing, with figures that can be checked; fails at 3. Needs a broker, as every point does. */
const made: Workload = {
  name: 'made',
  about: '',
  latencyOf: '',
  takes: ['groups'],
  defaults: {},
  open: async ({ settings }: Arena) => ({
    measure: async () => {
      if (settings.groups === 3) throw new Error('three is too many');
      return { records: 1_000 * settings.groups, elapsedMs: 500 };
    },
    verify: async () => '',
    close: async () => undefined,
  }),
};

describe('measureCurves', () => {
  it('measures each point that a work has, and keeps the others where one fails', async () => {
    const row: CurveRow = {
      curve: 'groups',
      about: 'groups',
      points: [1],
      costlyPoints: [3],
      range: { min: 1, max: 9 },
      series: [
        { name: 'one', workload: made, settingsAt: (groups) => ({ groups }) },
        { name: 'two', workload: made, settingsAt: (groups) => ({ groups }), min: 4 },
      ],
    };
    const told: string[] = [];
    const runs = { duration: 1, warmup: 0, runs: 1, sync: 'os' } as const;
    const measured = await measureCurves([row], {
      runs,
      isProgressShown: false,
      measure: (place) => measurePoint(place, { runs, progress: new Progress(false) }),
      isFull: true,
      onPoint: (title) => told.push(title),
    });
    const [curve] = measured.curves;
    const rates = curve?.series.map(({ workload, points }) => {
      return [workload, points.map(({ at, recordsPerSecond }) => [at, recordsPerSecond.median])];
    });
    expect(rates).toEqual([
      ['one', [[1, 2_000]]],
      ['two', []],
    ]);
    expect(measured.failures).toEqual([{ part: 'groups 3: one', reason: 'three is too many' }]);
    expect(told).toEqual(['groups 1: one', 'groups 3: one']);
    const text = curvesText(measured);
    expect(text).toMatch(/one\s+│ 1\s+│ 2,000\s+│ 100 %/);
    expect(text).toContain('groups 3: one: three is too many');
  });
});
