// Counts of the naive share partition, looked through from end to end.
import { isOpen, type NaiveMessage } from './naive-message.ts';
import type { NaiveShare } from './naive-share.ts';

/** Messages by state, with what retention took counted as removed whether or not anybody noticed. */
export function naiveCounts(share: NaiveShare, start: number, durableEnd: number) {
  const all = [...share.messages];
  const of = (state: NaiveMessage['state'], from: number) =>
    all.filter(([offset, message]) => message.state === state && offset >= from).length;
  const below = all.filter(([offset, message]) => isOpen(message) && offset < start).length;
  const from = Math.max(share.cursor, start);
  const ahead = all.filter(([offset, { state }]) => offset >= from && state !== 'fresh').length;
  const gone = all.filter(
    ([offset, { state }]) => offset >= share.cursor && offset < start && state !== 'fresh',
  ).length;
  return {
    fresh: Math.max(durableEnd - from, 0) - ahead,
    ready: of('ready', start),
    scheduled: of('scheduled', start),
    leased: of('leased', start),
    blocked: of('blocked', start),
    acknowledged: of('acknowledged', 0),
    dead: of('dead', 0),
    skipped: of('skipped', 0),
    removed: share.passedOver + share.takenAway + below + Math.max(start - share.cursor, 0) - gone,
  };
}
