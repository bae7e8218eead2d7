// Reads values and rows from an LMDB environment, in slices. Everything returned is a copy, and no cursor is left open.
// It writes nothing.

import type { RangeOptions, RootDatabase, Transaction } from 'lmdb';
import { assert } from './assert.ts';
import type { PlainValue, RangeQuery, StoredRow } from './contract.ts';
import { type PackedKey, packKey, unpackKey } from './key-codec.ts';
import type { KeyInterval } from './key-interval.ts';
import type { Key, TableName } from './keys.ts';
import { STORAGE_LIMITS } from './limits.ts';
import { Joint, joined } from './pieces.ts';
import { decodeValue, holdsBytes } from './values.ts';

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
/** Stored bytes of the value decoded last. */
let sizeRead = 0;
const joint = new Joint();
/** Values are pieces of a batch: they go to the joint as they are. */
let isJoining = false;

/**
 * Values are encoded before they come here. lmdb-js copies each value it reads into one and the same buffer and has
 * it decoded from there, so reading a row costs no buffer of its own.
 */
export const LMDB_VALUES = {
  encode: (value: Uint8Array): Uint8Array => value,
  decode(buffer: Uint8Array, given?: unknown): PlainValue {
    // lmdb-js gives the size with a range, and the options of a single read.
    const size = typeof given === 'number' ? given : buffer.length;
    sizeRead = size;
    const { buffer: whole, byteOffset, byteLength } = buffer;
    // A plain array over the same bytes: a Buffer's `slice` would share memory where an array's copies.
    if (memory.buffer !== whole || memory.byteOffset !== byteOffset) {
      memory = new Uint8Array(whole, byteOffset, byteLength);
    }
    if (!isJoining) return decodeValue(reading, memory, size);
    joint.add(memory.subarray(0, size));
    return size;
  },
};

export function readValue(
  environment: Environment,
  table: TableName,
  key: Key,
  view?: Transaction,
): PlainValue | undefined {
  return readPacked(environment, table, packKey(table, key), view)[0];
}

/** A value by the bytes of its key, and how many bytes it has. Throws where it cannot be decoded. */
export function readPacked(
  environment: Environment,
  table: TableName,
  key: PackedKey,
  view: Transaction | undefined,
): readonly [value: PlainValue | undefined, bytes: number] {
  reading = table;
  sizeRead = 0;
  const value = getPacked(environment, key, view);
  if (!isFirstPiece(table, value)) return [value, sizeRead];
  const whole = joinedFrom(environment, key, value, view);
  return [whole, whole.length];
}

function getPacked(environment: Environment, key: PackedKey, view: Transaction | undefined) {
  return view ? environment.get(key, { transaction: view }) : environment.get(key);
}

/** It may be followed by others. */
function isFirstPiece(table: TableName, value: PlainValue | undefined): value is Uint8Array {
  return (
    holdsBytes(table) && (value as Uint8Array | undefined)?.length === STORAGE_LIMITS.pieceBytes
  );
}

function joinedFrom(
  environment: Environment,
  batch: PackedKey,
  first: Uint8Array,
  view: Transaction | undefined,
): Uint8Array {
  const append = (key: PackedKey) => getPacked(environment, key, view) as number | undefined;
  isJoining = true;
  try {
    return joined(batch, first, { joint, append });
  } finally {
    isJoining = false;
  }
}

/**
 * Rows read at once, so that no cursor and no view of the past is left to whoever stops walking. A value in pieces ends the
 * slice: who walks on may want none of the next one.
 */
function readSlice(
  environment: Environment,
  table: TableName,
  interval: KeyInterval,
  { view, stopsAt }: Walk,
): [PackedKey, PlainValue][] {
  reading = table;
  const rows: [PackedKey, PlainValue][] = [];
  for (const { key, value } of environment.getRange(boundsOf(interval, view))) {
    // A limit given to lmdb-js would read one row too many.
    if (rows.push([key, value]) === interval.limit || isFirstPiece(table, value)) break;
  }
  // The range is closed: reading meanwhile would take its buffer.
  const last = rows.at(-1);
  if (last === undefined) return rows;
  const [key, value] = last;
  if (isFirstPiece(table, value) && stopsAt?.(value) !== true) {
    last[1] = joinedFrom(environment, key, value, view);
  }
  return rows;
}

/** The same without the values: large ones need not even be in memory. */
export function readKeySlice(
  environment: Environment,
  interval: KeyInterval,
  view?: Transaction,
): [PackedKey, PlainValue][] {
  const rows: [PackedKey, PlainValue][] = [];
  for (const key of environment.getKeys(boundsOf(interval, view))) {
    if (rows.push([key, null]) === interval.limit) break;
  }
  return rows;
}

export interface Walk {
  readonly keysOnly: boolean;
  readonly stopsAt?: RangeQuery['stopsAt'];
  /** A view to read in; otherwise each slice shows the state of its moment. */
  readonly view?: Transaction | undefined;
  /** Throws where nothing may be read any more; asked before each slice. */
  readonly assertOpen: () => void;
}

/** Rows first read of a range without a limit; then twice as many each time. */
const FIRST_ROWS = 8;

/** All rows of an interval, in slices: nothing is open while the caller looks at one. */
export function* walkRows(
  environment: Environment,
  table: TableName,
  interval: KeyInterval,
  walk: Walk,
): Generator<StoredRow> {
  const { keysOnly, view, assertOpen } = walk;
  const { reverse } = interval;
  const isLarge = holdsBytes(table) && !keysOnly;
  const rowsMax = isLarge ? STORAGE_LIMITS.rangeBatchesMax : STORAGE_LIMITS.rangeRowsMax;
  let { low, high, limit } = interval;
  let rows = Number.isFinite(limit) ? limit : isLarge ? 1 : FIRST_ROWS;
  while (limit > 0 && low < high) {
    rows = Math.min(rows, rowsMax, limit);
    const part = { low, high, reverse, limit: rows };
    assertOpen();
    const slice = keysOnly
      ? readKeySlice(environment, part, view)
      : readSlice(environment, table, part, walk);
    for (const [key, value] of slice) yield [unpackKey(table, key), value];
    const [last, value] = slice.at(-1) ?? [];
    const isCut = value instanceof Uint8Array && value.length >= STORAGE_LIMITS.pieceBytes;
    if (last === undefined || (slice.length < rows && !isCut)) return;
    if (reverse) high = last;
    else low = `${last}\0`;
    limit -= slice.length;
    rows *= 2;
  }
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

function boundsOf(
  { low, high, reverse, limit }: KeyInterval,
  view: Transaction | undefined,
): RangeOptions {
  assert(low < high && limit > 0, 'a slice is not empty');
  const within = view ? { transaction: view } : {};
  if (!reverse) return { start: low, end: high, ...within };
  const backwards = { reverse, exclusiveStart: true, inclusiveEnd: true };
  return { start: high, end: low, ...backwards, ...within };
}
