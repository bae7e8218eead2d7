// AlterUser: another password or none, other rights and quotas; what is absent stays as it is.

import type { RequestOf } from '@millrace/protocol';
import { accept, type Context, type Decision, refuse, type View } from '../decision.ts';
import { put } from '../rows.ts';
import type { UserRow } from '../security-rows.ts';
import type { ShardState } from '../shard-state.ts';
import { checkVerifier, keptVerifier, unknownUser } from './check-user.ts';

type Empty = { readonly [name: string]: never };
type Request = RequestOf<'AlterUser'>;

export function decideAlterUser(
  { security }: ShardState,
  _view: View,
  request: Request,
  _ctx: Context,
): Decision<Empty> {
  const { user, password, removePassword } = request;
  if (password !== null && removePassword) {
    const message = 'A password is either set or removed, not both.';
    return refuse('INVALID_REQUEST', message, { field: 'removePassword' });
  }
  const refusal = checkVerifier(password);
  if (refusal !== undefined) return refusal;
  const row = security.userByName(user);
  if (row === undefined) return unknownUser(user);
  const altered: UserRow = {
    ...row,
    password: alteredPassword(request, row),
    superuser: request.superuser ?? row.superuser,
    disabled: request.disabled ?? row.disabled,
    quotas: request.quotas ?? row.quotas,
  };
  return accept({}, [put('users', [user], altered)]);
}

function alteredPassword({ password, removePassword }: Request, row: UserRow) {
  if (removePassword) return null;
  return password === null ? row.password : keptVerifier(password);
}
