// Measures scaling curves, each point on a broker of its own. A point that fails, or that the disk has no room for, is
// left out with its reason; the others stand.

import { runWorkload } from '../measure/run-workload.ts';
import { defaultsOf } from '../options/parse.ts';
import type { Settings } from '../options/table.ts';
import type { Progress } from '../report/progress.ts';
import { reportOf } from '../report/report.ts';
import type { Curve, Failure, Point, Series } from '../results/results.ts';
import type { Workload } from '../workloads/workload.ts';
import type { CurveRow, SeriesRow } from './curves.ts';
import { freeBytes, lackOfRoom } from './disk-room.ts';

export interface ScaleOptions {
  /** Of each point. */
  readonly runs: Pick<Settings, 'duration' | 'warmup' | 'runs' | 'sync'>;
  readonly progress: Progress;
  /** Absent: those of the row. */
  readonly points?: readonly number[] | undefined;
  /** The costly points, too. */
  readonly isFull: boolean;
  /** Told of each point when it is done. */
  readonly onPoint?: (title: string, outcome: Point | string) => void;
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
  readonly curve: string;
  readonly points: readonly number[];
  readonly series: SeriesRow;
}

async function measureSeries(
  { curve, points, series }: Line,
  options: ScaleOptions,
  failures: Failure[],
): Promise<Series> {
  const found: Point[] = [];
  for (const at of points) {
    if (at < (series.min ?? 0)) continue;
    const title = `${curve} ${at}: ${series.name}`;
    const outcome = await measurePoint(series, at, options);
    options.onPoint?.(title, outcome);
    if (typeof outcome === 'string') failures.push({ part: title, reason: outcome });
    else found.push(outcome);
  }
  return { workload: series.name, points: found };
}

/** Or why there is none. */
async function measurePoint(
  { workload, settingsAt }: SeriesRow,
  at: number,
  { runs, progress }: ScaleOptions,
): Promise<Point | string> {
  const settings = { ...defaultsOf(workload), ...runs, ...settingsAt(at) };
  const lack = workload.takes.includes('backlog') ? lackOfRoom(settings, freeBytes()) : null;
  if (lack !== null) return lack;
  try {
    const outcome = await runWorkload(withoutBaseline(workload), settings, progress);
    const { recordsPerSecond, megabytesPerSecond, latencyMs, broker, client } = reportOf(outcome);
    return {
      at,
      recordsPerSecond,
      megabytesPerSecond: megabytesPerSecond.median,
      latencyMs,
      brokerCpuSecondsPerMillion: broker?.cpuSecondsPerMillion ?? null,
      clientCpuSecondsPerMillion: client.cpuSecondsPerMillion,
      brokerAnonymousBytes: broker?.anonymousBytes ?? null,
    };
  } catch (error) {
    if (error instanceof Error) return error.message;
    throw error;
  }
}

/** The bare committer would take as long again, and says nothing of a curve. */
function withoutBaseline(workload: Workload): Workload {
  return {
    ...workload,
    open: async (arena) => {
      const session = await workload.open(arena);
      return {
        measure: (run) => session.measure(run),
        verify: () => session.verify(),
        close: () => session.close(),
      };
    },
  };
}
