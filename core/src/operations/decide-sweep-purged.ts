// After a purge whose time for an undo is over: it is final at once, and the rows that its messages left go in slices.
// Rows of dead messages stay: they were resolved before.

import { assert } from '../assert.ts';
import { accept, type Context, type Decision, type View } from '../decision.ts';
import type { PurgeRow } from '../queue-rows.ts';
import { put, remove, type SharePartitionRow, type Write } from '../rows.ts';
import type { ShardState } from '../shard-state.ts';
import { laneAt, runOf } from '../share/run.ts';
import { findShare, type ShareKey, type ShareScope } from '../share/share-scope.ts';
import { isPending } from './decide-purge.ts';

export interface SweepPurgedCommand extends ShareKey {
  /** At most this many runs. */
  readonly rowsMax: number;
}

export interface SweepPurgedReply {
  readonly rowsRemoved: number;
  readonly more: boolean;
}

/** Writes nothing while the purge can be undone and nothing older is left. [L-114] */
export function decideSweepPurged(
  state: ShardState,
  view: View,
  command: SweepPurgedCommand,
  ctx: Context,
): Decision<SweepPurgedReply> {
  assert(command.rowsMax > 0, 'a slice gets somewhere');
  const scope = findShare(state, command);
  if (scope.error !== undefined) return scope;
  const { purge } = scope.share;
  if (purge === undefined) return accept({ rowsRemoved: 0, more: false });
  const { groupId, topicId, partition } = scope.key;
  const place = [groupId, topicId, partition] as const;
  const writes: Write[] = [];
  let after = purge;
  if (!isPending(purge, ctx.nowMs) && purge.toOffset > purge.sweepTo) {
    writes.push(put('sharePartitions', place, finalRow(scope, purge)));
    after = { ...purge, messages: 0, sweepTo: purge.toOffset };
  }
  if (after.sweepTo === 0) return accept({ rowsRemoved: 0, more: false });
  let rowsRemoved = sweepRuns(view, writes, place, after.sweepTo, command.rowsMax);
  if (rowsRemoved < command.rowsMax) {
    const rest = command.rowsMax - rowsRemoved;
    rowsRemoved += sweepWaiting(view, writes, place, after.sweepTo, rest);
  }
  const more = rowsRemoved === command.rowsMax;
  if (more) {
    if (after !== purge) writes.push(put('purges', place, after));
  } else if (after.toOffset > after.sweepTo) {
    writes.push(put('purges', place, { ...after, sweepTo: 0 }));
  } else {
    writes.push(remove('purges', place));
  }
  return accept({ rowsRemoved, more }, writes);
}

/** The floor rises: what was purged is not the group's concern any more. */
function finalRow({ share }: ShareScope, purge: PurgeRow): SharePartitionRow {
  const [cursor, floor, nextToken, acknowledged, dead, removed, scheduled, parked, ...rest] =
    share.row;
  const [purged, skipped, ahead] = rest;
  const low = Math.max(floor, purge.toOffset);
  const counts = [acknowledged, dead, removed, scheduled, parked] as const;
  return [cursor, low, nextToken, ...counts, purged + purge.messages, skipped, ahead];
}

type Place = readonly [groupId: number, topicId: number, partition: number];

function sweepRuns(view: View, writes: Write[], place: Place, to: number, max: number): number {
  let rows = 0;
  const query = { prefix: place, to: [...place, to], limit: max, keysOnly: true };
  for (const [key] of view.range('runs', query)) {
    writes.push(remove('runs', key), remove('lastErrors', key));
    rows += 1;
  }
  return rows;
}

function sweepWaiting(view: View, writes: Write[], place: Place, to: number, max: number): number {
  let rows = 0;
  const query = { prefix: place, to: [...place, to], limit: max };
  for (const [key, row] of view.range('waiting', query)) {
    writes.push(remove('waiting', key), remove('lastErrors', key));
    const run = runOf(key[3], row);
    if (run.state === 'scheduled') writes.push(remove('waitTimes', [run.untilMs, ...key]));
    if (run.lanes !== null) {
      writes.push(remove('waitLanes', [...place, laneAt(run, run.first), run.first]));
    }
    rows += 1;
  }
  return rows;
}
