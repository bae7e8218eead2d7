// What a value of a scalar field must be. The checks hold for both directions.

import { FieldFault } from './field-fault.ts';

const LONE_SURROGATE = /\p{Surrogate}/u;

export function checkInt(value: unknown, min: number, max: number): number {
  if (typeof value !== 'number' || !Number.isInteger(value)) throw new FieldFault('not an integer');
  if (value < min || value > max)
    throw new FieldFault(`${value} is out of range`, `${min} to ${max}`);
  return value;
}

export function checkFloat(value: unknown, min: number, max: number): number {
  if (typeof value !== 'number') throw new FieldFault('not a number');
  if (!(value >= min && value <= max))
    throw new FieldFault(`${value} is out of range`, `${min} to ${max}`);
  return value;
}

export function checkBool(value: unknown): boolean {
  if (typeof value !== 'boolean') throw new FieldFault('not a boolean');
  return value;
}

/** Text within its limit in UTF-8 bytes; what came off the wire is known to be well-formed. */
export function checkText(value: unknown, bytesMax: number): string {
  if (typeof value !== 'string') throw new FieldFault('not a string');
  if (
    value.length > bytesMax ||
    (value.length * 3 > bytesMax && Buffer.byteLength(value) > bytesMax)
  ) {
    throw new FieldFault('the text is too long', `${bytesMax} bytes`);
  }
  return value;
}

/** Text to be written: it must be possible as UTF-8. */
export function checkTextToWrite(value: unknown, bytesMax: number): string {
  const text = checkText(value, bytesMax);
  if (LONE_SURROGATE.test(text)) throw new FieldFault('the text holds half a surrogate pair');
  return text;
}

const KEY_BYTES_MAX = 512;

/** `__proto__` is no key: it names no property, here and in everything that takes the object further. */
export function checkMapKey(key: unknown): string {
  const text = checkText(key, KEY_BYTES_MAX);
  if (text === '__proto__') throw new FieldFault('a key that is not allowed');
  return text;
}

/** A key to be written. */
export function checkMapKeyToWrite(key: string): string {
  return checkMapKey(checkTextToWrite(key, KEY_BYTES_MAX));
}

export function checkBytes(value: unknown, bytesMax: number): Uint8Array {
  if (!(value instanceof Uint8Array)) throw new FieldFault('not bytes');
  if (value.length > bytesMax)
    throw new FieldFault(`${value.length} bytes are too many`, `${bytesMax} bytes`);
  return value;
}

export function checkCount(count: number, countMax: number): void {
  if (count > countMax) throw new FieldFault(`${count} items are too many`, `${countMax} items`);
}
