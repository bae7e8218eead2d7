// Writes records as MessagePack by hand into a buffer that grows: [timestampDelta, key, value, headers, attributes].
// Property tests hold it to msgpackr.

import { MillraceError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import { RECORD_OVERHEAD_BYTES, writeI64, writeU32 } from './layout.ts';
import type { HeaderInput, RecordInput } from './record.ts';

/** Up to this many bytes a loop is faster than `set`. */
const COPY_BY_LOOP_MAX = 24;
/** Room for a small record; a batch of one needs no more. */
const FIRST_BYTES = 512;
/** A body of 1 MiB fits after it has doubled: to grow from nothing for each batch took 11 % of a producer's time. */
const KEPT_BYTES_MAX = 4 * 1024 * 1024;
const NIL = 0xc0;

function unfit(what: string, field: string, limit?: string): MillraceError {
  return new MillraceError('INVALID_REQUEST', what, { field, limit });
}

export class RecordWriter {
  /** The records so far lie in `bytes` below `length`. */
  bytes: Buffer = Buffer.alloc(0);
  length = 0;
  private readonly headersMax: number;

  constructor(headersMax: number) {
    this.headersMax = headersMax;
  }

  /** Forgets the records; keeps the buffer unless it is large. */
  clear(): void {
    this.length = 0;
    if (this.bytes.length > KEPT_BYTES_MAX) this.bytes = Buffer.alloc(0);
  }

  /** Appends a record; returns its length in bytes. Where it throws, `length` may have grown. */
  write(record: RecordInput, timestampDelta: number): number {
    const { key, value, headers } = record;
    const from = this.length;
    this.reserve(RECORD_OVERHEAD_BYTES + (key?.length ?? 0) + (value?.length ?? 0));
    this.bytes[this.length] = 0x95;
    this.length += 1;
    this.writeInt(timestampDelta);
    this.writeBin(key, 'key');
    this.writeBin(value, 'value');
    if (headers === undefined || headers.length === 0) {
      this.bytes[this.length] = NIL;
      this.length += 1;
    } else this.writeHeaders(headers);
    this.bytes[this.length] = NIL;
    this.length += 1;
    return this.length - from;
  }

  private reserve(more: number): void {
    const needed = this.length + more;
    if (needed <= this.bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(needed, 2 * this.bytes.length, FIRST_BYTES));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
  }

  /** The shortest format, as msgpackr chooses it. */
  private writeInt(value: number): void {
    if (value >= -0x20 && value < 0x80) {
      this.bytes[this.length] = value;
      this.length += 1;
    } else if (value >= 0) this.writeUint(value);
    else this.writeNegative(value);
  }

  private writeUint(value: number): void {
    const { bytes } = this;
    let at = this.length;
    if (value <= 0xff) {
      bytes[at++] = 0xcc;
      bytes[at++] = value;
    } else if (value <= 0xffff) {
      bytes[at++] = 0xcd;
      bytes[at++] = value >>> 8;
      bytes[at++] = value;
    } else if (value <= 0xffff_ffff) {
      bytes[at++] = 0xce;
      writeU32(bytes, at, value);
      at += 4;
    } else {
      bytes[at++] = 0xd3;
      writeI64(bytes, at, value);
      at += 8;
    }
    this.length = at;
  }

  private writeNegative(value: number): void {
    const { bytes } = this;
    let at = this.length;
    if (value >= -0x80) {
      bytes[at++] = 0xd0;
      bytes[at++] = value;
    } else if (value >= -0x8000) {
      bytes[at++] = 0xd1;
      bytes[at++] = value >>> 8;
      bytes[at++] = value;
    } else if (value >= -0x8000_0000) {
      bytes[at++] = 0xd2;
      writeU32(bytes, at, value);
      at += 4;
    } else {
      bytes[at++] = 0xd3;
      writeI64(bytes, at, value);
      at += 8;
    }
    this.length = at;
  }

  private writeBin(value: Uint8Array | null | undefined, field: string): void {
    const { bytes } = this;
    let at = this.length;
    if (value === null || value === undefined) {
      bytes[at] = NIL;
      this.length = at + 1;
      return;
    }
    if (!(value instanceof Uint8Array)) throw unfit('Not bytes.', field);
    const size = value.length;
    if (size < 0x100) {
      bytes[at++] = 0xc4;
      bytes[at++] = size;
    } else if (size < 0x1_0000) {
      bytes[at++] = 0xc5;
      bytes[at++] = size >>> 8;
      bytes[at++] = size;
    } else {
      bytes[at++] = 0xc6;
      writeU32(bytes, at, size);
      at += 4;
    }
    if (size <= COPY_BY_LOOP_MAX)
      for (let i = 0; i < size; i += 1) bytes[at + i] = value[i] as number;
    else bytes.set(value, at);
    this.length = at + size;
  }

  private writeHeaders(headers: HeaderInput): void {
    if (headers.length > this.headersMax) {
      throw unfit('Too many headers.', 'headers', `${this.headersMax} headers`);
    }
    this.writeArrayLength(2 * headers.length);
    for (const [name, value] of headers) {
      if (typeof name !== 'string') throw unfit('The name of a header is no text.', 'headers');
      const nameBytes = Buffer.byteLength(name);
      if (nameBytes > LIMITS.headerNameBytesMax) {
        const limit = `${LIMITS.headerNameBytesMax} bytes`;
        throw unfit('The name of a header is too long.', 'headers', limit);
      }
      this.reserve(RECORD_OVERHEAD_BYTES + nameBytes + (value?.length ?? 0));
      this.writeText(name, nameBytes);
      if (value === null || value === undefined) throw unfit('A header has no value.', 'headers');
      this.writeBin(value, 'headers');
    }
    this.reserve(RECORD_OVERHEAD_BYTES);
  }

  private writeArrayLength(count: number): void {
    if (count < 16) {
      this.bytes[this.length] = 0x90 | count;
      this.length += 1;
      return;
    }
    this.bytes[this.length] = 0xdc;
    this.bytes[this.length + 1] = count >>> 8;
    this.bytes[this.length + 2] = count;
    this.length += 3;
  }

  private writeText(text: string, size: number): void {
    if (size < 32) {
      this.bytes[this.length] = 0xa0 | size;
      this.length += 1;
    } else {
      this.bytes[this.length] = 0xd9;
      this.bytes[this.length + 1] = size;
      this.length += 2;
    }
    this.bytes.write(text, this.length, size, 'utf8');
    this.length += size;
  }
}
