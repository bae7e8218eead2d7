// Leaves records out of a stored batch, so that those that stay keep their offsets, timestamps and all that is said of
// them. Where the others were there are honest gaps. The batch must have passed validation.

import { MillraceError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
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

interface Source {
  readonly bytes: Uint8Array;
  readonly header: BatchHeader;
  /** All records, decompressed, and where each begins. */
  readonly body: Uint8Array;
  readonly starts: Uint32Array;
}

/** Offsets that a batch takes, as distances from the source's base; the end is the one after the last. */
interface Span {
  readonly from: number;
  readonly end: number;
}

/**
 * The records at these indexes, at least one, in order. The result takes the offsets from `baseOffset`, which is at most
 * that of the first record, to the batch's own end. It is one batch, or several one after another where what is left
 * would be too large for one: its index has a gap for each record, and a body may compress worse here than at its
 * producer's. Throws CORRUPT_BATCH where the body cannot be decompressed.
 */
export function thinBatch(
  bytes: Uint8Array,
  kept: readonly number[],
  baseOffset: number = batchHeader(bytes).baseOffset,
): readonly Uint8Array[] {
  const source = opened(bytes);
  const { header } = source;
  const span = { from: baseOffset - header.baseOffset, end: header.lastOffsetDelta + 1 };
  return packed(source, kept, span);
}

function opened(bytes: Uint8Array): Source {
  const header = batchHeader(bytes);
  const stored = bytes.subarray(HEADER_BYTES + header.indexBytes);
  const body = decompressBody(codecName(header.codec), stored, header.bodyBytesRaw);
  const starts = new Uint32Array(header.count + 1);
  for (let i = 0; i < header.count; i += 1) {
    starts[i + 1] = (starts[i] as number) + recordBytes(bytes, i);
  }
  return { bytes, header, body, starts };
}

function packed(source: Source, kept: readonly number[], span: Span): readonly Uint8Array[] {
  const batch = pack(source, kept, span);
  if (batch.length <= LIMITS.batchBytesMax) return [batch];
  if (kept.length === 1) {
    const message = `A record alone makes a batch of ${batch.length} bytes.`;
    throw new MillraceError('CORRUPT_BATCH', message, { limit: `${LIMITS.batchBytesMax} bytes` });
  }
  const half = kept.length >>> 1;
  const middle = recordOffsetDelta(source.bytes, kept[half] as number);
  return [
    ...packed(source, kept.slice(0, half), { from: span.from, end: middle }),
    ...packed(source, kept.slice(half), { from: middle, end: span.end }),
  ];
}

function pack(source: Source, kept: readonly number[], { from, end }: Span): Uint8Array {
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
function keptBody({ body, starts }: Source, kept: readonly number[]): Uint8Array {
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
  { bytes, header, starts }: Source,
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
