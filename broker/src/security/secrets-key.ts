// The key that secrets of access keys are encrypted with: read from a file at the start, held in memory alone. Secrets have to
// be readable, for signatures are computed from them; without the key what the store holds of them is of no use.

import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import { readOptionFile, StartError } from '@millrace/options';
import { MillraceError } from '@millrace/protocol';

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const ID_BYTES = 8;

export interface SecretsKey {
  /** Tells keys apart and says nothing of them. */
  readonly id: string;
  /** Nonce, tag and ciphertext; bound to the id of the access key. */
  seal(accessKeyId: string, secret: string): Uint8Array;
  /** Undefined: it was sealed with another key, for another id, or is damaged. */
  open(accessKeyId: string, sealed: Uint8Array): string | undefined;
}

/** Undefined without a path. Throws StartError `badOption`, which quotes nothing of the file. */
export function readSecretsKey(path: string): SecretsKey | undefined {
  if (path === '') return undefined;
  const key = keyOf(readOptionFile('--secrets-key-file', path).toString('utf8'));
  if (key !== undefined) return key;
  const message = `--secrets-key-file: ${path} does not hold ${KEY_BYTES} bytes in base64 or hex (openssl rand -base64 ${KEY_BYTES} makes some).`;
  throw new StartError('badOption', message);
}

/** One a line; none without a path. Throws StartError `badOption`, which quotes nothing of the file. */
export function readPreviousSecretsKeys(path: string): SecretsKey[] {
  if (path === '') return [];
  const flag = '--secrets-key-previous-file';
  const lines = readOptionFile(flag, path).toString('utf8').trim().split('\n');
  return lines.map((line, at) => {
    const key = keyOf(line);
    if (key !== undefined) return key;
    const message = `${flag}: line ${at + 1} of ${path} does not hold ${KEY_BYTES} bytes in base64 or hex.`;
    throw new StartError('badOption', message);
  });
}

/** Throws SECRETS_LOCKED. */
export function requireSecretsKey(key: SecretsKey | undefined): SecretsKey {
  if (key === undefined) throw secretsLocked('the broker was started without --secrets-key-file');
  return key;
}

export function secretsLocked(why: string): MillraceError {
  return new MillraceError('SECRETS_LOCKED', `No secret of an access key can be read: ${why}.`);
}

export function secretsKey(key: Uint8Array): SecretsKey {
  return {
    id: createHmac('sha256', key)
      .update('millrace secrets key')
      .digest('hex')
      .slice(0, 2 * ID_BYTES),
    seal: (accessKeyId, secret) => {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
      cipher.setAAD(Buffer.from(accessKeyId));
      const ciphertext = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
      return Uint8Array.from(Buffer.concat([nonce, cipher.getAuthTag(), ciphertext]));
    },
    open: (accessKeyId, sealed) => {
      if (sealed.length < NONCE_BYTES + TAG_BYTES) return undefined;
      const nonce = sealed.subarray(0, NONCE_BYTES);
      const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
      decipher.setAAD(Buffer.from(accessKeyId));
      decipher.setAuthTag(sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
      const opened = decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES));
      try {
        return Buffer.concat([opened, decipher.final()]).toString('utf8');
      } catch {
        return undefined;
      }
    },
  };
}

function keyOf(line: string): SecretsKey | undefined {
  const text = line.trim();
  const key = /^[0-9a-f]{64}$/i.test(text) ? Buffer.from(text, 'hex') : fromBase64(text);
  return key.length === KEY_BYTES ? secretsKey(key) : undefined;
}

/** Nothing where it is not base64, of either alphabet. */
function fromBase64(text: string): Buffer {
  return /^[A-Za-z0-9+/_-]{43}=?$/.test(text) ? Buffer.from(text, 'base64') : Buffer.alloc(0);
}
