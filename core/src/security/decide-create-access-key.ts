// CreateAccessKey: keeps a secret that was sealed elsewhere. All secrets of a broker are sealed with one key: another one is
// taken only where there is none left that the old one is needed for.

import type { RequestOf } from '@millrace/protocol';
import { accept, type Context, type Decision, refuse, type View } from '../decision.ts';
import { put, remove } from '../rows.ts';
import type { ShardState } from '../shard-state.ts';
import { planCredential } from './plan-credential.ts';

type Empty = { readonly [name: string]: never };

export interface CreateAccessKeyCommand
  extends Pick<RequestOf<'CreateAccessKey'>, 'user' | 'label' | 'expiresAtMs'> {
  readonly accessKeyId: string;
  readonly sealedSecret: Uint8Array;
  /** Of the key that it was sealed with. */
  readonly secretsKeyId: string;
}

export function decideCreateAccessKey(
  { security }: ShardState,
  _view: View,
  command: CreateAccessKeyCommand,
  { nowMs }: Context,
): Decision<Empty> {
  const { accessKeyId, user, sealedSecret, secretsKeyId, label, expiresAtMs } = command;
  const plan = planCredential(security, security.accessKeys, command, nowMs);
  if (plan.error) return plan;
  if (security.accessKeyById(accessKeyId) !== undefined) {
    return refuse('ACCESS_KEY_EXISTS', undefined, { field: 'accessKeyId' });
  }
  if (security.accessKeys.size > 0 && security.secretsKeyId !== secretsKeyId) {
    const message =
      'Secrets of other access keys are encrypted with another key than the broker has.';
    return refuse('SECRETS_LOCKED', message);
  }
  const row = { user, sealedSecret, label, createdAtMs: nowMs, expiresAtMs };
  return accept({}, [
    ...plan.outdated.map((id) => remove('accessKeys', [id])),
    put('meta', ['secretsKeyId'], secretsKeyId),
    put('accessKeys', [accessKeyId], row),
  ]);
}
