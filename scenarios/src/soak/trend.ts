// Whether a measure grows: a trend that goes through all of the samples and on to their end, and is larger than what it may
// be. Pure functions of samples; they know neither processes nor units.

export interface Point {
  readonly ms: number;
  readonly value: number;
}

export type Shape = 'low' | 'middle' | 'high';

export interface Trend {
  readonly windows: number;
  /** Of the first and of the last third. */
  readonly early: number;
  readonly late: number;
  /** Of the line through them, from the first to the last window. */
  readonly rise: number;
  /** Of all pairs of windows, how many more rise than fall: from -1 to 1. */
  readonly tau: number;
  /** The line through the second half alone, over as long. */
  readonly lateRise: number;
}

const WINDOWS = 24;
/** A line whose pairs rise less often is noise. */
const TAU_MIN = 0.4;

/** Null where there are too few samples to say anything. `shape`: what of a window counts; of a heap, a saw, the low. */
export function trendOf(points: readonly Point[], shape: Shape): Trend | null {
  const windows = windowsOf(points, shape);
  if (windows.length < WINDOWS / 2) return null;
  const values = windows.map(({ value }) => value);
  const third = Math.floor(values.length / 3);
  const lateHalf = windows.slice(windows.length >> 1);
  return {
    windows: windows.length,
    early: medianOf(values.slice(0, third)),
    late: medianOf(values.slice(-third)),
    rise: slopeOf(windows) * spanOf(windows),
    tau: tauOf(values),
    lateRise: slopeOf(lateHalf) * spanOf(windows),
  };
}

/**
 * It rises by more than it may, nearly all the time, and has not stopped: what fills up and is full then, or steps up once,
 * does not grow.
 */
export function grows({ rise, tau, lateRise }: Trend, riseMax: number): boolean {
  return rise > riseMax && tau >= TAU_MIN && lateRise > riseMax / 2;
}

function windowsOf(points: readonly Point[], shape: Shape): Point[] {
  const first = points[0]?.ms ?? 0;
  const width = ((points.at(-1)?.ms ?? 0) - first) / WINDOWS;
  if (!(width > 0)) return [];
  const parts: Point[][] = Array.from({ length: WINDOWS }, () => []);
  for (const point of points) {
    parts[Math.min(WINDOWS - 1, Math.floor((point.ms - first) / width))]?.push(point);
  }
  return parts
    .filter((part) => part.length > 0)
    .map((part) => ({
      ms: medianOf(part.map(({ ms }) => ms)),
      value: ofShape(
        part.map(({ value }) => value),
        shape,
      ),
    }));
}

function ofShape(values: readonly number[], shape: Shape): number {
  if (shape === 'low') return Math.min(...values);
  return shape === 'high' ? Math.max(...values) : medianOf(values);
}

function spanOf(points: readonly Point[]): number {
  return (points.at(-1)?.ms ?? 0) - (points[0]?.ms ?? 0);
}

/** Theil and Sen's: the median over all pairs, which single windows do not move. A unit a ms. */
function slopeOf(points: readonly Point[]): number {
  return medianOf(pairsOf(points).map(([a, b]) => (b.value - a.value) / (b.ms - a.ms)));
}

/** Kendall's. */
function tauOf(values: readonly number[]): number {
  const pairs = pairsOf(values);
  const sum = pairs.reduce((total, [a, b]) => total + Math.sign(b - a), 0);
  return pairs.length === 0 ? 0 : sum / pairs.length;
}

function pairsOf<T>(list: readonly T[]): [T, T][] {
  return list.flatMap((a, at) => list.slice(at + 1).map((b): [T, T] => [a, b]));
}

export function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  const upper = sorted[half] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? Number.NaN) + upper) / 2;
}
