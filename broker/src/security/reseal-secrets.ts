// Changes the key that secrets of access keys are encrypted with, before anybody is served. One commit has all of it: whoever
// ends the process meanwhile leaves every secret under the old key, or every one under the new.

import { decideResealSecrets } from '@millrace/core';
import { type Log, StartError } from '@millrace/options';
import type { BrokerOptions } from '../options/table.ts';
import type { Shard } from '../shard/shard.ts';
import { readPreviousSecretsKeys, type SecretsKey } from './secrets-key.ts';

/** Nothing where no previous keys are given, or none is needed. Throws StartError, and then nothing has changed. */
export async function resealSecrets(
  shard: Pick<Shard, 'peek' | 'submit'>,
  secretsKey: SecretsKey | undefined,
  { secretsKeyPreviousFile }: Pick<BrokerOptions, 'secretsKeyPreviousFile'>,
  log: Log,
): Promise<void> {
  const previousKeys = readPreviousSecretsKeys(secretsKeyPreviousFile);
  if (secretsKey === undefined || previousKeys.length === 0) return;
  const { accessKeys, secretsKeyId } = shard.peek((state) => state.security);
  if (accessKeys.size === 0 || secretsKeyId === secretsKey.id) return;
  const previous = previousKeys.find(({ id }) => id === secretsKeyId);
  if (previous === undefined) throw neitherOpens(accessKeys.size);
  const sealedSecrets = new Map<string, Uint8Array>();
  for (const [accessKeyId, { sealedSecret }] of accessKeys.entries()) {
    const secret = previous.open(accessKeyId, sealedSecret);
    if (secret === undefined) throw isDamaged(accessKeyId);
    sealedSecrets.set(accessKeyId, secretsKey.seal(accessKeyId, secret));
  }
  const command = { previousKeyId: previous.id, secretsKeyId: secretsKey.id, sealedSecrets };
  await shard.submit((state, view, ctx) => decideResealSecrets(state, view, command, ctx));
  log.info(
    { event: 'secrets_resealed', accessKeys: sealedSecrets.size },
    'The secrets of access keys are encrypted with the key of --secrets-key-file now; previous keys are not needed any more.',
  );
}

function neitherOpens(accessKeys: number): StartError {
  const message = `--secrets-key-file and --secrets-key-previous-file: no key in them is the one that the secrets of ${accessKeys} access keys are encrypted with.`;
  return new StartError('badOption', message);
}

function isDamaged(accessKeyId: string): StartError {
  const message = `The secret of access key ${accessKeyId} is damaged, so that no key opens it. Nothing was changed: start with the previous key as --secrets-key-file, revoke that access key, and change the key then.`;
  return new StartError('foreignData', message);
}
