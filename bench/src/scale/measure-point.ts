// One point of a scaling curve, on a broker of its own.

import { runWorkload } from '../measure/run-workload.ts';
import { defaultsOf } from '../options/parse.ts';
import type { Settings } from '../options/table.ts';
import type { Progress } from '../report/progress.ts';
import { reportOf } from '../report/report.ts';
import type { Curve, Point } from '../results/results.ts';
import type { Workload } from '../workloads/workload.ts';
import type { SeriesRow } from './curves.ts';
import { freeBytes, lackOfRoom } from './disk-room.ts';

/** How each point is measured. */
export type PointRuns = Pick<Settings, 'duration' | 'warmup' | 'runs' | 'sync'>;

/** Where in the curves. */
export interface Place {
  readonly curve: Curve['curve'];
  readonly series: SeriesRow;
  readonly at: number;
}

/** Or why there is none. */
export async function measurePoint(
  { series: { workload, settingsAt }, at }: Place,
  { runs, progress }: { readonly runs: PointRuns; readonly progress: Progress },
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
