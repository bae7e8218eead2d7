// Decodes the records of a batch. It takes hostile bytes: whatever is wrong is CORRUPT_BATCH, never a view out of bounds.

import { codecName, decompressBody } from './compression.ts';
import { recordBytes, recordIndexFrom, recordOffsetDelta } from './header.ts';
import { FLAG_GAPS, HEADER_BYTES } from './layout.ts';
import type { LogRecord } from './record.ts';
import { RecordReader } from './record-reader.ts';
import { checkLayout } from './validate-batch.ts';

/**
 * The records with offsets from `from` to `to`, both included. Their bytes are views of the batch, or of its
 * decompressed body. The checksum is not looked at: `validateBatch` does that.
 */
export function readRecords(
  bytes: Uint8Array,
  range: { readonly from?: number | undefined; readonly to?: number | undefined } = {},
): LogRecord[] {
  const header = checkLayout(bytes);
  const first = range.from === undefined ? 0 : recordIndexFrom(bytes, range.from);
  const end = range.to === undefined ? header.count : recordIndexFrom(bytes, range.to + 1);
  if (first >= end) return [];
  const bodyFrom = HEADER_BYTES + header.indexBytes;
  const codec = codecName(header.codec);
  const isPlain = codec === 'none';
  const body = isPlain
    ? bytes
    : decompressBody(codec, bytes.subarray(bodyFrom), header.bodyBytesRaw);
  let at = isPlain ? bodyFrom : 0;
  for (let i = 0; i < first; i += 1) at += recordBytes(bytes, i);

  const { baseOffset, firstTimestampMs } = header;
  const hasGaps = (header.flags & FLAG_GAPS) !== 0;
  const reader = new RecordReader(body);
  const records: LogRecord[] = [];
  for (let i = first; i < end; i += 1) {
    const next = at + recordBytes(bytes, i);
    const offset = baseOffset + (hasGaps ? recordOffsetDelta(bytes, i) : i);
    records.push(reader.read(at, next, offset, firstTimestampMs));
    at = next;
  }
  return records;
}
