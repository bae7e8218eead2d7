// Hashes of passwords: scrypt, with its cost and salt beside it as text. It never holds a password longer than a call.

import { scrypt, timingSafeEqual } from 'node:crypto';

export interface ScryptHash {
  readonly cost: number;
  readonly blockSize: number;
  readonly parallelization: number;
  readonly salt: Buffer;
  readonly key: Buffer;
}

/** `scrypt$16384$8$1$<salt>$<key>`, both in base64url. */
const FORM = /^scrypt\$(\d{1,7})\$(\d{1,2})\$(\d{1,2})\$([\w-]{11,128})\$([\w-]{22,128})$/;
const MEMORY_BYTES_MAX = 256 * 1024 * 1024;

/** Undefined: it is not one, or would take too much memory to check. */
export function parseScryptHash(text: string): ScryptHash | undefined {
  const match = FORM.exec(text);
  if (match === null) return undefined;
  const [cost = 0, blockSize = 0, parallelization = 0] = match.slice(1, 4).map(Number);
  const isPowerOfTwo = cost > 1 && (cost & (cost - 1)) === 0;
  const isBearable = 128 * cost * blockSize <= MEMORY_BYTES_MAX / 2;
  if (!isPowerOfTwo || !isBearable || blockSize < 1 || parallelization < 1) return undefined;
  const salt = Buffer.from(match[4] ?? '', 'base64url');
  const key = Buffer.from(match[5] ?? '', 'base64url');
  return { cost, blockSize, parallelization, salt, key };
}

/** Takes tens of milliseconds, in the thread pool. */
export function isPassword(password: string, hash: ScryptHash): Promise<boolean> {
  const { cost, blockSize, parallelization, salt, key } = hash;
  const costs = { N: cost, r: blockSize, p: parallelization, maxmem: MEMORY_BYTES_MAX };
  return new Promise((resolve, reject) => {
    scrypt(password, salt, key.length, costs, (error, derived) => {
      if (error === null) resolve(timingSafeEqual(derived, key));
      else reject(error);
    });
  });
}
