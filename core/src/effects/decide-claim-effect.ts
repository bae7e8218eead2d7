// ClaimEffect: before a member does something outside that must not be done twice, it claims the key of it. The claim is
// granted to one member at a time, ends by time, and is never granted again while it is known that it was done.

import type { RequestOf, ResponseOf } from '@millrace/protocol';
import { assert } from '../assert.ts';
import { accept, type Context, type Decision, type View } from '../decision.ts';
import { checkKeyText } from '../expiries/check-key-text.ts';
import type { EffectRow } from '../queue-rows.ts';
import { put } from '../rows.ts';
import type { ShardState } from '../shard-state.ts';
import { findShareGroup } from '../share/share-scope.ts';
import { effectAt, putEffect } from './effect-rows.ts';

type Reply = ResponseOf<'ClaimEffect'>;

/** Refused with UNKNOWN_GROUP, GROUP_KIND_MISMATCH or INVALID_REQUEST. */
export function decideClaimEffect(
  state: ShardState,
  view: View,
  command: RequestOf<'ClaimEffect'>,
  { nowMs }: Context,
): Decision<Reply> {
  const { group: name, key: effectKey, memberId, ttlMs } = command;
  const unfit = checkKeyText(effectKey, 'key');
  if (unfit !== undefined) return unfit;
  const group = findShareGroup(state, name);
  if ('error' in group) return group;
  const key = [group.groupId, effectKey] as const;
  const found = effectAt(view, key, nowMs);
  const isTaken = found !== undefined && (found.state === 'done' || found.memberId !== memberId);
  if (isTaken) return accept(told(effectKey, found, false));
  const token = nextToken(view);
  const untilMs = nowMs + ttlMs;
  const row: EffectRow = { state: 'started', token, memberId, atMs: nowMs, untilMs, value: null };
  const writes = [put('meta', ['nextEffectToken'], token + 1), ...putEffect(view, key, row)];
  return accept(told(effectKey, row, true), writes);
}

/** One counter for all groups of the shard: it outlives every claim, so that no token is given twice. [L-95] */
function nextToken(view: View): number {
  const token = view.get('meta', ['nextEffectToken']) ?? 1;
  assert(typeof token === 'number' && token > 0, 'tokens are numbers');
  return token;
}

function told(key: string, row: EffectRow, granted: boolean): Reply {
  return { granted, key, ...row };
}
