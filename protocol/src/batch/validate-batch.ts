// Everything that can be said about a batch without decoding a record: sizes, checksum, index. What passes is safe to
// store and to cut. It must not decompress or look into a record.

import { MillraceError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import { RECORD_BYTES_MAX } from './batch-builder.ts';
import { checksumOf } from './checksum.ts';
import { requireCodec } from './codec-registry.ts';
import { columnFrom, FLAGS_KNOWN, indexEntryBytes } from './columns.ts';
import { codecName } from './compression.ts';
import { type BatchHeader, batchHeader, corrupt } from './header.ts';
import {
  CHECKED_FROM,
  COLUMN_BYTES,
  FLAG_DELAY,
  FLAG_DELIVERIES,
  FLAG_GAPS,
  FLAG_TTL,
  FORMAT,
  HEADER_BYTES,
  readU32,
  readU64,
} from './layout.ts';

/** What a batch may not pass. */
export interface BatchLimits {
  /** The largest record, as encoded. */
  readonly messageBytesMax?: number | undefined;
}

function tooLarge(what: string, limit: string): MillraceError {
  return new MillraceError('BATCH_TOO_LARGE', `The batch is too large: ${what}.`, { limit });
}

function checkSizes(header: BatchHeader, size: number): void {
  if (size > LIMITS.batchBytesMax) throw tooLarge(`${size} bytes`, `${LIMITS.batchBytesMax} bytes`);
  if (header.format !== FORMAT) throw corrupt(`its format is ${header.format}, not ${FORMAT}`);
  if ((header.flags & ~FLAGS_KNOWN) !== 0) throw corrupt(`its flags ${header.flags} are not known`);
  if (header.batchBytes !== size)
    throw corrupt(`it has ${size} bytes, its header says ${header.batchBytes}`);
  if (header.count === 0) throw corrupt('it has no record');
  if (header.count > LIMITS.batchRecordsMax)
    throw tooLarge(`${header.count} records`, `${LIMITS.batchRecordsMax} records`);
  if (header.indexBytes !== (indexEntryBytes(header.flags) as number) * header.count)
    throw corrupt('its index has the wrong length');
  if (header.bodyBytesRaw > LIMITS.batchBodyBytesMax) {
    throw tooLarge(
      `${header.bodyBytesRaw} bytes decompressed`,
      `${LIMITS.batchBodyBytesMax} bytes`,
    );
  }
}

function checkNumbers(header: BatchHeader): void {
  const {
    baseOffset,
    appendTimeMs,
    firstTimestampMs,
    lastTimestampMs,
    producerId,
    lastOffsetDelta,
  } = header;
  for (const value of [
    baseOffset + lastOffsetDelta,
    appendTimeMs,
    firstTimestampMs,
    lastTimestampMs,
  ]) {
    if (!Number.isSafeInteger(value)) throw corrupt('a number in its header passes 2^53-1');
  }
  if (!Number.isSafeInteger(producerId) || producerId < -1)
    throw corrupt('its producer id is out of range');
  if (lastTimestampMs < firstTimestampMs) throw corrupt('its last timestamp lies before its first');
}

function checkLengths(bytes: Uint8Array, header: BatchHeader, messageBytesMax: number): void {
  let sum = 0;
  let largest = 0;
  for (let i = 0; i < header.count; i += 1) {
    const length = readU32(bytes, HEADER_BYTES + COLUMN_BYTES * i);
    if (length === 0) throw corrupt(`record ${i} has no bytes`);
    if (length > largest) largest = length;
    sum += length;
  }
  if (sum !== header.bodyBytesRaw)
    throw corrupt(`its records have ${sum} bytes, its body ${header.bodyBytesRaw}`);
  if (largest > messageBytesMax) {
    throw new MillraceError('MESSAGE_TOO_LARGE', `A record is ${largest} bytes long.`, {
      limit: `${messageBytesMax} bytes`,
    });
  }
}

function checkOffsets(bytes: Uint8Array, header: BatchHeader): void {
  if ((header.flags & FLAG_GAPS) === 0) {
    if (header.lastOffsetDelta !== header.count - 1)
      throw corrupt('its offsets do not match its count');
    return;
  }
  const column = HEADER_BYTES + COLUMN_BYTES * header.count;
  let previous = -1;
  for (let i = 0; i < header.count; i += 1) {
    const delta = readU32(bytes, column + COLUMN_BYTES * i);
    if (delta <= previous) throw corrupt('its offsets do not grow');
    previous = delta;
  }
  if (previous > header.lastOffsetDelta) throw corrupt('its last offset lies beyond its range');
}

interface ColumnRange {
  readonly flag: number;
  readonly bytes: 4 | 8;
  readonly max: number;
  readonly field: string;
  readonly unit: string;
}

/** In a dedup hash, and as the id of a group, any bytes will do. */
const COLUMN_RANGES: readonly ColumnRange[] = [
  { flag: FLAG_DELAY, bytes: 8, max: LIMITS.delayMsMax, field: 'delayMs', unit: ' ms' },
  { flag: FLAG_TTL, bytes: 8, max: LIMITS.messageTtlMsMax, field: 'ttlMs', unit: ' ms' },
  {
    flag: FLAG_DELIVERIES,
    bytes: 4,
    max: LIMITS.maxDeliveriesMax,
    field: 'maxDeliveries',
    unit: '',
  },
];

function checkColumns(batch: Uint8Array, { flags, count }: BatchHeader): void {
  for (const { flag, bytes, max, field, unit } of COLUMN_RANGES) {
    if ((flags & flag) === 0) continue;
    const read = bytes === 8 ? readU64 : readU32;
    const from = columnFrom(flags, flag, count);
    for (let i = 0; i < count; i += 1) {
      const value = read(batch, from + bytes * i);
      if (value <= max) continue;
      const text = `Corrupt batch: ${field} of record ${i} is ${value}, at most ${max} is allowed.`;
      throw new MillraceError('CORRUPT_BATCH', text, { field, limit: `${max}${unit}` });
    }
  }
}

/** The index and the body agree with the header; no checksum. */
export function checkLayout(bytes: Uint8Array, limits: BatchLimits = {}): BatchHeader {
  const header = batchHeader(bytes);
  checkSizes(header, bytes.length);
  checkNumbers(header);
  const codec = codecName(header.codec);
  if (codec === 'none' && header.bodyBytes !== header.bodyBytesRaw)
    throw corrupt('its body has two sizes');
  checkLengths(bytes, header, limits.messageBytesMax ?? RECORD_BYTES_MAX);
  checkOffsets(bytes, header);
  if ((header.flags & ~FLAG_GAPS) !== 0) checkColumns(bytes, header);
  return header;
}

/**
 * For who takes batches from producers. Throws CORRUPT_BATCH, BATCH_TOO_LARGE, MESSAGE_TOO_LARGE, or UNSUPPORTED_CODEC
 * where this process lacks the codec. The bytes must be one batch and nothing more.
 */
export function validateBatch(bytes: Uint8Array, limits: BatchLimits = {}): BatchHeader {
  const header = verifyBatch(bytes, limits);
  requireCodec(codecName(header.codec), 'The broker');
  return header;
}

/** Why stored bytes are not the batch that a broker took and put at this offset; undefined where they are. */
export function batchFault(bytes: Uint8Array, baseOffset: number): string | undefined {
  if (bytes.length < HEADER_BYTES) return `it has ${bytes.length} bytes, too few for a header`;
  const header = batchHeader(bytes);
  if (header.batchBytes !== bytes.length) {
    return `it has ${bytes.length} bytes, its header says ${header.batchBytes}`;
  }
  if (checksumOf(bytes, CHECKED_FROM, bytes.length) !== header.checksum) {
    return 'its checksum does not match';
  }
  if (header.baseOffset === baseOffset) return undefined;
  return `its header says offset ${header.baseOffset}`;
}

/** For who gets batches that a broker took: as `validateBatch`, but a codec that is lacking matters to who reads it. */
export function verifyBatch(bytes: Uint8Array, limits: BatchLimits = {}): BatchHeader {
  const header = checkLayout(bytes, limits);
  if (checksumOf(bytes, CHECKED_FROM, bytes.length) !== header.checksum)
    throw corrupt('its checksum does not match');
  return header;
}
