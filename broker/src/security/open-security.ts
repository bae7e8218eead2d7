// Wires what the handlers of security work with. No logic.

import type { Log } from '@millrace/options';
import { LoginThrottle } from '../login/throttle.ts';
import type { OpenStorage } from '../open-storage.ts';
import type { BrokerOptions } from '../options/table.ts';
import type { Shard } from '../shard/shard.ts';
import { PasswordWork } from './password-work.ts';
import { resealSecrets } from './reseal-secrets.ts';
import { readSecretsKey, type SecretsKey } from './secrets-key.ts';
import type { SecurityServices } from './security-services.ts';

/** Throws StartError `badOption`. */
export function openSecurity(
  { secretsKeyFile }: Pick<BrokerOptions, 'secretsKeyFile'>,
  { saltKey }: Pick<OpenStorage, 'saltKey'>,
  sources: Pick<SecurityServices, 'audit' | 'builtInTokens' | 'onTakenAway'>,
): SecurityServices {
  return {
    ...sources,
    secretsKey: readSecretsKey(secretsKeyFile),
    passwords: new PasswordWork(),
    saltKey,
    throttle: new LoginThrottle(),
  };
}

/**
 * Encrypts anew what a previous key was for. What stays locked is said, so that nobody learns it from callers who are refused.
 * Throws StartError.
 */
export async function unlockSecrets(
  shard: Shard,
  secretsKey: SecretsKey | undefined,
  options: Pick<BrokerOptions, 'secretsKeyPreviousFile'>,
  log: Log,
): Promise<void> {
  await resealSecrets(shard, secretsKey, options, log);
  const { accessKeys, secretsKeyId } = shard.peek((state) => state.security);
  if (accessKeys.size === 0 || secretsKey?.id === secretsKeyId) return;
  const why = secretsKey === undefined ? 'is not given' : 'holds another key';
  log.warn(
    { event: 'secrets_locked', accessKeys: accessKeys.size },
    `The secrets of access keys are locked: --secrets-key-file ${why}.`,
  );
}
