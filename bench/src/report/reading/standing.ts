// Who stands where in one work of the comparison, and the sentence that says it. A peer that wins is named as such.

import { formatFactor } from '../../format.ts';
import type {
  ComparedMode,
  ComparedPeer,
  ComparedWork,
  PeerComparison,
  PeerWork,
} from '../../results/results.ts';

export const OUR_NAME = 'millrace';

export interface Entry {
  readonly peer: ComparedPeer;
  readonly mode: ComparedMode;
  readonly figures: ComparedWork;
  readonly isOurs: boolean;
}

/** What was measured of one work, peer by peer and mode by mode. */
export function entriesOf({ peers }: PeerComparison, work: PeerWork): readonly Entry[] {
  return peers.flatMap((peer) =>
    peer.modes.flatMap((mode) => {
      const figures = mode.works.find((each) => each.work === work);
      return figures ? [{ peer, mode, figures, isOurs: peer.name === OUR_NAME }] : [];
    }),
  );
}

export const isFlushed = ({ mode }: Entry): boolean => mode.isFlushed;
export const isDefault = ({ mode }: Entry): boolean => mode.mode === 'default';

/** Of entries that were sent to at one rate, those that kept up with it: the others had less to do. */
export function keepingUp(entries: readonly Entry[]): readonly Entry[] {
  const rateOf = ({ figures }: Entry) => figures.recordsPerSecond?.median ?? 0;
  const most = Math.max(...entries.map(rateOf));
  return entries.filter((entry) => rateOf(entry) >= most * KEPT_UP);
}

const KEPT_UP = 0.9;

export interface Standing {
  readonly ours: number;
  readonly best: { readonly title: string; readonly value: number } | null;
  /** Ours over the best of the peers, or the other way round where less is better: above 1 we are ahead. */
  readonly lead: number | null;
}

export interface Contest {
  readonly figureOf: (entry: Entry) => number | null | undefined;
  readonly better: 'more' | 'less';
}

/** Null where ours was not measured. */
export function standingOf(
  entries: readonly Entry[],
  { figureOf, better }: Contest,
): Standing | null {
  const told = entries.flatMap((entry) => {
    const value = figureOf(entry);
    return typeof value === 'number'
      ? [{ title: entry.peer.title, value, isOurs: entry.isOurs }]
      : [];
  });
  const sign = better === 'more' ? -1 : 1;
  const sorted = told.toSorted((a, b) => sign * (a.value - b.value));
  const ours = sorted.find(({ isOurs }) => isOurs)?.value;
  if (ours === undefined) return null;
  const best = sorted.find(({ isOurs }) => !isOurs) ?? null;
  const ratio = best === null ? null : ours / best.value;
  return { ours, best, lead: ratio === null || better === 'more' ? ratio : 1 / ratio };
}

/** `Flushed, Millrace is ahead with 1.09M/s: 6.6 times Redis Streams (165k/s), the best of the others.` */
export function standingSentence(
  what: string,
  standing: Standing | null,
  textOf: (value: number) => string,
  better: Contest['better'],
): string {
  if (standing === null) return `${what}, Millrace was not measured.`;
  const { ours, best, lead } = standing;
  if (best === null || lead === null) {
    return `${what}, Millrace has ${textOf(ours)}; no other was measured.`;
  }
  const other = `${best.title} (${textOf(best.value)})`;
  if (lead >= 0.95 && lead <= 1.05) {
    return `${what}, Millrace (${textOf(ours)}) and ${other} are within 5 % of each other.`;
  }
  const factor = formatFactor(Math.max(lead, 1 / lead));
  if (better === 'more') {
    return lead > 1
      ? `${what}, Millrace is ahead with ${textOf(ours)}: ${factor} ${other}, the best of the others.`
      : `${what}, ${other} wins: ${factor} Millrace (${textOf(ours)}).`;
  }
  return lead > 1
    ? `${what}, Millrace is ahead with ${textOf(ours)}: ${other}, the best of the others, takes ${factor} as much.`
    : `${what}, ${other} wins: Millrace (${textOf(ours)}) takes ${factor} as much.`;
}
