// One slice of an undo: messages come back to one share partition, the last ones first, so that the purge's row always
// tells below what they are still away. Every slice can be the last before a crash: the next one goes on with it.

import { assert } from '../assert.ts';
import { accept, type Context, type Decision, type View, type Wake } from '../decision.ts';
import type { RunRow } from '../rows.ts';
import type { ShardState } from '../shard-state.ts';
import { findShare, type ShareKey } from '../share/share-scope.ts';
import { RestoreDraft } from './restore-draft.ts';
import { type Restoring, restoreFresh } from './restore-fresh.ts';

export interface RestorePurgedCommand extends ShareKey {
  /** At most this many runs, and ten times as many messages that were fresh. */
  readonly rowsMax: number;
}

export interface RestorePurgedReply {
  /** Messages that came back. */
  readonly restored: number;
  readonly more: boolean;
}

/** Writes nothing where no purge is being undone. [L-113] */
export function decideRestorePurged(
  state: ShardState,
  view: View,
  command: RestorePurgedCommand,
  ctx: Context,
): Decision<RestorePurgedReply> {
  assert(command.rowsMax > 0, 'a slice gets somewhere');
  const scope = findShare(state, command);
  if (scope.error !== undefined) return scope;
  const { purge } = scope.share;
  if (purge === undefined || !purge.isUndone) return accept({ restored: 0, more: false });
  const draft = new RestoreDraft(scope, view, purge);
  const slice = { state, scope, view, draft, purge, ctx };
  const newTop = restoreSlice(slice, command.rowsMax);
  const more = newTop > draft.bottom;
  const { groupId, topicId } = scope.key;
  const wake: Wake[] = more ? [] : [{ kind: 'ready', groupId, topicId }];
  const writes = draft.finish(newTop, ctx.nowMs);
  return accept({ restored: draft.restored, more }, writes, wake);
}

/** Gives the offset from which on everything is back. */
function restoreSlice(restoring: Restoring, rowsMax: number): number {
  const { view, draft, purge } = restoring;
  const top = purge.toOffset;
  if (top <= draft.bottom) return draft.bottom;
  const freshFrom = Math.max(purge.cursor, draft.bottom);
  if (freshFrom < top) return restoreFresh(restoring, freshFrom, 10 * rowsMax);
  return restoreRuns(view, draft, top, rowsMax);
}

/** Runs and waiting messages that begin below `top`: the last ones, as many as there is room for. */
function restoreRuns(view: View, draft: RestoreDraft, top: number, rowsMax: number): number {
  const runs = lastRows(view, 'runs', draft, top, rowsMax);
  const waiting = lastRows(view, 'waiting', draft, top, rowsMax);
  const newTop = Math.max(runs.from, waiting.from);
  for (const [first, row] of [...runs.rows, ...waiting.rows]) {
    if (first >= newTop || newTop === draft.bottom) draft.take(first, row);
  }
  return newTop;
}

interface LastRows {
  readonly rows: readonly (readonly [first: number, row: RunRow])[];
  /** Offset from which on these are all. */
  readonly from: number;
}

function lastRows(
  view: View,
  table: 'runs' | 'waiting',
  { place, bottom }: RestoreDraft,
  top: number,
  rowsMax: number,
): LastRows {
  const rows: (readonly [number, RunRow])[] = [];
  const query = { prefix: place, from: [...place, top - 1], reverse: true, limit: rowsMax };
  for (const [[, , , first], row] of view.range(table, query)) {
    if (row[0] < bottom) return { rows, from: bottom };
    rows.push([first, row]);
  }
  const from = rows.length < rowsMax ? bottom : (rows.at(-1)?.[0] ?? bottom);
  return { rows, from: Math.max(from, bottom) };
}
