// Decodes the records of a batch. It takes hostile bytes: whatever is wrong is CORRUPT_BATCH, never a view out of bounds.

import { requireCodec } from './codec-registry.ts';
import { recordMaxDeliveries } from './columns.ts';
import { codecName, decompressBody } from './compression.ts';
import { type BatchHeader, recordBytes, recordIndexFrom, recordOffsetDelta } from './header.ts';
import { FLAG_DELIVERIES, FLAG_GAPS, HEADER_BYTES } from './layout.ts';
import type { LogRecord } from './record.ts';
import { RecordCursor } from './record-cursor.ts';
import { RecordReader } from './record-reader.ts';
import { checkLayout } from './validate-batch.ts';

/** Offsets, both included; absent: from the first record, to the last one. */
export interface OffsetRange {
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

/**
 * The records with offsets from `from` to `to`, both included. Their bytes are views of the batch, or of its
 * decompressed body. The checksum is not looked at: `validateBatch` does that.
 */
export function readRecords(bytes: Uint8Array, range: OffsetRange = {}): LogRecord[] {
  return new BatchRecords(bytes).read(range);
}

/** A batch that is read from several times: its body is decompressed once, when the first record is asked for. */
export class BatchRecords {
  readonly header: BatchHeader;
  private readonly bytes: Uint8Array;
  private reader: RecordReader | undefined;
  private cursor: RecordCursor | undefined;
  /** The record after the one read last, and where it begins in the body: reading on looks at no length twice. */
  private index = 0;
  private at = 0;

  /** Throws CORRUPT_BATCH where header and index contradict each other, unless that was looked at: `verified`. */
  constructor(bytes: Uint8Array, verified?: BatchHeader) {
    this.header = verified ?? checkLayout(bytes);
    this.bytes = bytes;
  }

  /** As `readRecords`. */
  read(range: OffsetRange): LogRecord[] {
    const records: LogRecord[] = [];
    this.each(range, (reader, at, end, offset) => {
      records.push(reader.read(at, end, offset));
    });
    return records;
  }

  /** Checks the records that `read` would give, and tells where each begins: `recordAt` brings them back, in any order. */
  walk(range: OffsetRange, found: (at: number, offset: number) => void): void {
    this.each(range, (reader, at, end, offset) => {
      reader.check(at, end);
      found(at, offset);
    });
  }

  /** The record that `walk` found here; it is the same object for every record, and stays right until the next call. */
  recordAt(at: number, offset: number): RecordCursor {
    this.cursor ??= new RecordCursor(this.open().bytes, this.header.firstTimestampMs);
    return this.cursor.moveTo(at, offset);
  }

  /** Deliveries before a record is exhausted; 0: as its share group says. */
  maxDeliveries(offset: number): number {
    if ((this.header.flags & FLAG_DELIVERIES) === 0) return 0;
    return recordMaxDeliveries(this.bytes, recordIndexFrom(this.bytes, offset));
  }

  private each(
    { from, to }: OffsetRange,
    visit: (reader: RecordReader, at: number, end: number, offset: number) => void,
  ): void {
    const { bytes, header } = this;
    const first = from === undefined ? 0 : recordIndexFrom(bytes, from);
    const end = to === undefined ? header.count : recordIndexFrom(bytes, to + 1);
    if (first >= end) return;
    const reader = this.open();
    this.seek(first);
    const hasGaps = (header.flags & FLAG_GAPS) !== 0;
    let at = this.at;
    for (let i = first; i < end; i += 1) {
      const next = at + recordBytes(bytes, i);
      visit(reader, at, next, header.baseOffset + (hasGaps ? recordOffsetDelta(bytes, i) : i));
      at = next;
    }
    this.index = end;
    this.at = at;
  }

  /** Decompresses the body, unless that is done. Throws CORRUPT_BATCH or UNSUPPORTED_CODEC, and then so does every read. */
  open(): RecordReader {
    if (this.reader !== undefined) return this.reader;
    const { codec, indexBytes, bodyBytesRaw, baseOffset, firstTimestampMs } = this.header;
    const name = codecName(codec);
    requireCodec(name, `The batch at offset ${baseOffset} cannot be read: this process`);
    const body = this.bytes.subarray(HEADER_BYTES + indexBytes);
    this.reader = new RecordReader(decompressBody(name, body, bodyBytesRaw), firstTimestampMs);
    return this.reader;
  }

  private seek(index: number): void {
    if (index < this.index) {
      this.index = 0;
      this.at = 0;
    }
    for (; this.index < index; this.index += 1) this.at += recordBytes(this.bytes, this.index);
  }
}
