// Cuts a range of records out of a batch, so that a redelivery never sends the whole batch again.
// The batch must have passed validation.

import { MillraceError } from '../errors.ts';
import { checksumOf } from './checksum.ts';
import { batchFlags, COLUMNS, indexEntryBytes } from './columns.ts';
import { recordIndexFrom, recordOffsetDelta } from './header.ts';
import {
  AT,
  CHECKED_FROM,
  COLUMN_BYTES,
  FLAG_GAPS,
  HEADER_BYTES,
  readU32,
  readU64,
  writeI64,
  writeU32,
} from './layout.ts';

/** Position of `none` in CODECS. */
const CODEC_NONE = 0;

/**
 * The records with offsets from `firstOffset` to `lastOffset`, both included, as a batch of its own with the same
 * offsets and timestamps. The batch itself where all of it is asked for or where it is compressed.
 * Throws OFFSET_OUT_OF_RANGE where none of its records lies in the range.
 */
export function sliceBatch(bytes: Uint8Array, firstOffset: number, lastOffset: number): Uint8Array {
  const first = recordIndexFrom(bytes, firstOffset);
  const end = recordIndexFrom(bytes, lastOffset + 1);
  if (first >= end) {
    throw new MillraceError(
      'OFFSET_OUT_OF_RANGE',
      `The batch has no record from ${firstOffset} to ${lastOffset}.`,
    );
  }
  const count = readU32(bytes, AT.count);
  return bytes[AT.codec] !== CODEC_NONE || end - first === count
    ? bytes
    : cut(bytes, count, first, end);
}

function cut(bytes: Uint8Array, total: number, first: number, end: number): Uint8Array {
  const lengthsFrom = HEADER_BYTES + COLUMN_BYTES * first;
  const lengthsEnd = HEADER_BYTES + COLUMN_BYTES * end;
  let bodyFrom = HEADER_BYTES + readU32(bytes, AT.indexBytes);
  for (let at = HEADER_BYTES; at < lengthsFrom; at += COLUMN_BYTES) bodyFrom += readU32(bytes, at);
  let bodyBytes = 0;
  for (let at = lengthsFrom; at < lengthsEnd; at += COLUMN_BYTES) bodyBytes += readU32(bytes, at);

  const count = end - first;
  const flags = batchFlags(bytes);
  const indexBytes = (indexEntryBytes(flags) as number) * count;
  const firstDelta = recordOffsetDelta(bytes, first);
  const slice = Buffer.allocUnsafe(HEADER_BYTES + indexBytes + bodyBytes);
  slice.set(bytes.subarray(0, HEADER_BYTES));
  slice.set(bytes.subarray(lengthsFrom, lengthsEnd), HEADER_BYTES);
  slice.set(bytes.subarray(bodyFrom, bodyFrom + bodyBytes), HEADER_BYTES + indexBytes);
  if (flags !== 0) {
    cutColumns(bytes, total, first, slice, count);
    if ((flags & FLAG_GAPS) !== 0) moveOffsets(slice, count, firstDelta);
  }
  writeI64(slice, AT.baseOffset, readU64(bytes, AT.baseOffset) + firstDelta);
  writeU32(slice, AT.count, count);
  writeU32(slice, AT.lastOffsetDelta, recordOffsetDelta(bytes, end - 1) - firstDelta);
  writeU32(slice, AT.indexBytes, indexBytes);
  writeU32(slice, AT.bodyBytes, bodyBytes);
  writeU32(slice, AT.bodyBytesRaw, bodyBytes);
  writeU32(slice, AT.checksum, checksumOf(slice, CHECKED_FROM, slice.length));
  return slice;
}

/** Copies the optional columns, that is their part from record `first` on. */
function cutColumns(
  bytes: Uint8Array,
  total: number,
  first: number,
  slice: Uint8Array,
  count: number,
): void {
  const flags = batchFlags(bytes);
  let from = HEADER_BYTES + COLUMN_BYTES * total;
  let to = HEADER_BYTES + COLUMN_BYTES * count;
  for (const [flag, width] of COLUMNS) {
    if ((flags & flag) === 0) continue;
    slice.set(bytes.subarray(from + width * first, from + width * (first + count)), to);
    from += width * total;
    to += width * count;
  }
}

/** Distances count from the slice's own base offset. */
function moveOffsets(slice: Uint8Array, count: number, by: number): void {
  const column = HEADER_BYTES + COLUMN_BYTES * count;
  const end = column + COLUMN_BYTES * count;
  for (let at = column; at < end; at += COLUMN_BYTES) writeU32(slice, at, readU32(slice, at) - by);
}
