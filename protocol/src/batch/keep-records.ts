// Leaves records out of a batch, so that what a topic took before is not appended again. All that is said of the others
// stays as it was: timestamps, every column, codec. The batch must have passed validation.

import { MillraceError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import { checksumOf } from './checksum.ts';
import { COLUMNS, indexEntryBytes } from './columns.ts';
import { codecName, compressBody, decompressBody } from './compression.ts';
import { type BatchHeader, batchHeader, recordBytes } from './header.ts';
import { AT, CHECKED_FROM, COLUMN_BYTES, FLAG_GAPS, HEADER_BYTES, writeU32 } from './layout.ts';

/** Position of `none` in CODECS. */
const CODEC_NONE = 0;

/**
 * The records at these indexes, at least one, in this order, with offsets that follow each other from the base offset.
 * Throws CORRUPT_BATCH where the body cannot be decompressed, and BATCH_TOO_LARGE where what is left compresses so
 * much worse here than at its producer's that it passes the limit.
 */
export function keepRecords(bytes: Uint8Array, kept: readonly number[]): Uint8Array {
  const header = batchHeader(bytes);
  const raw = keptBody(bytes, header, kept);
  const packed = compressBody(codecName(header.codec), raw);
  const isPacked = packed.length < raw.length;
  const body = isPacked ? packed : raw;
  const indexBytes = (indexEntryBytes(header.flags) as number) * kept.length;
  const batch = Buffer.allocUnsafe(HEADER_BYTES + indexBytes + body.length);
  if (batch.length > LIMITS.batchBytesMax) {
    const message = `The batch without its duplicates is ${batch.length} bytes long.`;
    throw new MillraceError('BATCH_TOO_LARGE', message, { limit: `${LIMITS.batchBytesMax} bytes` });
  }
  batch.set(bytes.subarray(0, HEADER_BYTES));
  keepColumns(bytes, header, kept, batch);
  batch.set(body, HEADER_BYTES + indexBytes);
  batch[AT.codec] = isPacked ? header.codec : CODEC_NONE;
  writeU32(batch, AT.count, kept.length);
  writeU32(batch, AT.lastOffsetDelta, kept.length - 1);
  writeU32(batch, AT.indexBytes, indexBytes);
  writeU32(batch, AT.bodyBytes, body.length);
  writeU32(batch, AT.bodyBytesRaw, raw.length);
  writeU32(batch, AT.checksum, checksumOf(batch, CHECKED_FROM, batch.length));
  return batch;
}

/** The decompressed records, one after another. */
function keptBody(bytes: Uint8Array, header: BatchHeader, kept: readonly number[]): Uint8Array {
  const packed = bytes.subarray(HEADER_BYTES + header.indexBytes);
  const whole = decompressBody(codecName(header.codec), packed, header.bodyBytesRaw);
  let size = 0;
  for (const index of kept) size += recordBytes(bytes, index);
  const raw = Buffer.allocUnsafe(size);
  let from = 0;
  let to = 0;
  let next = 0;
  for (const index of kept) {
    for (; next < index; next += 1) from += recordBytes(bytes, next);
    const length = recordBytes(bytes, index);
    raw.set(whole.subarray(from, from + length), to);
    to += length;
  }
  return raw;
}

/** The column of lengths, and those of the flags. Offsets close up: a producer's batch has no gaps. */
function keepColumns(
  bytes: Uint8Array,
  { flags, count }: BatchHeader,
  kept: readonly number[],
  batch: Uint8Array,
): void {
  let from = HEADER_BYTES;
  let to = HEADER_BYTES;
  for (const [flag, width] of [[0, COLUMN_BYTES] as const, ...COLUMNS]) {
    if (flag !== 0 && (flags & flag) === 0) continue;
    kept.forEach((index, at) => {
      if (flag === FLAG_GAPS) writeU32(batch, to + width * at, at);
      else
        batch.set(
          bytes.subarray(from + width * index, from + width * (index + 1)),
          to + width * at,
        );
    });
    from += width * count;
    to += width * kept.length;
  }
}
