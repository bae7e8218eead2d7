// What a new access key of the Amazon SQS API is made of. It looks like one of Amazon's own, so that every tool takes it.

import { randomBytes } from 'node:crypto';
import { MillraceError } from '@millrace/protocol';

const ID_LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const ID_RANDOM = 16;
const SECRET_BYTES = 30;
const ID = /^[A-Za-z0-9_-]{1,128}$/;
/** What may stand in a file of credentials without being quoted. */
const SECRET = /^[\x21-\x7e]{1,128}$/;

interface NewAccessKey {
  readonly accessKeyId: string;
  readonly secret: string;
}

export function makeAccessKey(): NewAccessKey {
  const letters = [...randomBytes(ID_RANDOM)].map((byte) => ID_LETTERS.charAt(byte % 32));
  return {
    accessKeyId: `MRAK${letters.join('')}`,
    secret: randomBytes(SECRET_BYTES).toString('base64'),
  };
}

/** One that exists elsewhere. Throws INVALID_REQUEST, which quotes no secret. */
export function takeAccessKey(accessKeyId: string | null, secret: string | null): NewAccessKey {
  if (accessKeyId === null || secret === null) {
    const field = accessKeyId === null ? 'accessKeyId' : 'secret';
    const message = 'An access key from elsewhere has an id and a secret.';
    throw new MillraceError('INVALID_REQUEST', message, { field });
  }
  if (!ID.test(accessKeyId)) {
    const message =
      'The id of an access key has 1 to 128 characters from a-z, A-Z, 0-9, underscore and hyphen.';
    throw new MillraceError('INVALID_REQUEST', message, { field: 'accessKeyId' });
  }
  if (!SECRET.test(secret)) {
    const message = 'The secret of an access key has 1 to 128 printable characters, and no space.';
    throw new MillraceError('INVALID_REQUEST', message, { field: 'secret' });
  }
  return { accessKeyId, secret };
}
