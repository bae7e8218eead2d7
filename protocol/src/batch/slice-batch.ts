// Cuts a range of records out of a batch, so that a redelivery never sends the whole batch again.
// The batch must have passed validation.

import { MillraceError } from '../errors.ts';
import { checksumOf } from './checksum.ts';
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
  const hasGaps = ((bytes[AT.flags + 1] as number) & FLAG_GAPS) !== 0;
  const indexBytes = COLUMN_BYTES * count * (hasGaps ? 2 : 1);
  const firstDelta = recordOffsetDelta(bytes, first);
  const slice = Buffer.allocUnsafe(HEADER_BYTES + indexBytes + bodyBytes);
  slice.set(bytes.subarray(0, HEADER_BYTES));
  slice.set(bytes.subarray(lengthsFrom, lengthsEnd), HEADER_BYTES);
  slice.set(bytes.subarray(bodyFrom, bodyFrom + bodyBytes), HEADER_BYTES + indexBytes);
  if (hasGaps) {
    const from = HEADER_BYTES + COLUMN_BYTES * (total + first);
    const to = HEADER_BYTES + COLUMN_BYTES * count;
    for (let i = 0; i < count; i += 1) {
      writeU32(slice, to + COLUMN_BYTES * i, readU32(bytes, from + COLUMN_BYTES * i) - firstDelta);
    }
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
