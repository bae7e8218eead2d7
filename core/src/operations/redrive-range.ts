// Which messages a redrive looks at: those of each partition that are not resolved, within the offsets that its filter
// allows, and below the end that the log had when it began.

import type { Topic } from '../catalog/catalog.ts';
import type { View } from '../decision.ts';
import type { TaskRow } from '../queue-rows.ts';
import type { ShardState } from '../shard-state.ts';
import { countShare } from '../share/counters.ts';
import type { Run } from '../share/run.ts';
import { ShareRuns } from '../share/share-runs.ts';
import { findShare, type ShareScope } from '../share/share-scope.ts';
import { openMessages } from './decide-purge.ts';

type Filter = TaskRow['filter'];

/** For each partition the offset before which its letters end; 0: none of them. */
export function redriveEnds(state: ShardState, topic: Topic, filter: Filter): readonly number[] {
  return Array.from({ length: topic.partitions }, (_, partition) => {
    if (filter.partition !== null && filter.partition !== partition) return 0;
    const { durableEnd } = state.logs.at(topic.topicId, partition);
    return filter.toOffset === null ? durableEnd : Math.min(durableEnd, filter.toOffset + 1);
  });
}

/** The first offset of a partition that is looked at. */
export function redriveFrom({ low, share }: ShareScope, filter: Filter, offset: number): number {
  return Math.max(low, share.floor, filter.fromOffset ?? 0, offset);
}

/**
 * Messages that are not resolved, when the task begins. With a range of offsets it is the most there can be: counting
 * them exactly would mean to read them.
 */
export function unresolvedIn(
  state: ShardState,
  view: View,
  task: Pick<TaskRow, 'topicId' | 'groupId' | 'filter' | 'ends'>,
): number {
  const { groupId, topicId, filter } = task;
  let messages = 0;
  for (const [partition, end] of task.ends.entries()) {
    const scope = findShare(state, { groupId, topicId, partition });
    // A group that is made with the task has resolved nothing.
    const low = scope.error === undefined ? redriveFrom(scope, filter, 0) : filter.fromOffset;
    const { startOffset } = state.logs.at(topicId, partition);
    const inRange = Math.max(end - Math.max(startOffset, low ?? 0), 0);
    const all = scope.error === undefined ? openMessages(countShare(scope, view)) : inRange;
    messages += Math.min(inRange, all);
  }
  return messages;
}

/** Consecutive messages in one state. */
export interface Unresolved {
  readonly first: number;
  readonly last: number;
  /** Absent: fresh. */
  readonly run?: Run | undefined;
}

/** In offset order. Offsets from the cursor on that have no record are among the fresh ones. */
export function* unresolvedFrom(
  scope: ShareScope,
  view: View,
  from: number,
  end: number,
): Generator<Unresolved> {
  const { share } = scope;
  let fresh = Math.max(from, share.cursor);
  for (const run of new ShareRuns(share, view).runsFrom(from)) {
    if (run.first >= end) break;
    if (run.first > fresh) yield* freshWithin(scope, view, fresh, run.first);
    fresh = Math.max(fresh, run.last + 1);
    yield { first: Math.max(run.first, from), last: Math.min(run.last, end - 1), run };
  }
  if (fresh < end) yield* freshWithin(scope, view, fresh, end);
}

/** Without those that an operator declared dead before the cursor reached them. */
function* freshWithin(
  { key, share }: ShareScope,
  view: View,
  from: number,
  end: number,
): Generator<Unresolved> {
  let next = from;
  if (share.ahead > 0) {
    const prefix = [key.groupId, key.topicId, key.partition];
    const before = { prefix, from: [...prefix, from], reverse: true, limit: 1 };
    for (const [, [last]] of view.range('dead', before)) next = Math.max(next, last + 1);
    const within = { prefix, from: [...prefix, from], to: [...prefix, end] };
    for (const [[, , , first], [last]] of view.range('dead', within)) {
      if (first > next) yield { first: next, last: first - 1 };
      next = Math.max(next, last + 1);
    }
  }
  if (next < end) yield { first: next, last: end - 1 };
}
