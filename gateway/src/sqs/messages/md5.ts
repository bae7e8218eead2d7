// MD5 sums as clients of the SQS API compute and compare them. They are no protection, and nothing keeps them.

import { hash } from 'node:crypto';
import type { Attribute } from './attribute.ts';

const TEXT = 1;
const BINARY = 2;

/** Of a text: of its UTF-8. */
export function md5(data: string | Uint8Array): string {
  return hash('md5', data);
}

/** Each attribute by name: lengths, name, type, a byte for the kind of value, value. */
export function md5OfAttributes(attributes: readonly Attribute[]): string {
  const sorted = attributes.length > 1 ? attributes.toSorted(byName) : attributes;
  const parts: Uint8Array[] = [];
  for (const { name, type, value } of sorted) {
    addSized(parts, Buffer.from(name));
    addSized(parts, Buffer.from(type));
    const isText = typeof value === 'string';
    parts.push(Uint8Array.of(isText ? TEXT : BINARY));
    addSized(parts, isText ? Buffer.from(value) : value);
  }
  return md5(Buffer.concat(parts));
}

function byName(one: Attribute, other: Attribute): number {
  return one.name < other.name ? -1 : 1;
}

function addSized(parts: Uint8Array[], bytes: Uint8Array): void {
  const size = Buffer.allocUnsafe(4);
  size.writeUInt32BE(bytes.length);
  parts.push(size, bytes);
}
