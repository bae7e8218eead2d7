// Deletes the rows that a deleted topic or group left behind, a slice at a time. Nobody waits for it and nothing reads
// those rows. Where it stands is in the store: a restart goes on from there.

import { assert } from '../assert.ts';
import { accept, type Context, type Decision, type View } from '../decision.ts';
import { removeRange } from '../remove-range.ts';
import { put, remove, type TableName, type Write } from '../rows.ts';
import type { ShardState } from '../shard-state.ts';
import type { Catalog } from './catalog.ts';

/** A row by its place. */
export interface SweptRow {
  readonly table: TableName;
  readonly key: readonly (number | string)[];
}

export interface SweepCommand {
  /** Rows deleted and groups looked at in this slice: what bounds its time. Values are not read. */
  readonly rowsMax: number;
  /**
   * `last` of the slice before. Rows that were deleted a moment ago still lie in the data file: it goes on behind them, instead of
   * passing over all of them in each slice.
   */
  readonly after?: SweptRow | undefined;
}

export interface SweepReply {
  readonly rowsRemoved: number;
  /** There is more to do at once. */
  readonly more: boolean;
  /** The last row that was deleted. */
  readonly last: SweptRow | undefined;
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
  { rowsMax, after }: SweepCommand,
  _ctx: Context,
): Decision<SweepReply> {
  assert(rowsMax > 0, 'a slice gets somewhere');
  const { catalog } = state;
  let slice = sweep(view, catalog, rowsMax, stillGone(view, after));
  // Nothing is called done but after a look at all of it.
  if (slice.isDone && after !== undefined) slice = sweep(view, catalog, rowsMax, undefined);
  const { writes, isDone } = slice;
  const removed = writes.filter(({ table }) => table !== 'sweeps');
  const left = catalog.sweptTopics.size + catalog.sweptGroups.size - (isDone ? 1 : 0);
  return accept({ rowsRemoved: removed.length, more: left > 0, last: removed.at(-1) }, writes);
}

/** Undefined where the slice that deleted it was aborted. A batch is not read for that: it may be damaged. */
function stillGone(view: View, row: SweptRow | undefined): SweptRow | undefined {
  if (row === undefined) return undefined;
  const [there] = view.range(row.table, { prefix: row.key, limit: 1, keysOnly: true });
  return there === undefined ? row : undefined;
}

function sweep(
  view: View,
  catalog: Catalog,
  rowsMax: number,
  after: SweptRow | undefined,
): { readonly writes: Write[]; readonly isDone: boolean } {
  const writes: Write[] = [];
  const remover = new Remover(writes, view, after);
  const [topic] = catalog.sweptTopics;
  const [group] = catalog.sweptGroups.keys();
  let isDone = false;
  if (topic !== undefined) isDone = sweepTopic(writes, remover, catalog, topic, rowsMax);
  else if (group !== undefined) isDone = sweepGroup(writes, remover, group, rowsMax);
  return { writes, isDone };
}

type TopicSweep = readonly [topicId: number, groupsDone: number];

/** First the records; then what each group, in the order of ids, knows of the topic. True when nothing is left. */
function sweepTopic(
  writes: Write[],
  remover: Remover,
  catalog: Catalog,
  [topicId, groupsDone]: TopicSweep,
  rowsMax: number,
): boolean {
  let rest = rowsMax - remover.remove(OF_TOPIC, [topicId], rowsMax);
  if (rest === 0) return false;
  let done = groupsDone;
  for (const groupId of catalog.groups.keys()) {
    if (groupId <= groupsDone) continue;
    const removed = remover.remove(OF_GROUP_AND_TOPIC, [groupId, topicId], rest);
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

function sweepGroup(writes: Write[], remover: Remover, groupId: number, rowsMax: number): boolean {
  if (remover.remove(OF_GROUP, [groupId], rowsMax) === rowsMax) return false;
  writes.push(remove('sweeps', ['group', groupId]));
  return true;
}

class Remover {
  readonly #writes: Write[];
  readonly #view: View;
  readonly #after: SweptRow | undefined;

  constructor(writes: Write[], view: View, after: SweptRow | undefined) {
    this.#writes = writes;
    this.#view = view;
    this.#after = after;
  }

  /** Deletes from the tables in turn; gives the number of rows, `rowsMax` if there may be more. */
  remove(tables: readonly TableName[], prefix: readonly number[], rowsMax: number): number {
    const after = this.#after;
    const isHere = after !== undefined && prefix.every((part, at) => after.key[at] === part);
    const begun = isHere ? tables.indexOf(after.table) : -1;
    let removed = 0;
    for (const [at, table] of tables.entries()) {
      if (at < begun) continue;
      const from = at === begun ? after?.key : undefined;
      const range = { prefix, from, rowsMax: rowsMax - removed };
      removed += removeRange(this.#writes, this.#view, table, range);
    }
    return removed;
  }
}
