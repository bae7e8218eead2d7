// Records to a batch: a builder that says how large the batch has become, and one call for records at hand.

import { CODECS, type CodecName } from '../api/shared.ts';
import { MillraceError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import { checksumOf } from './checksum.ts';
import { requireCodec } from './codec-registry.ts';
import { type ColumnEntry, ColumnWriter, columnEntry } from './column-writer.ts';
import { indexEntryBytes } from './columns.ts';
import { compressBody } from './compression.ts';
import {
  AT,
  CHECKED_FROM,
  COLUMN_BYTES,
  FORMAT,
  HEADER_BYTES,
  writeI64,
  writeU32,
} from './layout.ts';
import type { RecordInput } from './record.ts';
import { RecordWriter } from './record-writer.ts';
import { NO_PRODUCER, type ProducerStamp, writeProducer } from './stamp-producer.ts';

/** What a batch builder can be told. */
export interface BatchBuilderOptions {
  readonly codec?: CodecName | undefined;
  /** Gives records the room that copies of messages with dead-letter headers need. */
  readonly deadLetter?: boolean | undefined;
}

/** The largest record that any batch may hold: a message of the largest size that became a dead letter. */
export const RECORD_BYTES_MAX = LIMITS.messageBytesMax + LIMITS.deadLetterHeadroomBytes;

const RECORD_HEADERS_MAX = LIMITS.headersPerRecordMax + LIMITS.deadLetterHeadersMax;
const FIRST_LENGTHS = 16;
const TIMESTAMP_MS_MAX = Number.MAX_SAFE_INTEGER;

/** Takes records one by one; `build` gives the batch and empties the builder for the next one. */
export class BatchBuilder {
  private readonly codec: CodecName;
  private readonly writer: RecordWriter;
  /** The optional columns, where a record of this batch uses one. */
  private columns: ColumnWriter | undefined;
  private readonly recordBytesMax: number;
  /** Records so far, and their lengths. */
  private records = 0;
  private lengths = new Uint32Array(FIRST_LENGTHS);
  private firstTimestampMs = 0;
  private lastTimestampMs = 0;
  /** Bytes of the index a record. */
  private entryBytes = COLUMN_BYTES;

  constructor(options: BatchBuilderOptions = {}) {
    this.codec = options.codec ?? 'none';
    requireCodec(this.codec);
    const headroom = options.deadLetter === true;
    this.recordBytesMax = headroom ? RECORD_BYTES_MAX : LIMITS.messageBytesMax;
    this.writer = new RecordWriter(headroom ? RECORD_HEADERS_MAX : LIMITS.headersPerRecordMax);
  }

  /** Records so far. */
  get count(): number {
    return this.records;
  }

  /** Memory that it keeps for its next batch. */
  get keptBytes(): number {
    return this.writer.bytes.length;
  }

  /** Bytes of the batch so far, before compression. */
  get bytes(): number {
    return HEADER_BYTES + this.entryBytes * this.records + this.writer.length;
  }

  /**
   * Appends a record; returns the bytes of the batch so far. Throws MESSAGE_TOO_LARGE, BATCH_TOO_LARGE or
   * INVALID_REQUEST, and is then as before.
   */
  add(record: RecordInput, nowMs: number): number {
    const { writer } = this;
    const timestampMs = record.timestampMs ?? nowMs;
    if (!Number.isInteger(timestampMs) || timestampMs < 0 || timestampMs > TIMESTAMP_MS_MAX) {
      throw new MillraceError(
        'INVALID_REQUEST',
        `${timestampMs} is not a timestamp in milliseconds.`,
        { field: 'timestampMs' },
      );
    }
    const entry = columnEntry(record);
    const isFirst = this.records === 0;
    const from = writer.length;
    try {
      const length = writer.write(record, isFirst ? 0 : timestampMs - this.firstTimestampMs);
      this.checkRoom(length, entry);
      this.keepLength(length);
    } catch (error) {
      writer.length = from;
      throw error;
    }
    if (entry !== undefined) this.keepEntry(entry);
    if (isFirst) this.firstTimestampMs = timestampMs;
    if (isFirst || timestampMs > this.lastTimestampMs) this.lastTimestampMs = timestampMs;
    return this.bytes;
  }

  private keepLength(length: number): void {
    if (this.records === this.lengths.length) {
      const grown = new Uint32Array(2 * this.records);
      grown.set(this.lengths);
      this.lengths = grown;
    }
    this.lengths[this.records] = length;
    this.records += 1;
  }

  private keepEntry(entry: ColumnEntry): void {
    this.columns ??= new ColumnWriter();
    this.columns.add(this.records - 1, entry);
    this.entryBytes = indexEntryBytes(this.columns.flags) as number;
  }

  private checkRoom(length: number, entry: ColumnEntry | undefined): void {
    if (length > this.recordBytesMax) {
      throw new MillraceError('MESSAGE_TOO_LARGE', `The record is ${length} bytes long.`, {
        limit: `${this.recordBytesMax} bytes`,
      });
    }
    if (this.records === LIMITS.batchRecordsMax) {
      throw new MillraceError('BATCH_TOO_LARGE', 'The batch is full.', {
        limit: `${LIMITS.batchRecordsMax} records`,
      });
    }
    const flags = (this.columns?.flags ?? 0) | (entry?.flags ?? 0);
    const entryBytes = flags === 0 ? COLUMN_BYTES : (indexEntryBytes(flags) as number);
    const indexBytes = entryBytes * (this.records + 1);
    if (HEADER_BYTES + indexBytes + this.writer.length > LIMITS.batchBytesMax) {
      throw new MillraceError('BATCH_TOO_LARGE', 'The batch is full.', {
        limit: `${LIMITS.batchBytesMax} bytes`,
      });
    }
  }

  /**
   * The whole batch, with offsets from 0, in memory of `memoryFor`: of exactly so many bytes, of any content, which is written all
   * over. A body that compression does not shorten stays as it is.
   */
  build(
    producer: ProducerStamp = NO_PRODUCER,
    memoryFor: (bytes: number) => Buffer = allocate,
  ): Uint8Array {
    const { lengths, writer, records: count } = this;
    if (count === 0) throw new MillraceError('INVALID_REQUEST', 'A batch has at least one record.');
    const raw = writer.bytes.subarray(0, writer.length);
    const packed = compressBody(this.codec, raw);
    const codec = packed.length < raw.length ? this.codec : 'none';
    const body = codec === 'none' ? raw : packed;
    const indexBytes = this.entryBytes * count;
    const batch = memoryFor(HEADER_BYTES + indexBytes + body.length);
    batch.fill(0, 0, HEADER_BYTES);
    batch[AT.format] = FORMAT;
    batch[AT.codec] = CODECS.indexOf(codec);
    writeU32(batch, AT.count, count);
    writeU32(batch, AT.lastOffsetDelta, count - 1);
    writeI64(batch, AT.firstTimestamp, this.firstTimestampMs);
    writeI64(batch, AT.lastTimestamp, this.lastTimestampMs);
    writeProducer(batch, producer);
    writeU32(batch, AT.indexBytes, indexBytes);
    writeU32(batch, AT.bodyBytes, body.length);
    writeU32(batch, AT.bodyBytesRaw, raw.length);
    for (let i = 0; i < count; i += 1)
      writeU32(batch, HEADER_BYTES + COLUMN_BYTES * i, lengths[i] as number);
    if (this.columns !== undefined) {
      batch[AT.flags + 1] = this.columns.flags;
      this.columns.write(batch, count, HEADER_BYTES + indexBytes);
    }
    batch.set(body, HEADER_BYTES + indexBytes);
    writeU32(batch, AT.checksum, checksumOf(batch, CHECKED_FROM, batch.length));
    this.clear();
    return batch;
  }

  private clear(): void {
    this.records = 0;
    this.entryBytes = COLUMN_BYTES;
    this.columns = undefined;
    this.writer.clear();
  }
}

function allocate(bytes: number): Buffer {
  return Buffer.allocUnsafe(bytes);
}

/** A batch of records at hand. */
export function encodeBatch(
  records: readonly RecordInput[],
  options: BatchBuilderOptions & { readonly nowMs: number },
): Uint8Array {
  const builder = new BatchBuilder(options);
  for (const record of records) builder.add(record, options.nowMs);
  return builder.build();
}
