// GetEffect: what the ledger says of a key. It changes nothing, not even what is over by now.

import type { RequestOf, ResponseOf } from '@millrace/protocol';
import { accept, type Context, type Decision, type View } from '../decision.ts';
import { checkKeyText } from '../expiries/check-key-text.ts';
import type { ShardState } from '../shard-state.ts';
import { findShareGroup } from '../share/share-scope.ts';
import { effectAt } from './effect-rows.ts';

const NONE = {
  state: 'none',
  token: null,
  memberId: null,
  atMs: null,
  untilMs: null,
  value: null,
} as const;

/** Refused with UNKNOWN_GROUP, GROUP_KIND_MISMATCH or INVALID_REQUEST. [L-96] */
export function getEffect(
  state: ShardState,
  view: View,
  { group: name, key }: RequestOf<'GetEffect'>,
  { nowMs }: Context,
): Decision<ResponseOf<'GetEffect'>> {
  const unfit = checkKeyText(key, 'key');
  if (unfit !== undefined) return unfit;
  const group = findShareGroup(state, name);
  if ('error' in group) return group;
  return accept({ key, ...(effectAt(view, [group.groupId, key], nowMs) ?? NONE) });
}
