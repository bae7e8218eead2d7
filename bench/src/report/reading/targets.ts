// What Millrace wants to reach, as a table: each row finds its figure in the results. The figures it asks for stand here
// and nowhere else.

import { formatCount, formatShort } from '../../format.ts';
import type { PeerWork, Results } from '../../results/results.ts';
import type { Report } from '../report.ts';
import { entriesOf, isDefault, isFlushed, keepingUp, standingOf } from './standing.ts';

export interface Target {
  readonly work: string;
  readonly wanted: string;
  /** Null where the results say nothing of it. */
  readonly found: string | null;
  readonly isMet: boolean | null;
}

interface WorkloadTarget {
  readonly work: string;
  readonly workload: string;
  readonly settings?: Readonly<Record<string, number | string>>;
  readonly figureOf: (report: Report) => number | null | undefined;
  readonly wanted: number;
  readonly better: 'more' | 'less';
  readonly textOf: (value: number) => string;
}

const rate = (report: Report) => report.recordsPerSecond.median;
const perSecond = (value: number) => `${formatCount(Math.round(value))}/s`;
const milliseconds = (value: number) => `${value.toFixed(2)} ms`;
const share = (value: number) => value.toFixed(2);

const WORKLOAD_TARGETS: readonly WorkloadTarget[] = [
  {
    work: 'produce 100 B, one process',
    workload: 'produce',
    figureOf: rate,
    wanted: 1_700_000,
    better: 'more',
    textOf: perSecond,
  },
  {
    work: 'produce 100 B, stored bytes over those of the bare committer',
    workload: 'produce',
    figureOf: ({ baselineRatio }) => baselineRatio,
    wanted: 0.3,
    better: 'more',
    textOf: share,
  },
  {
    work: 'produce 1 KiB, stored bytes over those of the bare committer',
    workload: 'produce',
    settings: { recordBytes: 1_024 },
    figureOf: ({ baselineRatio }) => baselineRatio,
    wanted: 0.6,
    better: 'more',
    textOf: share,
  },
  {
    work: 'consume 100 B, one process',
    workload: 'consume',
    figureOf: rate,
    wanted: 3_000_000,
    better: 'more',
    textOf: perSecond,
  },
  {
    work: 'receive and acknowledge, batches of 100',
    workload: 'queue',
    figureOf: rate,
    wanted: 900_000,
    better: 'more',
    textOf: perSecond,
  },
  {
    work: 'receive and acknowledge one by one, 256 at a time',
    workload: 'queue-one',
    figureOf: rate,
    wanted: 60_000,
    better: 'more',
    textOf: perSecond,
  },
  {
    work: 'produce one at a time, p50',
    workload: 'produce-one',
    figureOf: ({ latencyMs }) => latencyMs?.p50,
    wanted: 0.4,
    better: 'less',
    textOf: milliseconds,
  },
  {
    work: 'end to end at 10,000/s, p99',
    workload: 'latency',
    figureOf: ({ latencyMs }) => latencyMs?.p99,
    wanted: 5,
    better: 'less',
    textOf: milliseconds,
  },
];

/** Works in which ours must beat each peer at that peer's default. */
const RATE_WORKS: readonly (readonly [PeerWork, string])[] = [
  ['produce', 'produce 100 B'],
  ['produce-1k', 'produce 1 KiB'],
  ['consume', 'consume 100 B'],
  ['queue', 'queue, in batches'],
  ['queue-one', 'queue, one by one'],
];

/** Works in which ours, flushed, must beat each peer that is flushed. */
const LATENCY_WORKS: readonly (readonly [PeerWork, string])[] = [
  ['produce-one', 'produce one at a time, p50'],
  ['latency', 'end to end, p99'],
];

const CPU_SHARE = 0.1;

export function targetsOf(results: Results): readonly Target[] {
  const own = WORKLOAD_TARGETS.map((target) => workloadTarget(target, results.workloads));
  if (results.peers === null) return own;
  return [...own, ...peerTargets(results.peers)];
}

function workloadTarget(target: WorkloadTarget, reports: readonly Report[]): Target {
  const { work, wanted, better, textOf } = target;
  const report = reports.find((each) => isOf(target, each));
  const value = report === undefined ? null : (target.figureOf(report) ?? null);
  return {
    work,
    wanted: `${better === 'more' ? 'at least' : 'at most'} ${textOf(wanted)}`,
    found: value === null ? null : textOf(value),
    isMet: value === null ? null : better === 'more' ? value >= wanted : value <= wanted,
  };
}

function isOf({ workload, settings = {} }: WorkloadTarget, report: Report): boolean {
  const found: Readonly<Record<string, unknown>> = report.environment.settings;
  const asked = { recordBytes: 100, sync: 'always', ...settings };
  return (
    report.workload === workload &&
    Object.entries(asked).every(([name, value]) => found[name] === value)
  );
}

function peerTargets(comparison: NonNullable<Results['peers']>): Target[] {
  const rates = RATE_WORKS.map(([work, spoken]) => {
    const standing = standingOf(entriesOf(comparison, work).filter(isDefault), {
      figureOf: ({ figures }) => figures.recordsPerSecond?.median,
      better: 'more',
    });
    return leadTarget(
      `${spoken}: each peer at its default`,
      standing,
      (value) => `${formatShort(value)}/s`,
    );
  });
  const latencies = LATENCY_WORKS.map(([work, spoken]) => {
    const flushed = entriesOf(comparison, work).filter(isFlushed);
    const standing = standingOf(work === 'latency' ? keepingUp(flushed) : flushed, {
      figureOf: ({ figures }) =>
        work === 'latency' ? figures.latencyMs?.p99 : figures.latencyMs?.p50,
      better: 'less',
    });
    return leadTarget(`${spoken}: each peer flushed`, standing, milliseconds);
  });
  return [...rates, ...latencies, cpuTarget(comparison)];
}

function leadTarget(
  work: string,
  standing: ReturnType<typeof standingOf>,
  textOf: (value: number) => string,
): Target {
  const { ours = null, best = null, lead = null } = standing ?? {};
  if (ours === null || best === null || lead === null) {
    return { work, wanted: 'ahead of all', found: null, isMet: null };
  }
  const found = `${textOf(ours)}; best of the peers: ${best.title}, ${textOf(best.value)}`;
  return { work, wanted: 'ahead of all', found, isMet: lead > 1 };
}

function cpuTarget(comparison: NonNullable<Results['peers']>): Target {
  const standing = standingOf(entriesOf(comparison, 'produce').filter(isDefault), {
    figureOf: ({ figures }) => figures.serverCpuSecondsPerMillion,
    better: 'less',
  });
  const target = leadTarget(
    "broker's CPU seconds a million records produced",
    standing,
    (value) => `${value.toFixed(2)} s`,
  );
  const { lead = null } = standing ?? {};
  return {
    ...target,
    wanted: 'a tenth of each peer at its default',
    isMet: lead === null ? null : lead >= 1 / CPU_SHARE,
  };
}
