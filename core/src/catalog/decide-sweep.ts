// Deletes the rows that a deleted topic or group left behind, a slice at a time. Nobody waits for it and nothing reads
// those rows. Where it stands is in the store: a restart goes on from there.

import { assert } from '../assert.ts';
import { accept, type Context, type Decision, type View } from '../decision.ts';
import { removeRange } from '../remove-range.ts';
import { put, remove, type TableName, type Write } from '../rows.ts';
import type { ShardState } from '../shard-state.ts';
import type { Catalog } from './catalog.ts';

export interface SweepCommand {
  /** Rows deleted and groups looked at in this slice: what bounds its time. Values are not read. */
  readonly rowsMax: number;
}

export interface SweepReply {
  readonly rowsRemoved: number;
  /** There is more to do at once. */
  readonly more: boolean;
}

/** Tables keyed by topic first. */
const OF_TOPIC = [
  'batches',
  'segments',
  'dedups',
  'sequences',
  'compactions',
  'quarantines',
] as const satisfies readonly TableName[];
/** Tables keyed by group and then topic. */
const OF_GROUP_AND_TOPIC = [
  'offsets',
  'attachments',
  'sharePartitions',
  'runs',
  'waiting',
  'waitLanes',
  'laneParked',
  'purges',
  'dead',
  'lastErrors',
  'results',
] as const satisfies readonly TableName[];
const OF_GROUP = [
  'members',
  ...OF_GROUP_AND_TOPIC,
  'effects',
  'attempts',
] as const satisfies readonly TableName[];

export function decideSweep(
  state: ShardState,
  view: View,
  { rowsMax }: SweepCommand,
  _ctx: Context,
): Decision<SweepReply> {
  assert(rowsMax > 0, 'a slice gets somewhere');
  const { catalog } = state;
  const writes: Write[] = [];
  const [topic] = catalog.sweptTopics;
  const [group] = catalog.sweptGroups.keys();
  let isDone = false;
  if (topic !== undefined) isDone = sweepTopic(writes, view, catalog, topic, rowsMax);
  else if (group !== undefined) isDone = sweepGroup(writes, view, group, rowsMax);
  const rowsRemoved = writes.filter(({ table }) => table !== 'sweeps').length;
  const left = catalog.sweptTopics.size + catalog.sweptGroups.size - (isDone ? 1 : 0);
  return accept({ rowsRemoved, more: left > 0 }, writes);
}

type TopicSweep = readonly [topicId: number, groupsDone: number];

/** First the records; then what each group, in the order of ids, knows of the topic. True when nothing is left. */
function sweepTopic(
  writes: Write[],
  view: View,
  catalog: Catalog,
  [topicId, groupsDone]: TopicSweep,
  rowsMax: number,
): boolean {
  let rest = rowsMax - removeAll(writes, view, OF_TOPIC, [topicId], rowsMax);
  if (rest === 0) return false;
  let done = groupsDone;
  for (const groupId of catalog.groups.keys()) {
    if (groupId <= groupsDone) continue;
    const removed = removeAll(writes, view, OF_GROUP_AND_TOPIC, [groupId, topicId], rest);
    if (removed === rest) {
      if (done > groupsDone) writes.push(put('sweeps', ['topic', topicId], done));
      return false;
    }
    done = groupId;
    // A look at a group costs about as much as a row.
    rest = Math.max(rest - removed - 1, 0);
  }
  writes.push(remove('sweeps', ['topic', topicId]));
  return true;
}

function sweepGroup(writes: Write[], view: View, groupId: number, rowsMax: number): boolean {
  if (removeAll(writes, view, OF_GROUP, [groupId], rowsMax) === rowsMax) return false;
  writes.push(remove('sweeps', ['group', groupId]));
  return true;
}

/** Deletes from the tables in turn; gives the number of rows, `rowsMax` if there may be more. */
function removeAll(
  writes: Write[],
  view: View,
  tables: readonly TableName[],
  prefix: readonly number[],
  rowsMax: number,
): number {
  let removed = 0;
  for (const table of tables) {
    removed += removeRange(writes, view, table, { prefix, rowsMax: rowsMax - removed });
  }
  return removed;
}
