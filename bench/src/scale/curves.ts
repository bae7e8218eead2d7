// The table of scaling curves: what grows, which works are measured at each of its points, and with what settings. It
// measures nothing.

import { type NumberOption, OPTIONS, recordsWithin, type Settings } from '../options/table.ts';
import type { Curve } from '../results/results.ts';
import { consume } from '../workloads/consume.ts';
import { fanOut, fanOutQueue, tail } from '../workloads/fan-out.ts';
import { manyConnections } from '../workloads/many-connections.ts';
import { produce, produceOnto } from '../workloads/produce.ts';
import { queue } from '../workloads/queue.ts';
import type { Workload } from '../workloads/workload.ts';

export interface CurveRow {
  readonly curve: Curve['curve'];
  readonly about: string;
  readonly points: readonly number[];
  /** Measured beside those where everything is asked for. */
  readonly costlyPoints: readonly number[];
  /** What a point may be. */
  readonly range: Pick<NumberOption, 'min' | 'max'>;
  readonly series: readonly SeriesRow[];
}

export interface SeriesRow {
  /** In plots and tables. */
  readonly name: string;
  readonly workload: Workload;
  /** What differs from the defaults of the workload. */
  readonly settingsAt: (point: number) => Partial<Settings>;
  /** Points below mean nothing to it. */
  readonly min?: number;
}

/** Of the records that are read again and again. */
const BACKLOG_BYTES = 200_000_000;
const BACKLOG_RECORDS_MAX = 1_000_000;
/** Enough for the largest record too, of which a batch has one. */
const BACKLOG_RECORDS_MIN = 200;

function ofSize(recordBytes: number, workload: Workload): Partial<Settings> {
  const few = Math.floor(BACKLOG_BYTES / recordBytes);
  const backlog = Math.max(BACKLOG_RECORDS_MIN, Math.min(BACKLOG_RECORDS_MAX, few));
  const batch = recordsWithin(workload.defaults.batch ?? OPTIONS.batch.fallback, recordBytes);
  return { recordBytes, backlog, batch };
}

export const CURVE_ROWS: readonly CurveRow[] = [
  {
    curve: 'partitions',
    about: 'partitions of the topic',
    points: [1, 10, 100, 1_000],
    costlyPoints: [],
    range: OPTIONS.partitions,
    series: [
      { name: 'produce', workload: produce, settingsAt: (partitions) => ({ partitions }) },
      {
        name: 'consume',
        workload: consume,
        settingsAt: (partitions) => ({ partitions, backlog: BACKLOG_RECORDS_MAX }),
      },
      { name: 'queue', workload: queue, settingsAt: (partitions) => ({ partitions }) },
    ],
  },
  {
    curve: 'backlog',
    about: 'records in the topic before',
    points: [0, 10_000, 1_000_000],
    costlyPoints: [10_000_000, 50_000_000],
    range: { min: 0, max: OPTIONS.backlog.max },
    series: [
      { name: 'produce', workload: produceOnto, settingsAt: (backlog) => ({ backlog }) },
      // One group, which reads what is written behind the backlog.
      {
        name: 'consume',
        workload: tail,
        settingsAt: (backlog) => ({ backlog, groups: 1, inFlight: 32 }),
      },
      // All of the backlog waits for the group. Without any there is nothing to work off.
      { name: 'queue', workload: queue, settingsAt: (backlog) => ({ backlog }), min: 1 },
    ],
  },
  {
    curve: 'groups',
    about: 'groups that each read everything',
    points: [1, 10, 100],
    costlyPoints: [],
    range: OPTIONS.groups,
    series: [
      { name: 'fan-out', workload: fanOut, settingsAt: (groups) => ({ groups }) },
      { name: 'fan-out-queue', workload: fanOutQueue, settingsAt: (groups) => ({ groups }) },
    ],
  },
  {
    curve: 'connections',
    about: 'connections, one record on its way each',
    points: [1, 10, 100, 1_000],
    costlyPoints: [],
    range: OPTIONS.connections,
    series: [
      {
        name: 'many-connections',
        workload: manyConnections,
        settingsAt: (connections) => ({ connections }),
      },
    ],
  },
  {
    curve: 'record-size',
    about: 'bytes of a record',
    points: [10, 100, 1_024, 10_240, 102_400, OPTIONS.recordBytes.max],
    costlyPoints: [],
    range: OPTIONS.recordBytes,
    series: [produce, consume, queue].map((workload) => ({
      name: workload.name,
      workload,
      settingsAt: (recordBytes) => ofSize(recordBytes, workload),
    })),
  },
];
