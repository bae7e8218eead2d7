// Every figure of a whole run by a name, so that another run can be laid beside it.

import { workloadLabel } from '../report/page/workload-label.ts';
import type { Report } from '../report/report.ts';
import type { ComparedWork, PeerComparison, Results } from '../results/results.ts';

export const KINDS = [
  'rates of workloads',
  'ratios to the bare committer',
  'CPU of workloads',
  'medians of latency',
  'curves',
  'peers',
] as const;

export interface Figure {
  readonly kind: (typeof KINDS)[number];
  /** The same in every run of the same work. */
  readonly name: string;
  readonly value: number;
}

/** Workloads at a fixed rate or with one message at a time: their latency is the figure. */
const OF_LATENCY: ReadonlySet<string> = new Set(['produce-one', 'latency', 'latency-queue']);

export function figuresOf({ workloads, curves, peers }: Results): readonly Figure[] {
  return [
    ...workloads.flatMap(workloadFigures),
    ...curves.flatMap(({ curve, series }) =>
      series.flatMap(({ workload, points }) =>
        points.map(({ at, recordsPerSecond }) => {
          const name = `${curve} ${at}: ${workload}, records/s`;
          return { kind: 'curves', name, value: recordsPerSecond.median } as const;
        }),
      ),
    ),
    ...(peers === null ? [] : peerFigures(peers)),
  ];
}

function workloadFigures(report: Report): Figure[] {
  const label = workloadLabel(report);
  const { recordsPerSecond, latencyMs, baselineRatio, broker, client } = report;
  const figures: Figure[] = [];
  const add = (kind: Figure['kind'], what: string, value: number | undefined) => {
    if (value !== undefined) figures.push({ kind, name: `${label}: ${what}`, value });
  };
  if (OF_LATENCY.has(report.workload)) add('medians of latency', 'p50, ms', latencyMs?.p50);
  else add('rates of workloads', 'records/s', recordsPerSecond.median);
  add('ratios to the bare committer', 'ratio', baselineRatio);
  if (broker !== null) {
    const seconds = broker.cpuSecondsPerMillion + client.cpuSecondsPerMillion;
    add('CPU of workloads', 'CPU s/M', seconds);
  }
  return figures;
}

function peerFigures({ peers }: PeerComparison): Figure[] {
  return peers.flatMap(({ title, modes }) =>
    modes.flatMap(({ mode, works }) =>
      works.flatMap((work) => peerFigure(`${title}, ${mode}`, work)),
    ),
  );
}

function peerFigure(who: string, { work, recordsPerSecond, latencyMs }: ComparedWork): Figure[] {
  const isLatency = OF_LATENCY.has(work);
  const value = isLatency ? latencyMs?.p50 : recordsPerSecond?.median;
  if (value === undefined) return [];
  return [
    { kind: 'peers', name: `${who}: ${work}, ${isLatency ? 'p50, ms' : 'records/s'}`, value },
  ];
}
