// After retention: what a share group still knows of messages that the log no longer holds goes, in slices. Messages
// that nobody had resolved are counted as removed; rows of dead ones are deleted. Then the floor rises to the start.

import { assert } from '../assert.ts';
import { accept, type Context, type Decision, type View } from '../decision.ts';
import { remove, type Write } from '../rows.ts';
import type { ShardState } from '../shard-state.ts';
import { countAhead } from './ahead.ts';
import { ShareDraft } from './share-draft.ts';
import { ShareRuns } from './share-runs.ts';
import { findShare, type ShareKey, type ShareScope } from './share-scope.ts';

export interface RemovedCommand extends ShareKey {
  /** At most this many runs and dead rows. */
  readonly rowsMax: number;
}

export interface RemovedReply {
  /** Messages that retention took away before they were resolved. */
  readonly removed: number;
  readonly more: boolean;
}

/** Writes nothing where the group knows of nothing below the log's start. [L-31] */
export function decideRemoved(
  state: ShardState,
  view: View,
  command: RemovedCommand,
  _ctx: Context,
): Decision<RemovedReply> {
  assert(command.rowsMax > 0, 'a slice gets somewhere');
  const scope = findShare(state, command);
  if (scope.error !== undefined) return scope;
  const { startOffset } = scope.log;
  const draft = new ShareDraft(scope.key, scope.share, view);
  let removed = 0;
  let rows = 0;
  if (draft.cursor < startOffset) {
    const { ahead } = scope.share;
    const decided = ahead > 0 ? countAhead(view, scope.key, draft.cursor, startOffset) : 0;
    removed += startOffset - draft.cursor - decided;
    draft.removeFresh(startOffset, 'removed', decided);
  }
  for (const run of new ShareRuns(scope.share, view).runsFrom(0)) {
    if (run.first >= startOffset || rows === command.rowsMax) break;
    const last = Math.min(run.last, startOffset - 1);
    draft.carve(run, [{ first: run.first, last, to: 'removed', error: null }]);
    removed += last - run.first + 1;
    rows += 1;
  }
  rows += forgetDead(scope, view, draft.writes, command.rowsMax - rows);
  const more = rows === command.rowsMax;
  if (!more) draft.floor = Math.max(draft.floor, startOffset);
  return accept({ removed, more }, draft.finish());
}

/** Dead rows that lie below the log's start with all their messages, each with its last error. */
function forgetDead({ key, log }: ShareScope, view: View, writes: Write[], max: number): number {
  const prefix = [key.groupId, key.topicId, key.partition] as const;
  let rows = 0;
  if (max === 0) return rows;
  for (const [at, [last]] of view.range('dead', { prefix, limit: max })) {
    if (last >= log.startOffset) break;
    writes.push(remove('dead', at));
    if (view.get('lastErrors', at) !== undefined) writes.push(remove('lastErrors', at));
    rows += 1;
  }
  return rows;
}

/** Share partitions whose floor is below their log's start: what `decideRemoved` has not finished with. */
export function* sharesBehindLog(state: ShardState): Generator<ShareKey> {
  for (const { groupId, topicId, partition, floor } of state.shares.all()) {
    const { startOffset } = state.logs.at(topicId, partition);
    if (floor < startOffset) yield { groupId, topicId, partition };
  }
}
