// When what waits for a time becomes ready: counted in stretches of time of one round length. Pure: now is an argument.

/** So many messages become ready at that time. */
export interface Due {
  readonly untilMs: number;
  readonly messages: number;
}

export interface Bin {
  readonly fromMs: number;
  readonly toMs: number;
  readonly messages: number;
}

export interface Bins {
  readonly binMs: number;
  readonly bins: readonly Bin[];
  /** The time has come, and nobody has received them yet. */
  readonly overdue: number;
}

const S = 1_000;
const MIN = 60 * S;
const H = 60 * MIN;
const D = 24 * H;
const ROUND_MS = [
  [1, 2, 5, 10, 30].map((seconds) => seconds * S),
  [1, 2, 5, 10, 30].map((minutes) => minutes * MIN),
  [1, 2, 6, 12].map((hours) => hours * H),
  [1, 2, 7, 14, 30].map((days) => days * D),
].flat();

export const BINS_MAX = 40;

/** From now to the last of them, in at most `binsMax` stretches; they begin at multiples of their length from now. */
export function binTimes(dues: readonly Due[], nowMs: number, binsMax = BINS_MAX): Bins {
  let overdue = 0;
  let lastMs = nowMs;
  for (const { untilMs, messages } of dues) {
    if (untilMs <= nowMs) overdue += messages;
    lastMs = Math.max(lastMs, untilMs);
  }
  const spanMs = lastMs - nowMs;
  const binMs =
    ROUND_MS.find((ms) => spanMs < ms * binsMax) ?? Math.ceil(spanMs / (binsMax - 1) / D) * D;
  const count = spanMs === 0 ? 0 : Math.floor(spanMs / binMs) + 1;
  const sums = Array.from({ length: count }, () => 0);
  for (const { untilMs, messages } of dues) {
    if (untilMs <= nowMs) continue;
    const at = Math.floor((untilMs - nowMs) / binMs);
    sums[at] = (sums[at] ?? 0) + messages;
  }
  const bins = sums.map((messages, at) => {
    return { fromMs: nowMs + at * binMs, toMs: nowMs + (at + 1) * binMs, messages };
  });
  return { binMs, bins, overdue };
}
