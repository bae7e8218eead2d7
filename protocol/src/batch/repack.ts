// A stored batch made anew of some of its records: what is said of them stays as it was, byte for byte. Which offsets they
// take then is the caller's to say. The batch must have passed validation.

import { checksumOf } from './checksum.ts';
import { COLUMNS, indexEntryBytes } from './columns.ts';
import { codecName, compressBody, decompressBody } from './compression.ts';
import { type BatchHeader, batchHeader, recordBytes, recordOffsetDelta } from './header.ts';
import {
  AT,
  CHECKED_FROM,
  COLUMN_BYTES,
  FLAG_GAPS,
  HEADER_BYTES,
  writeI64,
  writeU32,
} from './layout.ts';

/** Position of `none` in CODECS. */
const CODEC_NONE = 0;

export interface OpenBatch {
  readonly bytes: Uint8Array;
  readonly header: BatchHeader;
  /** All records, decompressed, and where each begins. */
  readonly body: Uint8Array;
  readonly starts: Uint32Array;
}

/** Offsets that a batch takes, as distances from the source's base; the end is the one after the last. */
export interface Span {
  readonly from: number;
  readonly end: number;
}

/** Throws CORRUPT_BATCH where the body cannot be decompressed. */
export function openBatch(bytes: Uint8Array): OpenBatch {
  const header = batchHeader(bytes);
  const stored = bytes.subarray(HEADER_BYTES + header.indexBytes);
  const body = decompressBody(codecName(header.codec), stored, header.bodyBytesRaw);
  const starts = new Uint32Array(header.count + 1);
  for (let i = 0; i < header.count; i += 1) {
    starts[i + 1] = (starts[i] as number) + recordBytes(bytes, i);
  }
  return { bytes, header, body, starts };
}

/**
 * The records at these indexes, at least one, in order. Where they are fewer than the offsets of the span each keeps its
 * own; otherwise they follow each other. The result may be larger than a batch may be.
 */
export function repack(
  source: OpenBatch,
  kept: readonly number[],
  { from, end }: Span,
): Uint8Array {
  const { bytes, header } = source;
  const raw = keptBody(source, kept);
  const compressed = compressBody(codecName(header.codec), raw);
  const isPacked = compressed.length < raw.length;
  const body = isPacked ? compressed : raw;
  const hasGaps = kept.length < end - from;
  const flags = hasGaps ? header.flags | FLAG_GAPS : header.flags & ~FLAG_GAPS;
  const indexBytes = (indexEntryBytes(flags) as number) * kept.length;
  const batch = Buffer.allocUnsafe(HEADER_BYTES + indexBytes + body.length);
  batch.set(bytes.subarray(0, HEADER_BYTES));
  writeIndex(source, kept, from, hasGaps, batch);
  batch.set(body, HEADER_BYTES + indexBytes);
  batch[AT.codec] = isPacked ? header.codec : CODEC_NONE;
  batch[AT.flags + 1] = flags;
  writeI64(batch, AT.baseOffset, header.baseOffset + from);
  writeU32(batch, AT.count, kept.length);
  writeU32(batch, AT.lastOffsetDelta, end - from - 1);
  writeU32(batch, AT.indexBytes, indexBytes);
  writeU32(batch, AT.bodyBytes, body.length);
  writeU32(batch, AT.bodyBytesRaw, raw.length);
  writeU32(batch, AT.checksum, checksumOf(batch, CHECKED_FROM, batch.length));
  return batch;
}

/** Neighbours are copied together. */
function keptBody({ body, starts }: OpenBatch, kept: readonly number[]): Uint8Array {
  let size = 0;
  for (const index of kept) size += (starts[index + 1] as number) - (starts[index] as number);
  const raw = Buffer.allocUnsafe(size);
  let to = 0;
  for (let i = 0; i < kept.length; ) {
    const first = kept[i] as number;
    let last = first;
    for (i += 1; kept[i] === last + 1; i += 1) last += 1;
    const [from, end] = [starts[first] as number, starts[last + 1] as number];
    raw.set(body.subarray(from, end), to);
    to += end - from;
  }
  return raw;
}

/** Lengths, gaps counted from the new base, and the columns of the flags as they were. */
function writeIndex(
  { bytes, header, starts }: OpenBatch,
  kept: readonly number[],
  base: number,
  hasGaps: boolean,
  batch: Uint8Array,
): void {
  let to = HEADER_BYTES;
  for (const index of kept) {
    writeU32(batch, to, (starts[index + 1] as number) - (starts[index] as number));
    to += COLUMN_BYTES;
  }
  for (const index of hasGaps ? kept : []) {
    writeU32(batch, to, recordOffsetDelta(bytes, index) - base);
    to += COLUMN_BYTES;
  }
  let from = HEADER_BYTES + COLUMN_BYTES * header.count;
  for (const [flag, width] of COLUMNS) {
    if ((header.flags & flag) === 0) continue;
    for (const index of flag === FLAG_GAPS ? [] : kept) {
      batch.set(bytes.subarray(from + width * index, from + width * (index + 1)), to);
      to += width;
    }
    from += width * header.count;
  }
}
