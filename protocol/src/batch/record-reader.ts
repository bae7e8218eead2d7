// Reads records by hand: where key, value and headers lie is found and checked at once, views are made when asked for.
// No length in a record is believed before it is held against the record's end.

import { isText } from '../message-pack/is-text.ts';
import { corrupt } from './header.ts';
import { readI64, readU32, readU64 } from './layout.ts';
import type { HeaderInput, LogRecord } from './record.ts';

const NIL = 0xc0;
export const NO_HEADERS: HeaderInput = [];

class RecordView implements LogRecord {
  readonly offset: number;
  readonly timestampMs: number;
  private readonly body: Uint8Array;
  private readonly keyFrom: number;
  private readonly keyEnd: number;
  private readonly valueFrom: number;
  private readonly valueEnd: number;
  private readonly headersFrom: number;

  constructor(offset: number, timestampMs: number, reader: RecordReader) {
    this.offset = offset;
    this.timestampMs = timestampMs;
    this.body = reader.bytes;
    this.keyFrom = reader.keyFrom;
    this.keyEnd = reader.keyEnd;
    this.valueFrom = reader.valueFrom;
    this.valueEnd = reader.valueEnd;
    this.headersFrom = reader.headersFrom;
  }

  get key(): Uint8Array | null {
    return this.keyFrom < 0 ? null : viewOf(this.body, this.keyFrom, this.keyEnd);
  }

  get value(): Uint8Array | null {
    return this.valueFrom < 0 ? null : viewOf(this.body, this.valueFrom, this.valueEnd);
  }

  get headers(): HeaderInput {
    return this.headersFrom < 0
      ? NO_HEADERS
      : new RecordReader(this.body).headersAt(this.headersFrom);
  }
}

/** Half the time of `subarray`, and no Buffer where the batch is one. */
export function viewOf(bytes: Uint8Array, from: number, end: number): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset + from, end - from);
}

/** Walks the decompressed body of a batch. */
export class RecordReader {
  readonly bytes: Uint8Array;
  /** Positions of the record read last; -1 where it has none. */
  keyFrom = -1;
  keyEnd = -1;
  valueFrom = -1;
  valueEnd = -1;
  headersFrom = -1;
  timestampMs = 0;
  private at = 0;
  private end = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** The record that fills exactly the bytes from `from` to before `end`. Throws CORRUPT_BATCH. */
  read(from: number, end: number, offset: number, firstTimestampMs: number): LogRecord {
    this.check(from, end, firstTimestampMs);
    return new RecordView(offset, this.timestampMs, this);
  }

  /** As `read`, but makes nothing of what it finds. */
  check(from: number, end: number, firstTimestampMs: number): void {
    this.find(from, end, firstTimestampMs);
    if (this.at !== end) throw corrupt('a record is shorter than the index says');
  }

  /** Where the parts of the record lie that begins at `from` and ends by `end`. Throws CORRUPT_BATCH. */
  find(from: number, end: number, firstTimestampMs: number): void {
    this.at = from;
    this.end = end;
    if (this.byte() !== 0x95) throw corrupt('a record is not an array of five');
    this.timestampMs = firstTimestampMs + this.int();
    if (!Number.isSafeInteger(this.timestampMs) || this.timestampMs < 0)
      throw corrupt('a timestamp is out of range');
    this.keyFrom = this.bin();
    this.keyEnd = this.at;
    this.valueFrom = this.bin();
    this.valueEnd = this.at;
    this.headersFrom = this.skipHeaders();
    if (this.byte() !== NIL) throw corrupt('a record has attributes of a later format');
  }

  /** Headers at a position that `read` has checked. */
  headersAt(from: number): HeaderInput {
    this.at = from;
    this.end = this.bytes.length;
    const count = this.arrayLength() / 2;
    const headers: [string, Uint8Array][] = [];
    for (let i = 0; i < count; i += 1) {
      const nameFrom = this.text();
      const name = Buffer.from(
        this.bytes.buffer,
        this.bytes.byteOffset + nameFrom,
        this.at - nameFrom,
      ).toString();
      const valueFrom = this.bin();
      headers.push([name, viewOf(this.bytes, valueFrom, this.at)]);
    }
    return headers;
  }

  private skipHeaders(): number {
    const from = this.at;
    if (this.bytes[from] === NIL && from < this.end) {
      this.at += 1;
      return -1;
    }
    const count = this.arrayLength();
    if (count % 2 !== 0) throw corrupt('the headers of a record have a wrong count');
    for (let i = 0; i < count; i += 2) {
      const nameFrom = this.text();
      if (!isText(this.bytes, nameFrom, this.at))
        throw corrupt('the name of a header is not UTF-8');
      if (this.bin() < 0) throw corrupt('a header has no value');
    }
    return from;
  }

  private byte(): number {
    if (this.at >= this.end) throw corrupt('a record is cut short');
    return this.bytes[this.at++] as number;
  }

  private uint(width: number): number {
    const from = this.at;
    this.skip(width);
    const { bytes } = this;
    if (width === 1) return bytes[from] as number;
    if (width === 2) return ((bytes[from] as number) << 8) | (bytes[from + 1] as number);
    return width === 4 ? readU32(bytes, from) : readU64(bytes, from);
  }

  private skip(length: number): void {
    this.at += length;
    if (this.at > this.end) throw corrupt('a record is cut short');
  }

  private int(): number {
    const tag = this.byte();
    if (tag < 0x80) return tag;
    if (tag >= 0xe0) return tag - 0x100;
    switch (tag) {
      case 0xcc:
        return this.uint(1);
      case 0xcd:
        return this.uint(2);
      case 0xce:
        return this.uint(4);
      case 0xcf:
        return this.uint(8);
      case 0xd0:
        return (this.uint(1) << 24) >> 24;
      case 0xd1:
        return (this.uint(2) << 16) >> 16;
      case 0xd2:
        return this.uint(4) | 0;
      case 0xd3:
        this.skip(8);
        return readI64(this.bytes, this.at - 8);
      default:
        throw corrupt('a timestamp is not an integer');
    }
  }

  /** Where the bytes begin, or -1 for nil; they end where the reader then stands. */
  private bin(): number {
    const tag = this.byte();
    if (tag === NIL) return -1;
    if (tag < 0xc4 || tag > 0xc6) throw corrupt('a key or value is not bytes');
    const length = this.uint(1 << (tag - 0xc4));
    const from = this.at;
    this.skip(length);
    return from;
  }

  private text(): number {
    const tag = this.byte();
    let length = tag & 0x1f;
    if (tag === 0xd9) length = this.uint(1);
    else if (tag < 0xa0 || tag > 0xbf)
      throw corrupt('the name of a header is not text of at most 255 bytes');
    const from = this.at;
    this.skip(length);
    return from;
  }

  private arrayLength(): number {
    const tag = this.byte();
    if (tag >= 0x90 && tag <= 0x9f) return tag & 0x0f;
    if (tag === 0xdc) return this.uint(2);
    throw corrupt('the headers of a record are not an array');
  }
}
