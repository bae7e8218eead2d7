// The broker's side of SCRAM-SHA-256 (RFC 5802, RFC 7677) in numbers: who knows the password, and that the broker knows it.
// It reads and writes no messages, and holds nothing.

import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { SCRAM_ITERATIONS, type ScramVerifier } from '@millrace/protocol';

const KEY_BYTES = 32;
const SALT_BYTES = 16;

/** Whether whoever sent the proof knows the password. Takes the same time whatever is wrong with it. */
export function verifyClientProof(
  { storedKey }: ScramVerifier,
  authMessage: string,
  proof: Uint8Array,
): boolean {
  if (proof.length !== KEY_BYTES) return false;
  const signature = hmac(storedKey, authMessage);
  const clientKey = signature.map((byte, at) => byte ^ (proof[at] ?? 0));
  return isStoredKey(storedKey, clientKey);
}

/** Whether the key that a password gave is the one that was kept. Takes the same time whatever is wrong with it. */
export function isStoredKey(storedKey: Uint8Array, clientKey: Uint8Array): boolean {
  return timingSafeEqual(createHash('sha256').update(clientKey).digest(), storedKey);
}

/** Shows the client that the broker has the verifier. */
export function serverSignature({ serverKey }: ScramVerifier, authMessage: string): Uint8Array {
  return hmac(serverKey, authMessage);
}

/**
 * What stands in for the verifier of a user who is unknown or has no password: always the same of a name, as a real one
 * would be, and met by no password. `key` is a secret of the broker, so that nobody else can make the salt.
 */
export function fakeVerifier(userName: string, key: Uint8Array): ScramVerifier {
  const part = (what: string) => hmac(key, `${what} ${userName}`);
  return {
    salt: part('salt').subarray(0, SALT_BYTES),
    iterations: SCRAM_ITERATIONS,
    storedKey: part('stored key'),
    serverKey: part('server key'),
  };
}

function hmac(key: Uint8Array, text: string): Uint8Array {
  return createHmac('sha256', key).update(text).digest();
}
