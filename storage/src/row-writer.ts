// Writes a row as standard MessagePack in one pass. msgpackr writes integers above 32 bits as floats and undefined as
// an extension, and would need a changed copy of every row; reading is msgpackr's (`values.ts`).

import { assert } from './assert.ts';
import type { PlainValue } from './contract.ts';
import { STORAGE_LIMITS } from './limits.ts';

type PlainMap = { readonly [name: string]: PlainValue };

const CHUNK_BYTES = 64 * 1024;
/** More than any head or number needs. */
const HEAD_BYTES_MAX = 9;
/** Short plain text, most of all names of fields, is written without a call into native code. */
const ASCII_LOOP_MAX = 24;
const TWO_32 = 0x1_0000_0000;

class RowWriter {
  // Rows are cut from a chunk that is never written twice: a store may hold on to them until they are on the disk.
  #chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  #start = 0;
  #at = 0;

  write(value: PlainValue): Uint8Array {
    // What a row that was refused left behind is never read.
    this.#start = this.#at;
    this.#value(value, 0);
    return this.#chunk.subarray(this.#start, this.#at);
  }

  /** The chunk, with room for `bytes` at the place of writing. */
  #reserve(bytes: number): Buffer {
    if (this.#at + bytes <= this.#chunk.length) return this.#chunk;
    const used = this.#at - this.#start;
    const chunk = Buffer.allocUnsafeSlow(Math.max(CHUNK_BYTES, 2 * (used + bytes)));
    this.#chunk.copy(chunk, 0, this.#start, this.#at);
    this.#chunk = chunk;
    this.#start = 0;
    this.#at = used;
    return chunk;
  }

  #value(value: PlainValue | undefined, depth: number): void {
    if (typeof value === 'number') this.#number(value);
    else if (typeof value === 'string') this.#string(value);
    else if (typeof value === 'boolean') this.#head(value ? 0xc3 : 0xc2, 0, 0);
    else if (value === null) this.#head(0xc0, 0, 0);
    else if (value instanceof Uint8Array) this.#bytes(value);
    else if (Array.isArray(value)) this.#array(value as readonly PlainValue[], depth + 1);
    else this.#map(value as PlainMap | undefined, depth + 1);
  }

  /** One byte, and a size of so many bytes behind it. */
  #head(kind: number, size: number, sizeBytes: 0 | 1 | 2 | 4): void {
    const chunk = this.#reserve(HEAD_BYTES_MAX);
    let at = this.#at;
    chunk[at++] = kind;
    if (sizeBytes === 4) {
      chunk[at++] = size >>> 24;
      chunk[at++] = size >>> 16;
    }
    if (sizeBytes >= 2) chunk[at++] = size >>> 8;
    if (sizeBytes >= 1) chunk[at++] = size;
    this.#at = at;
  }

  #number(n: number): void {
    if (!Number.isInteger(n)) {
      assert(Number.isFinite(n), 'a number in a row is finite');
      const chunk = this.#reserve(HEAD_BYTES_MAX);
      chunk[this.#at] = 0xcb;
      this.#at = chunk.writeDoubleBE(n, this.#at + 1);
    } else if (n >= 0) {
      if (n < 0x80) this.#head(n, 0, 0);
      else if (n < 0x100) this.#head(0xcc, n, 1);
      else if (n < 0x1_0000) this.#head(0xcd, n, 2);
      else if (n < TWO_32) this.#head(0xce, n, 4);
      else this.#wide(0xcf, n);
    } else if (n >= -0x20) this.#head(n, 0, 0);
    else if (n >= -0x80) this.#head(0xd0, n, 1);
    else if (n >= -0x8000) this.#head(0xd1, n, 2);
    else if (n >= -0x8000_0000) this.#head(0xd2, n, 4);
    else this.#wide(0xd3, n);
  }

  #wide(kind: 0xcf | 0xd3, n: number): void {
    assert(Number.isSafeInteger(n), 'an integer in a row is safe');
    const chunk = this.#reserve(HEAD_BYTES_MAX);
    this.#head(kind, Math.floor(n / TWO_32), 4);
    let at = this.#at;
    chunk[at++] = n >>> 24;
    chunk[at++] = n >>> 16;
    chunk[at++] = n >>> 8;
    chunk[at++] = n >>> 0;
    this.#at = at;
  }

  #string(text: string): void {
    if (text.length <= ASCII_LOOP_MAX && this.#ascii(text)) return;
    const bytes = Buffer.byteLength(text, 'utf8');
    if (bytes < 0x20) this.#head(0xa0 | bytes, 0, 0);
    else if (bytes < 0x100) this.#head(0xd9, bytes, 1);
    else if (bytes < 0x1_0000) this.#head(0xda, bytes, 2);
    else this.#head(0xdb, bytes, 4);
    const chunk = this.#reserve(bytes);
    this.#at += chunk.write(text, this.#at, bytes, 'utf8');
  }

  /** False: the text is not plain, nothing was written. */
  #ascii(text: string): boolean {
    const { length } = text;
    const chunk = this.#reserve(length + 1);
    let at = this.#at;
    chunk[at++] = 0xa0 | length;
    for (let i = 0; i < length; i += 1) {
      const code = text.charCodeAt(i);
      if (code >= 0x80) return false;
      chunk[at++] = code;
    }
    this.#at = at;
    return true;
  }

  #bytes(bytes: Uint8Array): void {
    const { length } = bytes;
    if (length < 0x100) this.#head(0xc4, length, 1);
    else if (length < 0x1_0000) this.#head(0xc5, length, 2);
    else this.#head(0xc6, length, 4);
    this.#reserve(length).set(bytes, this.#at);
    this.#at += length;
  }

  #array(values: readonly PlainValue[], depth: number): void {
    assert(depth <= STORAGE_LIMITS.rowDepthMax, 'a row nests a few levels only');
    const { length } = values;
    if (length < 0x10) this.#head(0x90 | length, 0, 0);
    else if (length < 0x1_0000) this.#head(0xdc, length, 2);
    else this.#head(0xdd, length, 4);
    for (const value of values) this.#value(value, depth);
  }

  #map(map: PlainMap | undefined, depth: number): void {
    assert(typeof map === 'object', 'a row holds plain data, never undefined');
    assert(isPlain(map), 'a row holds plain data, never instances of a class');
    assert(depth <= STORAGE_LIMITS.rowDepthMax, 'a row nests a few levels only');
    const names = Object.keys(map);
    const { length } = names;
    if (length < 0x10) this.#head(0x80 | length, 0, 0);
    else if (length < 0x1_0000) this.#head(0xde, length, 2);
    else this.#head(0xdf, length, 4);
    for (const name of names) {
      assert(name !== '__proto__', 'a field of a row has a plain name');
      this.#string(name);
      this.#value(map[name], depth);
    }
  }
}

function isPlain(map: PlainMap): boolean {
  const prototype: unknown = Object.getPrototypeOf(map);
  return prototype === Object.prototype || prototype === null;
}

const WRITER = new RowWriter();

/**
 * One row as MessagePack. The bytes are the caller's and never change.
 * @throws AssertionError on undefined, an unsafe integer, a number that is not finite, or what is not plain data.
 */
export function writeRow(value: PlainValue): Uint8Array {
  return WRITER.write(value);
}
