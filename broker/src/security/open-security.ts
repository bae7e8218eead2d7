// Wires what the handlers of security work with. No logic.

import { LoginThrottle } from '../login/throttle.ts';
import type { OpenStorage } from '../open-storage.ts';
import type { BrokerOptions } from '../options/table.ts';
import { PasswordWork } from './password-work.ts';
import { readSecretsKey } from './secrets-key.ts';
import type { SecurityServices } from './security-services.ts';

/** Throws StartError `badOption`. */
export function openSecurity(
  { secretsKeyFile }: Pick<BrokerOptions, 'secretsKeyFile'>,
  { saltKey }: Pick<OpenStorage, 'saltKey'>,
  sources: Pick<SecurityServices, 'builtInTokens' | 'ended'>,
): SecurityServices {
  return {
    ...sources,
    secretsKey: readSecretsKey(secretsKeyFile),
    passwords: new PasswordWork(),
    saltKey,
    throttle: new LoginThrottle(),
  };
}
