// The end of a claimed effect, as a part of a transaction: it was done, and is remembered, or its claim is given up.

import type { RequestOf } from '@millrace/protocol';
import { accept, type Context, type Decision, refuse, type View } from '../decision.ts';
import { checkKeyText } from '../expiries/check-key-text.ts';
import type { EffectRow } from '../queue-rows.ts';
import type { ShardState } from '../shard-state.ts';
import { findShareGroup } from '../share/share-scope.ts';
import { effectAt, putEffect, removeEffect } from './effect-rows.ts';

export type EndEffectCommand = RequestOf<'Transact'>['effects'][number];

/** Refused with STALE_CLAIM, UNKNOWN_GROUP, GROUP_KIND_MISMATCH or INVALID_REQUEST. [L-97] */
export function decideEndEffect(
  state: ShardState,
  view: View,
  { group: name, key: effectKey, token, end, value, ttlMs }: EndEffectCommand,
  { nowMs }: Context,
): Decision<void> {
  const unfit = checkKeyText(effectKey, 'key');
  if (unfit !== undefined) return unfit;
  const group = findShareGroup(state, name);
  if ('error' in group) return group;
  const key = [group.groupId, effectKey] as const;
  const claim = effectAt(view, key, nowMs);
  if (claim?.state !== 'started' || claim.token !== token) {
    return refuse('STALE_CLAIM', `Token ${token} no longer holds the effect ${effectKey}.`);
  }
  if (end === 'abandon') return accept(undefined, removeEffect(view, key));
  const row: EffectRow = { ...claim, state: 'done', atMs: nowMs, untilMs: nowMs + ttlMs, value };
  return accept(undefined, putEffect(view, key, row));
}
