// Wires what the handlers of security work with. No logic.

import type { Log } from '@millrace/options';
import { LoginThrottle } from '../login/throttle.ts';
import type { OpenStorage } from '../open-storage.ts';
import type { BrokerOptions } from '../options/table.ts';
import type { Shard } from '../shard/shard.ts';
import { PasswordWork } from './password-work.ts';
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

/** Said at the start, so that nobody learns it from callers who are refused. */
export function warnOfLockedSecrets(
  shard: Shard,
  secretsKey: SecretsKey | undefined,
  log: Log,
): void {
  const { accessKeys, secretsKeyId } = shard.peek((state) => state.security);
  if (accessKeys.size === 0 || secretsKey?.id === secretsKeyId) return;
  const why = secretsKey === undefined ? 'is not given' : 'holds another key';
  log.warn(
    { accessKeys: accessKeys.size },
    `The secrets of access keys are locked: --secrets-key-file ${why}.`,
  );
}
