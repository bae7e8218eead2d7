// What the handlers of security, and the login, work with. It holds secrets, and shows none.

import type { AuditLog } from '../audit/audit-log.ts';
import type { PasswordWork } from './password-work.ts';
import type { SecretsKey } from './secrets-key.ts';
import type { BuiltInToken } from './tokens.ts';

/** What connections no longer stand on. */
export type EndedCredential =
  /** It was deleted or disabled. */
  | { readonly kind: 'user'; readonly user: string }
  /** It has no password any more. */
  | { readonly kind: 'password'; readonly user: string }
  | { readonly kind: 'token'; readonly tokenId: string };

export interface LoginThrottle {
  /** Before anything is looked at, and again before an answer. Throws AUTHENTICATION_FAILED. */
  admit(address: string, user: string | undefined): void;
  /** Counts a failure; so many ms its refusal should wait. */
  failed(address: string, user: string | undefined): number;
  succeeded(address: string, user: string): void;
}

export interface SecurityServices {
  /** Undefined: the broker was started without. */
  readonly secretsKey: SecretsKey | undefined;
  readonly builtInTokens: readonly BuiltInToken[];
  readonly passwords: PasswordWork;
  /** For the salts of users that are unknown. */
  readonly saltKey: Uint8Array;
  readonly throttle: LoginThrottle;
  /** Undefined: nobody asked for one. */
  readonly audit: AuditLog | undefined;
  /** Once it is durable. */
  readonly ended: (credential: EndedCredential) => void;
}
