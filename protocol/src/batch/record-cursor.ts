// One record of a batch at a time: whoever keeps many messages keeps where they lie, and no object of each record.
// It takes only positions of records that were checked.

import type { HeaderInput, LogRecord } from './record.ts';
import { NO_HEADERS, RecordReader, viewOf } from './record-reader.ts';

/** A record like any other, until it is moved to the next one. */
export class RecordCursor implements LogRecord {
  offset = -1;
  private at = -1;
  private buffer: Buffer | undefined;
  private readonly reader: RecordReader;
  private readonly firstTimestampMs: number;

  constructor(body: Uint8Array, firstTimestampMs: number) {
    this.reader = new RecordReader(body);
    this.firstTimestampMs = firstTimestampMs;
  }

  /** To the record that begins at a position of the body. */
  moveTo(at: number, offset: number): this {
    if (this.at === at) return this;
    this.reader.find(at, this.reader.bytes.length, this.firstTimestampMs);
    this.at = at;
    this.offset = offset;
    return this;
  }

  get timestampMs(): number {
    return this.reader.timestampMs;
  }

  get key(): Uint8Array | null {
    const { bytes, keyFrom, keyEnd } = this.reader;
    return keyFrom < 0 ? null : viewOf(bytes, keyFrom, keyEnd);
  }

  /** A name for the key, of a character for each of its bytes; null where it has none. Half the time of a view and its text. */
  get keyName(): string | null {
    const { bytes, keyFrom, keyEnd } = this.reader;
    this.buffer ??= Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    return keyFrom < 0 ? null : this.buffer.toString('latin1', keyFrom, keyEnd);
  }

  get value(): Uint8Array | null {
    const { bytes, valueFrom, valueEnd } = this.reader;
    return valueFrom < 0 ? null : viewOf(bytes, valueFrom, valueEnd);
  }

  get headers(): HeaderInput {
    const { bytes, headersFrom } = this.reader;
    return headersFrom < 0 ? NO_HEADERS : new RecordReader(bytes).headersAt(headersFrom);
  }
}
