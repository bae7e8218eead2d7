// Reads records by hand: each is walked and checked as a whole at once, and its parts are found again when asked for.
// No length in a record is believed before it is held against the record's end.

import { isText } from '../message-pack/is-text.ts';
import { corrupt } from './header.ts';
import { readI64, readU32, readU64 } from './layout.ts';
import type { HeaderInput, LogRecord } from './record.ts';

const NIL = 0xc0;
const RECORD = 0x95;
const BIN_8 = 0xc4;
const BIN_16 = 0xc5;
const UINT_8 = 0xcc;
const UINT_16 = 0xcd;
const NO_HEADERS: HeaderInput = [];
/** With such a first timestamp no delta of 16 bits leads out of range. */
const PLAIN_TIMESTAMP_MS_MAX = Number.MAX_SAFE_INTEGER - 0xffff;

/**
 * Where a record is, and no more: with the positions of its parts and its time it would take twice the memory.
 */
class RecordView implements LogRecord {
  readonly offset: number;
  private readonly reader: RecordReader;
  private readonly from: number;

  constructor(offset: number, reader: RecordReader, from: number) {
    this.offset = offset;
    this.reader = reader;
    this.from = from;
  }

  get timestampMs(): number {
    return this.reader.timestampAt(this.from);
  }

  get key(): Uint8Array | null {
    return this.reader.keyAt(this.from);
  }

  get value(): Uint8Array | null {
    return this.reader.valueAt(this.from);
  }

  get headers(): HeaderInput {
    return this.reader.headersAt(this.from);
  }
}

/** Walks the decompressed body of a batch. */
export class RecordReader {
  readonly bytes: Uint8Array;
  /** Of `bytes`, once: asking a Buffer for its memory is a call out of JavaScript, half as dear as making the view. */
  private readonly memory: ArrayBufferLike;
  private readonly memoryFrom: number;
  private readonly firstTimestampMs: number;
  /** Of the record that `find` found last; -1 where it has none. */
  keyFrom = -1;
  keyEnd = -1;
  valueFrom = -1;
  valueEnd = -1;
  timestampMs = 0;
  private at = 0;
  private end = 0;

  constructor(bytes: Uint8Array, firstTimestampMs: number) {
    this.bytes = bytes;
    this.memory = bytes.buffer;
    this.memoryFrom = bytes.byteOffset;
    this.firstTimestampMs = firstTimestampMs;
  }

  /** The record that fills exactly the bytes from `from` to before `end`. Throws CORRUPT_BATCH. */
  read(from: number, end: number, offset: number): LogRecord {
    this.check(from, end);
    return new RecordView(offset, this, from);
  }

  /** As `read`, but makes nothing of what it finds. */
  check(from: number, end: number): void {
    if (this.isPlain(from, end)) return;
    this.find(from, end);
    if (this.at !== end) throw corrupt('a record is shorter than the index says');
  }

  /** Where the parts of the record lie that begins at `from` and ends by `end`. Throws CORRUPT_BATCH. */
  find(from: number, end: number): void {
    this.at = from;
    this.end = end;
    if (this.byte() !== RECORD) throw corrupt('a record is not an array of five');
    this.timestampMs = this.firstTimestampMs + this.int();
    if (!Number.isSafeInteger(this.timestampMs) || this.timestampMs < 0)
      throw corrupt('a timestamp is out of range');
    this.keyFrom = this.bin();
    this.keyEnd = this.at;
    this.valueFrom = this.bin();
    this.valueEnd = this.at;
    this.skipHeaders();
    if (this.byte() !== NIL) throw corrupt('a record has attributes of a later format');
  }

  /** Of a record that `read` has checked, as what follows. */
  timestampAt(from: number): number {
    this.seek(from);
    return this.firstTimestampMs + this.int();
  }

  keyAt(from: number): Uint8Array | null {
    this.seek(from);
    this.int();
    const keyFrom = this.bin();
    return keyFrom < 0 ? null : this.view(keyFrom, this.at);
  }

  valueAt(from: number): Uint8Array | null {
    this.seek(from);
    this.int();
    this.bin();
    const valueFrom = this.bin();
    return valueFrom < 0 ? null : this.view(valueFrom, this.at);
  }

  headersAt(from: number): HeaderInput {
    this.seek(from);
    this.int();
    this.bin();
    this.bin();
    if (this.bytes[this.at] === NIL) return NO_HEADERS;
    const count = this.arrayLength() / 2;
    const headers: [string, Uint8Array][] = [];
    for (let i = 0; i < count; i += 1) {
      const nameFrom = this.text();
      const name = Buffer.from(
        this.memory,
        this.memoryFrom + nameFrom,
        this.at - nameFrom,
      ).toString();
      const valueFrom = this.bin();
      headers.push([name, this.view(valueFrom, this.at)]);
    }
    return headers;
  }

  /** Behind the tag of a record, wherever that ends. */
  private seek(from: number): void {
    this.at = from + 1;
    this.end = this.bytes.length;
  }

  /** Half the time of `subarray`, and no Buffer where the batch is one. */
  view(from: number, end: number): Uint8Array {
    return new Uint8Array(this.memory, this.memoryFrom + from, end - from);
  }

  /**
   * Whether the record is well-formed and like most: a short time after the first one, any key and value of common
   * sizes, no headers. `find` would say the same, in more steps. What lies behind the end is not believed either, for then the record would not end there.
   */
  private isPlain(from: number, end: number): boolean {
    const { bytes } = this;
    if (this.firstTimestampMs > PLAIN_TIMESTAMP_MS_MAX || bytes[from] !== RECORD) return false;
    let at = from + 1;
    const time = bytes[at] as number;
    if (time < 0x80) at += 1;
    else if (time === UINT_8) at += 2;
    else if (time === UINT_16) at += 3;
    else return false;
    const key = bytes[at] as number;
    if (key === NIL) at += 1;
    else if (key === BIN_8) at += 2 + (bytes[at + 1] as number);
    else return false;
    const value = bytes[at] as number;
    if (value === BIN_8) at += 2 + (bytes[at + 1] as number);
    else if (value === BIN_16)
      at += 3 + (((bytes[at + 1] as number) << 8) | (bytes[at + 2] as number));
    else return false;
    return at + 2 === end && bytes[at] === NIL && bytes[at + 1] === NIL;
  }

  private skipHeaders(): void {
    if (this.bytes[this.at] === NIL && this.at < this.end) {
      this.at += 1;
      return;
    }
    const count = this.arrayLength();
    if (count % 2 !== 0) throw corrupt('the headers of a record have a wrong count');
    for (let i = 0; i < count; i += 2) {
      const nameFrom = this.text();
      if (!isText(this.bytes, nameFrom, this.at))
        throw corrupt('the name of a header is not UTF-8');
      if (this.bin() < 0) throw corrupt('a header has no value');
    }
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
