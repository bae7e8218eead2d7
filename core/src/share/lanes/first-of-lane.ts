// Whether a message that waits may be leased on its own in a group with ordering by key: nothing of its key that comes
// before it is unresolved. It writes nothing.

import type { Ending } from '../end-attempt.ts';
import { laneAt, type Run } from '../run.ts';
import { NO_LANE } from './lane-number.ts';

/** Rows of messages that are about to go which are stepped over. */
const ROWS_MAX = 64;

/** `first` is the first message of the part of a waiting run that is to be leased. [L-60] */
export function isFirstOfLane({ scope, draft, view }: Ending, run: Run, first: number): boolean {
  const { lanes } = draft;
  const lane = laneAt(run, first);
  if (lanes === undefined || lanes.table.kind !== 'key' || lane === NO_LANE) return true;
  if (lanes.table.activeOf(lane) > 0) return false;
  if (first > Math.max(run.first, scope.low)) return false;
  const { groupId, topicId, partition } = scope.key;
  const prefix = [groupId, topicId, partition, lane] as const;
  const query = {
    prefix,
    from: [...prefix, scope.share.purgedTo],
    limit: ROWS_MAX,
    keysOnly: true,
  };
  for (const [[, , , , at]] of view.range('waitLanes', query)) {
    if (at === run.first) return true;
    const row = view.get('waiting', [groupId, topicId, partition, at]);
    if (row !== undefined && row[0] >= scope.low) return false;
  }
  return false;
}
