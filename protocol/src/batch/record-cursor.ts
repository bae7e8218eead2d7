// One record of a batch at a time: whoever keeps many messages keeps where they lie, and no object of each record.
// It takes only positions of records that were checked.

import type { HeaderInput, LogRecord } from './record.ts';
import { RecordReader } from './record-reader.ts';

/** A record like any other, until it is moved to the next one. */
export class RecordCursor implements LogRecord {
  offset = -1;
  private at = -1;
  private buffer: Buffer | undefined;
  private readonly reader: RecordReader;

  constructor(body: Uint8Array, firstTimestampMs: number) {
    this.reader = new RecordReader(body, firstTimestampMs);
  }

  /** To the record that begins at a position of the body. */
  moveTo(at: number, offset: number): this {
    if (this.at === at) return this;
    this.reader.find(at, this.reader.bytes.length);
    this.at = at;
    this.offset = offset;
    return this;
  }

  get timestampMs(): number {
    return this.reader.timestampMs;
  }

  get key(): Uint8Array | null {
    const { keyFrom, keyEnd } = this.reader;
    return keyFrom < 0 ? null : this.reader.view(keyFrom, keyEnd);
  }

  /** A name for the key, of a character for each of its bytes; null where it has none. Half the time of a view and its text. */
  get keyName(): string | null {
    const { bytes, keyFrom, keyEnd } = this.reader;
    this.buffer ??= Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    return keyFrom < 0 ? null : this.buffer.toString('latin1', keyFrom, keyEnd);
  }

  get value(): Uint8Array | null {
    const { valueFrom, valueEnd } = this.reader;
    return valueFrom < 0 ? null : this.reader.view(valueFrom, valueEnd);
  }

  get headers(): HeaderInput {
    return this.reader.headersAt(this.at);
  }
}
