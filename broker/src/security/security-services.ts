// What the handlers of security, and the login, work with. It holds secrets, and shows none.

import type { AuditLog } from '../audit/audit-log.ts';
import type { Throttle } from '../login/throttle.ts';
import type { PasswordWork } from './password-work.ts';
import type { SecretsKey } from './secrets-key.ts';
import type { BuiltInToken } from './tokens.ts';

export interface SecurityServices {
  /** Undefined: the broker was started without. */
  readonly secretsKey: SecretsKey | undefined;
  readonly builtInTokens: readonly BuiltInToken[];
  readonly passwords: PasswordWork;
  /** For the salts of users that are unknown. */
  readonly saltKey: Uint8Array;
  readonly throttle: Throttle;
  /** Undefined: nobody asked for one. */
  readonly audit: AuditLog | undefined;
  /** What a connection stands on may have been taken away, and that is durable. */
  readonly onTakenAway: () => void;
}
