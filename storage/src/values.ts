// Values as bytes: raw for tables of bytes, standard MessagePack for rows. It knows nothing of keys.

import { Unpackr } from 'msgpackr';
import { assert } from './assert.ts';
import type { PlainValue } from './contract.ts';
import { TABLES, type TableName, type TableSpec } from './keys.ts';
import { STORAGE_LIMITS } from './limits.ts';
import { writeRow } from './row-writer.ts';

const unpackr = new Unpackr({
  useRecords: false,
  mapsAsObjects: true,
  int64AsType: 'number',
  copyBuffers: true,
});

/** True when the table's values are raw bytes. */
export function holdsBytes(table: TableName): boolean {
  return (TABLES[table] as TableSpec).value === 'bytes';
}

/**
 * The bytes to store. Raw bytes are passed on by reference; the caller must not change them afterwards.
 * @throws AssertionError when the value is not plain data, too large, or not bytes in a table of bytes.
 */
export function encodeValue(table: TableName, value: PlainValue): Uint8Array {
  if (holdsBytes(table)) assert(value instanceof Uint8Array, 'this table holds raw bytes');
  const bytes = holdsBytes(table) ? (value as Uint8Array) : writeRow(value);
  assert(bytes.byteLength <= STORAGE_LIMITS.valueBytesMax, 'a value is within its limit');
  return bytes;
}

/**
 * The reverse of `encodeValue`: the value in the first `size` bytes of `memory`. It shares nothing with `memory`,
 * which has to be a plain array of bytes: out of a Buffer would come Buffers.
 */
export function decodeValue(
  table: TableName,
  memory: Uint8Array,
  size = memory.length,
): PlainValue {
  if (holdsBytes(table)) return memory.slice(0, size);
  return unpackr.unpack(memory, size) as PlainValue;
}
