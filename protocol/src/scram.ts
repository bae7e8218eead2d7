// What SCRAM-SHA-256 makes of a password (RFC 5802, RFC 7677): the same on both sides, so that a password typed into a
// client and one that a gateway passes on give the same keys. No messages and no random choices are made here.

import { createHash, createHmac, pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';
import type { RequestOf } from './api/index.ts';
import { MillraceError } from './errors.ts';
import { LIMITS } from './limits.ts';

/** What a broker keeps of a password: it can check one with it and cannot tell it. */
export type ScramVerifier = NonNullable<RequestOf<'CreateUser'>['password']>;

/**
 * Rounds of PBKDF2 for new passwords, about 5 ms of a core: each connect of a client costs that, and each password that a
 * gateway lets a broker check. More than other brokers ask for; a guess at a stolen verifier costs as much.
 */
export const SCRAM_ITERATIONS = 10_000;

const KEY_BYTES = 32;
const derive = promisify(pbkdf2);

/** Commonly mapped to nothing: soft hyphen, joiners, variation selectors (RFC 3454, B.1). */
const IGNORED = /[\u00AD\u1806\u200B-\u200D\u2060\uFEFF\p{Variation_Selector}]|\u034F/gu;
const OTHER_SPACES = /\p{Zs}/gu;
/** Controls, private use, lone surrogates, what tags or turns text, and what is no character at all (RFC 3454, C). */
const PROHIBITED =
  /[\p{Cc}\p{Co}\p{Cs}\p{Noncharacter_Code_Point}\u06DD\u070F\u180E\u200E\u200F\u2028-\u202E\u2061-\u2063\u206A-\u206F\u2FF0-\u2FFB\uFFF9-\uFFFD\u{E0001}\u{E0020}-\u{E007F}]/u;

/**
 * A password as it is hashed: SASLprep (RFC 4013) but for the rule of text that runs from right to left, so that nobody is
 * locked out by the direction of a word. Throws INVALID_REQUEST, which never quotes it.
 */
export function preparePassword(password: string): string {
  const prepared = password.replace(IGNORED, '').replace(OTHER_SPACES, ' ').normalize('NFKC');
  if (prepared === '' || PROHIBITED.test(prepared)) {
    const text = 'A password is not empty and has no control characters.';
    throw new MillraceError('INVALID_REQUEST', text, { field: 'password' });
  }
  if (Buffer.byteLength(prepared) > LIMITS.credentialsBytesMax) {
    const limit = `${LIMITS.credentialsBytesMax} bytes`;
    throw new MillraceError('INVALID_REQUEST', 'The password is too long.', {
      field: 'password',
      limit,
    });
  }
  return prepared;
}

/** The keys that a password gives with this salt. PBKDF2 runs beside the event loop. Throws INVALID_REQUEST. */
export async function scramKeys(
  password: string,
  salt: Uint8Array,
  iterations: number,
): Promise<{ readonly clientKey: Uint8Array; readonly serverKey: Uint8Array }> {
  const prepared = preparePassword(password);
  const salted = await derive(prepared, salt, iterations, KEY_BYTES, 'sha256');
  return {
    clientKey: createHmac('sha256', salted).update('Client Key').digest(),
    serverKey: createHmac('sha256', salted).update('Server Key').digest(),
  };
}

/** What a broker is to keep of a password. Throws INVALID_REQUEST. */
export async function scramVerifier(
  password: string,
  salt: Uint8Array,
  iterations: number,
): Promise<ScramVerifier> {
  const { clientKey, serverKey } = await scramKeys(password, salt, iterations);
  const storedKey = createHash('sha256').update(clientKey).digest();
  return { salt, iterations, storedKey, serverKey };
}
