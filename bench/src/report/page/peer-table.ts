// Entries of the comparison as bars and rows: what its plots have in common.

import type { Spread } from '../../measure/spread.ts';
import type { Bar, BarGroup } from '../charts/bars.ts';
import type { Entry } from '../reading/standing.ts';

/** Of the two bars to each peer. */
export const MODES = ['flushed before it acknowledges', 'not flushed'] as const;

/** One group to each peer, best first; within it what is flushed, then what is not. */
export function groupsOf(
  entries: readonly Entry[],
  barOf: (entry: Entry) => Bar | null,
  better: 'more' | 'less',
): readonly BarGroup[] {
  const names = [...new Set(entries.map(({ peer }) => peer.title))];
  const groups = names.map((name) => {
    const own = entries.filter(({ peer }) => peer.title === name);
    const bars = [true, false].map((isFlushed) => {
      const entry = own.find(({ mode }) => mode.isFlushed === isFlushed);
      return entry === undefined ? null : barOf(entry);
    });
    return { name, isOurs: own.some(({ isOurs }) => isOurs), bars };
  });
  const shown = groups.filter(({ bars }) => bars.some((bar) => bar !== null));
  const sign = better === 'more' ? -1 : 1;
  const extreme = better === 'more' ? Math.max : Math.min;
  const rank = ({ bars }: BarGroup) => extreme(...bars.flatMap((bar) => (bar ? [bar.value] : [])));
  return shown.toSorted((a, b) => sign * (rank(a) - rank(b)));
}

export function barOfSpread(spread: Spread | undefined): Bar | null {
  return spread === undefined ? null : { value: spread.median, min: spread.min, max: spread.max };
}

export function barOfNumber(value: number | null | undefined): Bar | null {
  return typeof value === 'number' && value > 0 ? { value, min: value, max: value } : null;
}

/** `default, flushed`. */
export function modeText({ mode }: Entry): string {
  if (mode.mode !== 'default') return mode.mode;
  return mode.isFlushed ? 'default, flushed' : 'default, not flushed';
}
