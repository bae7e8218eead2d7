// The header of a batch and its index: reading and stamping. It believes what the bytes say; `validate-batch.ts` does not.

import { MillraceError } from '../errors.ts';
import { batchFlags } from './columns.ts';
import {
  AT,
  COLUMN_BYTES,
  FLAG_GAPS,
  HEADER_BYTES,
  readI64,
  readU32,
  readU64,
  writeI64,
} from './layout.ts';

/** The fields before a batch’s index, as numbers. */
export interface BatchHeader {
  readonly baseOffset: number;
  readonly appendTimeMs: number;
  readonly checksum: number;
  readonly format: number;
  /** Position in CODECS. */
  readonly codec: number;
  readonly flags: number;
  /** Records in the batch. */
  readonly count: number;
  /** Offsets the batch takes, less one: at least that of its last record. */
  readonly lastOffsetDelta: number;
  /** What the records' timestamps count from: that of the first record when the batch was made. */
  readonly firstTimestampMs: number;
  /** The largest timestamp when the batch was made. */
  readonly lastTimestampMs: number;
  /** -1: none. */
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly sequence: number;
  readonly indexBytes: number;
  readonly bodyBytes: number;
  /** Bytes of the body once decompressed. */
  readonly bodyBytesRaw: number;
  /** Bytes of the whole batch, by its header. */
  readonly batchBytes: number;
}

export function corrupt(what: string): MillraceError {
  return new MillraceError('CORRUPT_BATCH', `Corrupt batch: ${what}.`);
}

/** Throws CORRUPT_BATCH where the bytes are too few for a header; checks nothing else. */
export function batchHeader(bytes: Uint8Array): BatchHeader {
  if (bytes.length < HEADER_BYTES) throw corrupt(`${bytes.length} bytes are too few for a header`);
  const indexBytes = readU32(bytes, AT.indexBytes);
  const bodyBytes = readU32(bytes, AT.bodyBytes);
  return {
    baseOffset: readU64(bytes, AT.baseOffset),
    appendTimeMs: readU64(bytes, AT.appendTime),
    checksum: readU32(bytes, AT.checksum),
    format: bytes[AT.format] as number,
    codec: bytes[AT.codec] as number,
    flags: batchFlags(bytes),
    count: readU32(bytes, AT.count),
    lastOffsetDelta: readU32(bytes, AT.lastOffsetDelta),
    firstTimestampMs: readU64(bytes, AT.firstTimestamp),
    lastTimestampMs: readU64(bytes, AT.lastTimestamp),
    producerId: readI64(bytes, AT.producerId),
    producerEpoch: readU32(bytes, AT.producerEpoch) | 0,
    sequence: readU32(bytes, AT.sequence) | 0,
    indexBytes,
    bodyBytes,
    bodyBytesRaw: readU32(bytes, AT.bodyBytesRaw),
    batchBytes: HEADER_BYTES + indexBytes + bodyBytes,
  };
}

/** Bytes of a whole batch, by its header, of which there may be the beginning only; less than a header is all there is. */
export function batchBytesOf(beginning: Uint8Array): number {
  if (beginning.length < HEADER_BYTES) return beginning.length;
  return HEADER_BYTES + readU32(beginning, AT.indexBytes) + readU32(beginning, AT.bodyBytes);
}

/** Records in the batch. */
export function recordCount(bytes: Uint8Array): number {
  return readU32(bytes, AT.count);
}

/** Writes what the broker alone knows, in place, outside the checksum. */
export function stampBatch(bytes: Uint8Array, baseOffset: number, appendTimeMs: number): void {
  writeI64(bytes, AT.baseOffset, baseOffset);
  writeI64(bytes, AT.appendTime, appendTimeMs);
}

function hasGaps(bytes: Uint8Array): boolean {
  return ((bytes[AT.flags + 1] as number) & FLAG_GAPS) !== 0;
}

/** Bytes of record `i` in the decompressed body. */
export function recordBytes(bytes: Uint8Array, i: number): number {
  return readU32(bytes, HEADER_BYTES + COLUMN_BYTES * i);
}

/** Distance of record `i` from the base offset. */
export function recordOffsetDelta(bytes: Uint8Array, i: number): number {
  if (!hasGaps(bytes)) return i;
  const count = readU32(bytes, AT.count);
  return readU32(bytes, HEADER_BYTES + COLUMN_BYTES * (count + i));
}

/** The offset of a record, by its position in the batch. */
export function recordOffset(bytes: Uint8Array, i: number): number {
  return readU64(bytes, AT.baseOffset) + recordOffsetDelta(bytes, i);
}

/** The first record whose offset is at or after `offset`; `count` where there is none. */
export function recordIndexFrom(bytes: Uint8Array, offset: number): number {
  const count = readU32(bytes, AT.count);
  const delta = offset - readU64(bytes, AT.baseOffset);
  if (!hasGaps(bytes)) return Math.min(Math.max(delta, 0), count);
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (recordOffsetDelta(bytes, middle) < delta) low = middle + 1;
    else high = middle;
  }
  return low;
}
