// What every change of a user checks: its name, its password, and that it is there.

import { type Refused, refuse } from '../decision.ts';
import type { ScramVerifier } from '../security-rows.ts';
import { BUILT_IN_USERS } from './security.ts';

const NAME = /^[a-zA-Z0-9._@-]{1,128}$/;
const SALT_BYTES_MIN = 8;
const KEY_BYTES = 32;

/** The name of a new user. */
export function checkUserName(name: string): Refused | undefined {
  if (isBuiltIn(name.toLowerCase())) {
    return refuse('INVALID_NAME', `The name ${name} is kept for the broker's own.`, {
      field: 'user',
    });
  }
  if (NAME.test(name) && name !== '.' && name !== '..') return undefined;
  const message =
    'Names of users have 1 to 128 characters from a-z, A-Z, 0-9, dot, underscore, hyphen and @, and are not "." or "..".';
  return refuse('INVALID_NAME', message, { field: 'user', limit: '128 characters' });
}

export function checkVerifier(verifier: ScramVerifier | null): Refused | undefined {
  if (verifier === null) return undefined;
  const { salt, storedKey, serverKey } = verifier;
  if (salt.length < SALT_BYTES_MIN)
    return wrongBytes('password.salt', `at least ${SALT_BYTES_MIN}`);
  if (storedKey.length !== KEY_BYTES) return wrongBytes('password.storedKey', `${KEY_BYTES}`);
  if (serverKey.length !== KEY_BYTES) return wrongBytes('password.serverKey', `${KEY_BYTES}`);
  return undefined;
}

/** A copy: what came in is part of a whole frame. */
export function keptVerifier(verifier: ScramVerifier): ScramVerifier {
  const { salt, iterations, storedKey, serverKey } = verifier;
  return {
    salt: Uint8Array.from(salt),
    iterations,
    storedKey: Uint8Array.from(storedKey),
    serverKey: Uint8Array.from(serverKey),
  };
}

export function unknownUser(name: string, field = 'user'): Refused {
  const why = isBuiltIn(name) ? 'is built in, and no user' : 'is no user';
  return refuse('UNKNOWN_USER', `${name} ${why}.`, { field });
}

function isBuiltIn(name: string): boolean {
  return Object.hasOwn(BUILT_IN_USERS, name);
}

function wrongBytes(field: string, bytes: string): Refused {
  return refuse('INVALID_REQUEST', `${field} has to have ${bytes} bytes.`, {
    field,
    limit: `${bytes} bytes`,
  });
}
