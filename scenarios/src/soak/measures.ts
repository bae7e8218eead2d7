// The table of what must not grow, and the judgement of each from the samples. What is judged, over which part of the run,
// and by how much it may rise stands here and nowhere else.

import type { Sample } from './sampler.ts';
import { grows, medianOf, type Point, type Shape, trendOf } from './trend.ts';

const MIB = 2 ** 20;

type Scope =
  /** From when all is warm to the end, whatever was killed meanwhile. */
  | 'run'
  /** The last life of the broker, the longest, from when it is warm. */
  | 'last life'
  /** One value a life, at the same age. */
  | 'lives';

interface MeasureRow {
  readonly measure: string;
  readonly unit: 'bytes' | 'count';
  readonly scope: Scope;
  readonly shape: Shape;
  /** What it may rise by, however long the run; for a run too short to be warm, this much more. */
  readonly riseMax: number;
  readonly riseMaxWhenShort: number;
  readonly valueOf: (sample: Sample) => number | null;
}

export const MEASURES: readonly MeasureRow[] = [
  memory('memory of the broker', 'last life', ({ broker }) => broker?.memoryBytes ?? null),
  memory('heap of the broker', 'last life', ({ heapBytes }) => heapBytes),
  memory('memory of the broker after each start', 'lives', (s) => s.broker?.memoryBytes ?? null),
  handles('handles of the broker', 'last life', ({ broker }) => broker?.handles ?? null),
  handles('handles of the broker after each start', 'lives', (s) => s.broker?.handles ?? null),
  memory('memory of the gateway', 'run', ({ gateway }) => gateway?.memoryBytes ?? null),
  memory('heap of the gateway', 'run', ({ gatewayHeapBytes }) => gatewayHeapBytes),
  handles('handles of the gateway', 'run', ({ gateway }) => gateway?.handles ?? null),
  memory('memory of the clients', 'run', ({ load }) => load?.memoryBytes ?? null),
  memory('heap of the clients', 'run', ({ loadHeapBytes }) => loadHeapBytes),
  handles('handles of the clients', 'run', ({ load }) => load?.handles ?? null),
  disk('data directory on the disk', ({ diskBytes }) => diskBytes),
  disk('data in it, without free pages', ({ dataBytes }) => dataBytes),
];

/** A heap is a saw, and its low says what is held; V8 takes up to 128 MiB more before it cleans up. */
function memory(measure: string, scope: Scope, read: MeasureRow['valueOf']): MeasureRow {
  const bounds = { riseMax: 16 * MIB, riseMaxWhenShort: 128 * MIB };
  return { measure, unit: 'bytes', scope, shape: 'low', ...bounds, valueOf: read };
}

/** Connections come and go all the time. */
function handles(measure: string, scope: Scope, read: MeasureRow['valueOf']): MeasureRow {
  const bounds = { riseMax: 12, riseMaxWhenShort: 0 };
  return { measure, unit: 'count', scope, shape: 'middle', ...bounds, valueOf: read };
}

function disk(measure: string, read: MeasureRow['valueOf']): MeasureRow {
  const bounds = { riseMax: 32 * MIB, riseMaxWhenShort: 64 * MIB };
  return { measure, unit: 'bytes', scope: 'run', shape: 'middle', ...bounds, valueOf: read };
}

export interface Judged {
  readonly measure: string;
  readonly unit: 'bytes' | 'count';
  readonly scope: Scope;
  readonly seconds: number;
  readonly early: number;
  readonly late: number;
  readonly rise: number;
  readonly riseMax: number;
  readonly verdict: 'flat' | 'grows' | 'not judged';
}

/** As long as this, a life or run is judged by its bounds alone. */
const LONG_MS = 300_000;
/**
 * What is left out until all is warm: a part, at most so long. A run takes until the outcomes of transactions, which are kept for
 * 15 minutes, come and go at the same rate.
 */
const WARM = {
  run: { part: 1 / 3, msMax: 1_200_000 },
  'last life': { part: 1 / 4, msMax: 300_000 },
} as const;

/** When a run of so long is warm. */
export function warmAfterMs(runMs: number, scope: keyof typeof WARM = 'run'): number {
  const { part, msMax } = WARM[scope];
  return Math.min(msMax, runMs * part);
}
/** Of lives: the age at which they are compared. */
const AGE_MS = { from: 8_000, to: 30_000 } as const;

export function judge(samples: readonly Sample[]): Judged[] {
  return MEASURES.map((row) => judged(row, pointsOf(row, samples)));
}

function judged(row: MeasureRow, points: readonly Point[]): Judged {
  const { measure, unit, scope, riseMax, riseMaxWhenShort, shape } = row;
  const spanMs = (points.at(-1)?.ms ?? 0) - (points[0]?.ms ?? 0);
  const shortness = scope === 'lives' ? 0 : Math.max(0, 1 - spanMs / LONG_MS);
  const bound = riseMax + riseMaxWhenShort * shortness;
  const common = { measure, unit, scope, seconds: spanMs / 1_000, riseMax: bound };
  const trend = trendOf(points, shape);
  if (trend === null) return { ...common, early: 0, late: 0, rise: 0, verdict: 'not judged' };
  const { early, late, rise } = trend;
  return { ...common, early, late, rise, verdict: grows(trend, bound) ? 'grows' : 'flat' };
}

function pointsOf(row: MeasureRow, samples: readonly Sample[]): Point[] {
  const points = (of: readonly Sample[]): Point[] =>
    of.flatMap((sample) => {
      const value = row.valueOf(sample);
      return value === null || Number.isNaN(value) ? [] : [{ ms: sample.ms, value }];
    });
  if (row.scope === 'run') return warm(points(samples), row.scope);
  const last = samples.at(-1)?.life ?? 0;
  if (row.scope === 'last life') {
    const ofLast = samples.filter(({ life }) => life === last);
    return warm(points(ofLast), row.scope);
  }
  return Array.from({ length: last + 1 }, (_, number) =>
    points(
      samples.filter(
        ({ life, ageMs }) => life === number && ageMs >= AGE_MS.from && ageMs <= AGE_MS.to,
      ),
    ),
  ).flatMap((of) => {
    const [first] = of;
    if (first === undefined) return [];
    return [{ ms: first.ms, value: medianOf(of.map(({ value }) => value)) }];
  });
}

function warm(points: readonly Point[], scope: keyof typeof WARM): Point[] {
  const first = points[0]?.ms ?? 0;
  const from = first + warmAfterMs((points.at(-1)?.ms ?? 0) - first, scope);
  return points.filter(({ ms }) => ms >= from);
}
