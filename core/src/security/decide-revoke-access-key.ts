// RevokeAccessKey: the row goes, and says whose it was.

import type { RequestOf, ResponseInput } from '@millrace/protocol';
import { accept, type Context, type Decision, refuse, type View } from '../decision.ts';
import { remove } from '../rows.ts';
import type { ShardState } from '../shard-state.ts';

export function decideRevokeAccessKey(
  { security }: ShardState,
  _view: View,
  { accessKeyId }: RequestOf<'RevokeAccessKey'>,
  _ctx: Context,
): Decision<ResponseInput<'RevokeAccessKey'>> {
  const row = security.accessKeyById(accessKeyId);
  if (row === undefined) return refuse('UNKNOWN_ACCESS_KEY', undefined, { field: 'accessKeyId' });
  return accept({ user: row.user }, [remove('accessKeys', [accessKeyId])]);
}
