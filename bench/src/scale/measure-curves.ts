// Measures scaling curves, each point on a broker of its own. A point that fails, or that the disk has no room for, is
// left out with its reason; the others stand.

import { measurePointApart } from '../apart/apart.ts';
import type { Curve, Failure, Point, Series } from '../results/results.ts';
import type { CurveRow, SeriesRow } from './curves.ts';
import type { Place, PointRuns } from './measure-point.ts';

export interface ScaleOptions {
  /** Of each point. */
  readonly runs: PointRuns;
  /** On a terminal. */
  readonly isProgressShown: boolean;
  readonly signal?: AbortSignal | undefined;
  /** Absent: those of the row. */
  readonly points?: readonly number[] | undefined;
  /** The costly points, too. */
  readonly isFull: boolean;
  /** Told of each point when it is done. */
  readonly onPoint?: (title: string, outcome: Point | string) => void;
  /** Absent: each in a process of its own. */
  readonly measure?: (place: Place) => Promise<Point | string>;
}

export interface Measured {
  readonly curves: readonly Curve[];
  /** Points that are missing. */
  readonly failures: readonly Failure[];
}

export async function measureCurves(
  rows: readonly CurveRow[],
  options: ScaleOptions,
): Promise<Measured> {
  const failures: Failure[] = [];
  const curves: Curve[] = [];
  for (const { curve, about, series, ...row } of rows) {
    const costly = options.isFull ? row.costlyPoints : [];
    const points = options.points ?? [...row.points, ...costly];
    const measured: Series[] = [];
    for (const each of series) {
      measured.push(await measureSeries({ curve, points, series: each }, options, failures));
    }
    curves.push({ curve, about, series: measured });
  }
  return { curves, failures };
}

interface Line {
  readonly curve: Curve['curve'];
  readonly points: readonly number[];
  readonly series: SeriesRow;
}

async function measureSeries(
  { curve, points, series }: Line,
  options: ScaleOptions,
  failures: Failure[],
): Promise<Series> {
  const found: Point[] = [];
  const measure = options.measure ?? ((place: Place) => apart(place, options));
  for (const at of points) {
    if (at < (series.min ?? 0)) continue;
    const title = `${curve} ${at}: ${series.name}`;
    const outcome = await measure({ curve, series, at });
    options.onPoint?.(title, outcome);
    if (typeof outcome === 'string') failures.push({ part: title, reason: outcome });
    else found.push(outcome);
  }
  return { workload: series.name, points: found };
}

/** The reason where it fails; throws only what aborts all. */
async function apart(
  { curve, series, at }: Place,
  { runs, isProgressShown, signal }: ScaleOptions,
): Promise<Point | string> {
  const task = { kind: 'point', curve, series: series.name, at, runs } as const;
  try {
    return await measurePointApart(task, { isProgressShown, signal });
  } catch (error) {
    if (error instanceof Error && signal?.aborted !== true) return error.message;
    throw error;
  }
}
