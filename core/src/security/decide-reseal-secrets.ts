// Secrets of access keys under another key: all of them with the name of that key, in one commit, so that each moment has one
// key that opens all. What is sealed is done elsewhere.

import { assert } from '../assert.ts';
import { accept, type Context, type Decision, type View } from '../decision.ts';
import { put } from '../rows.ts';
import type { ShardState } from '../shard-state.ts';

export interface ResealSecretsCommand {
  /** Of the key that all were sealed with before. */
  readonly previousKeyId: string;
  readonly secretsKeyId: string;
  /** Of every access key that there is. */
  readonly sealedSecrets: ReadonlyMap<string, Uint8Array>;
}

export function decideResealSecrets(
  { security }: ShardState,
  _view: View,
  { previousKeyId, secretsKeyId, sealedSecrets }: ResealSecretsCommand,
  _ctx: Context,
): Decision<undefined> {
  assert(security.secretsKeyId === previousKeyId, 'no other key came meanwhile');
  assert(security.accessKeys.size === sealedSecrets.size, 'all are sealed anew, or none');
  const rows = [...sealedSecrets].map(([accessKeyId, sealedSecret]) => {
    const row = security.accessKeyById(accessKeyId);
    assert(row !== undefined, 'no access key came or went meanwhile');
    return put('accessKeys', [accessKeyId], { ...row, sealedSecret });
  });
  return accept(undefined, [put('meta', ['secretsKeyId'], secretsKeyId), ...rows]);
}
