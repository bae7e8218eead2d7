// UndoPurge: marks what is to come back. It comes in slices, the last messages first (`decideRestorePurged`), and
// nothing of the partition is given until all of them are there.

import type { RequestOf } from '@millrace/protocol';
import { accept, type Context, type Decision, refuse, type View } from '../decision.ts';
import { put, type Write } from '../rows.ts';
import type { ShardState } from '../shard-state.ts';
import type { ShareKey, ShareScope } from '../share/share-scope.ts';
import { isPending } from './decide-purge.ts';
import { purgeScopes } from './purge-scopes.ts';

export interface UndoPurgeReply {
  /** Where messages come back; `decideRestorePurged` brings them. */
  readonly scopes: readonly ShareScope[];
}

/** Refused with NOTHING_TO_UNDO where no purge can be undone any more. [L-113] */
export function decideUndoPurge(
  state: ShardState,
  _view: View,
  command: RequestOf<'UndoPurge'>,
  ctx: Context,
): Decision<UndoPurgeReply> {
  const found = purgeScopes(state, command);
  if (found.error !== undefined) return found;
  const scopes: ShareScope[] = [];
  const writes: Write[] = [];
  for (const scope of found.scopes) {
    const { purge } = scope.share;
    if (purge === undefined || !isPending(purge, ctx.nowMs)) continue;
    const { groupId, topicId, partition }: ShareKey = scope.key;
    const row = { ...purge, isUndone: true, atMs: ctx.nowMs };
    writes.push(put('purges', [groupId, topicId, partition], row));
    scopes.push(scope);
  }
  if (scopes.length === 0) {
    return refuse('NOTHING_TO_UNDO', `No purge of share group ${command.group} can be undone.`);
  }
  return accept({ scopes }, writes);
}
