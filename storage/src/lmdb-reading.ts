// Reads values and slices of rows from an LMDB environment. Everything returned is a copy, and no cursor is left open.
// It knows no ranges longer than a slice.

import type { RangeOptions, RootDatabase } from 'lmdb';
import { assert } from './assert.ts';
import type { PlainValue } from './contract.ts';
import { type PackedKey, packKey } from './key-codec.ts';
import type { KeyInterval } from './key-interval.ts';
import type { Key, TableName } from './keys.ts';
import { decodeValue } from './values.ts';

export type Environment = RootDatabase<PlainValue, PackedKey>;

/** Packed keys go to LMDB as the bytes they stand for. lmdb-js takes a RangeError as: try a larger buffer. */
export const LMDB_KEYS = {
  writeKey(key: PackedKey, target: Buffer, start: number): number {
    if (start + key.length > target.length) throw new RangeError('the key does not fit');
    for (let i = 0; i < key.length; i += 1) target[start + i] = key.charCodeAt(i);
    return start + key.length;
  },
  readKey(source: Buffer, start: number, end: number): PackedKey {
    return source.toString('latin1', start, end);
  },
};

let reading: TableName = 'meta';
let memory: Uint8Array = new Uint8Array(0);

/**
 * Values are encoded before they come here. lmdb-js copies each value it reads into one and the same buffer and has
 * it decoded from there, so reading a row costs no buffer of its own.
 */
export const LMDB_VALUES = {
  encode: (value: Uint8Array): Uint8Array => value,
  decode(buffer: Uint8Array, size = buffer.length): PlainValue {
    const { buffer: whole, byteOffset, byteLength } = buffer;
    // A plain array over the same bytes: a Buffer's `slice` would share memory where an array's copies.
    if (memory.buffer !== whole || memory.byteOffset !== byteOffset) {
      memory = new Uint8Array(whole, byteOffset, byteLength);
    }
    return decodeValue(reading, memory, size);
  },
};

export function readValue(
  environment: Environment,
  table: TableName,
  key: Key,
): PlainValue | undefined {
  reading = table;
  return environment.get(packKey(table, key));
}

/** Rows read at once, so that no cursor and no view of the past is left to whoever stops walking. */
export function readSlice(
  environment: Environment,
  table: TableName,
  interval: KeyInterval,
): [PackedKey, PlainValue][] {
  reading = table;
  const rows: [PackedKey, PlainValue][] = [];
  for (const { key, value } of environment.getRange(boundsOf(interval))) {
    // A limit given to lmdb-js would read one row too many.
    if (rows.push([key, value]) === interval.limit) break;
  }
  return rows;
}

/** The same without the values: large ones need not even be in memory. */
export function readKeySlice(
  environment: Environment,
  interval: KeyInterval,
): [PackedKey, PlainValue][] {
  const rows: [PackedKey, PlainValue][] = [];
  for (const key of environment.getKeys(boundsOf(interval))) {
    if (rows.push([key, null]) === interval.limit) break;
  }
  return rows;
}

/** True when the environment still reads. After a failed write of its head LMDB refuses everything. */
export function stillReads(environment: Environment): boolean {
  try {
    environment.resetReadTxn();
    readValue(environment, 'meta', ['formatVersion']);
    return true;
  } catch {
    return false;
  }
}

function boundsOf({ low, high, reverse, limit }: KeyInterval): RangeOptions {
  assert(low < high && limit > 0, 'a slice is not empty');
  if (!reverse) return { start: low, end: high };
  return { start: high, end: low, reverse, exclusiveStart: true, inclusiveEnd: true };
}
