// What a new token and a new access key have in common: their user, their time, and that there is room for one more.

import { LIMITS } from '@millrace/protocol';
import { type Refused, refuse } from '../decision.ts';
import { unknownUser } from './check-user.ts';
import { type CredentialRow, type Credentials, hasExpired } from './credentials.ts';
import type { Security } from './security.ts';

interface Planned {
  readonly error?: undefined;
  /** Make room: have expired, or are replaced. */
  readonly outdated: readonly string[];
}

interface Wanted {
  readonly user: string;
  readonly expiresAtMs: number | null;
}

/** Expired ones stay to be seen until their user needs the room. */
export function planCredential(
  security: Security,
  credentials: Credentials<CredentialRow>,
  { user, expiresAtMs }: Wanted,
  nowMs: number,
  replaced: readonly string[] = [],
): Planned | Refused {
  if (security.userByName(user) === undefined) return unknownUser(user);
  if (hasExpired({ expiresAtMs }, nowMs)) {
    const message = 'It would have expired already.';
    return refuse('INVALID_REQUEST', message, { field: 'expiresAtMs' });
  }
  const isFull = credentials.countOf(user) - replaced.length >= LIMITS.credentialsPerUserMax;
  const expired = credentials.of(user).filter(([, row]) => hasExpired(row, nowMs));
  const outdated = isFull ? expired.map(([id]) => id) : replaced;
  if (isFull && outdated.length === 0) {
    return limited(`${user} has all it may`, `${LIMITS.credentialsPerUserMax} for each user`);
  }
  if (credentials.size - outdated.length >= LIMITS.credentialsMax) {
    return limited('The broker holds all it may', `${LIMITS.credentialsMax} in all`);
  }
  return { outdated };
}

function limited(what: string, limit: string): Refused {
  return refuse('LIMIT_EXCEEDED', `${what}: ${limit}.`, { field: 'user', limit });
}
