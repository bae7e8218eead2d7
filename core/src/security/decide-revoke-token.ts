// RevokeToken: the row goes, and says whose it was.

import type { RequestOf, ResponseInput } from '@millrace/protocol';
import { accept, type Context, type Decision, refuse, type View } from '../decision.ts';
import { remove } from '../rows.ts';
import type { ShardState } from '../shard-state.ts';

export function decideRevokeToken(
  { security }: ShardState,
  _view: View,
  { tokenId }: Pick<RequestOf<'RevokeToken'>, 'tokenId'>,
  _ctx: Context,
): Decision<ResponseInput<'RevokeToken'>> {
  const row = security.tokenById(tokenId);
  if (row === undefined) return refuse('UNKNOWN_TOKEN', undefined, { field: 'tokenId' });
  return accept({ user: row.user }, [remove('tokens', [tokenId])]);
}
