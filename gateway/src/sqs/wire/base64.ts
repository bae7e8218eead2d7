// Blobs as both protocols write them. Only what an encoder would have written is read, padding aside.

import { SqsError } from '../errors.ts';

const PADDING = /={1,2}$/;
const URL_SAFE = /[-_]/;

/** Throws Serialization. */
export function decodeBase64(text: string): Uint8Array {
  const digits = text.replace(PADDING, '');
  const bytes = Buffer.from(digits, 'base64');
  const isWhole = digits.length % 4 !== 1 && bytes.length === Math.floor((digits.length * 3) / 4);
  if (!isWhole || URL_SAFE.test(digits)) {
    throw new SqsError('Serialization', 'A blob is not valid base64.');
  }
  return bytes;
}

export function encodeBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
