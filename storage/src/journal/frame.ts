// A commit as a frame of the journal, and back: a head, then its writes one behind the other, up to a whole block. The
// head names the journal, the commit's number and the frame's place, so that nothing else is ever taken for it. No I/O.

import { crc32 } from 'node:zlib';
import { assert } from '../assert.ts';
import type { EncodedWrite } from '../encoded-writes.ts';

/** Frames start at multiples of it, so that no write of a frame touches a block in which another one lies. */
export const BLOCK_BYTES = 4_096;
export const JOURNAL_VERSION = 1;
export const JOURNAL_ID_BYTES = 16;

const FRAME_MAGIC = 0x4d52_4a46;
const FILE_MAGIC = 0x4d52_4a48;
const HEAD_BYTES = 64;
/** Magic, version, id; then of a frame: sequence, position, bytes, writes, checksum. Last the checksum of the head. */
const AT = {
  version: 4,
  id: 8,
  sequence: 24,
  position: 30,
  bytes: 36,
  writes: 40,
  crc: 44,
  head: 48,
};
const U48_BYTES = 6;
const WRITE_HEAD_BYTES = 6;
const DELETED = 0xffff_ffff;
/** Values from here on are written from where they lie: a copy of them would cost more than one more part. */
const OWN_PART_BYTES = 4_096;
const SCRATCH_BYTES = 64 * 1_024;

/** A commit ready to be written. It lies in memory that the next one uses again. */
export interface Frame {
  /** In whole blocks. */
  readonly bytes: number;
  readonly parts: readonly Uint8Array[];
}

export interface FrameHead {
  readonly sequence: number;
  /** Of the writes. */
  readonly bytes: number;
  readonly writes: number;
  readonly crc: number;
}

export const blocksOf = (bytes: number): number => Math.ceil(bytes / BLOCK_BYTES) * BLOCK_BYTES;

/** Bytes that a frame of so many bytes of writes takes in the file. */
export const frameBytes = (bytes: number): number => blocksOf(HEAD_BYTES + bytes);

export class FrameWriter {
  #scratch = Buffer.allocUnsafeSlow(SCRATCH_BYTES);

  /** Good until it is called again, and to be sealed before it is written. */
  encode(writes: readonly EncodedWrite[]): Frame {
    const { bytes, copied } = sizesOf(writes);
    const whole = frameBytes(bytes);
    this.#reserve(HEAD_BYTES + copied + (whole - HEAD_BYTES - bytes));
    const scratch = this.#scratch;
    const parts: Uint8Array[] = [];
    let from = 0;
    let at = HEAD_BYTES;
    for (const { key, value } of writes) {
      scratch.writeUInt16LE(key.length, at);
      scratch.writeUInt32LE(value?.length ?? DELETED, at + 2);
      at += WRITE_HEAD_BYTES;
      scratch.write(key, at, 'latin1');
      at += key.length;
      if (value === undefined) continue;
      if (value.length < OWN_PART_BYTES) {
        scratch.set(value, at);
        at += value.length;
      } else {
        parts.push(scratch.subarray(from, at), value);
        from = at;
      }
    }
    const crc = crcOf(parts, scratch.subarray(from, at));
    const padding = whole - HEAD_BYTES - bytes;
    scratch.fill(0, at, at + padding);
    parts.push(scratch.subarray(from, at + padding));
    writeHead(scratch, FRAME_MAGIC);
    scratch.writeUInt32LE(bytes, AT.bytes);
    scratch.writeUInt32LE(writes.length, AT.writes);
    scratch.writeUInt32LE(crc, AT.crc);
    return { bytes: whole, parts };
  }

  /** Make it the frame of this journal, commit and place. */
  seal(id: Uint8Array, sequence: number, position: number): void {
    const scratch = this.#scratch;
    scratch.set(id, AT.id);
    scratch.writeUIntLE(sequence, AT.sequence, U48_BYTES);
    scratch.writeUIntLE(position, AT.position, U48_BYTES);
    scratch.writeUInt32LE(crc32(scratch.subarray(0, AT.head)), AT.head);
  }

  #reserve(bytes: number): void {
    // One commit of many megabytes does not make the next thousand keep as much memory.
    const isFar = this.#scratch.length > 16 * Math.max(bytes, SCRATCH_BYTES);
    if (bytes > this.#scratch.length || isFar) {
      this.#scratch = Buffer.allocUnsafeSlow(Math.max(2 * bytes, SCRATCH_BYTES));
    }
  }
}

function sizesOf(writes: readonly EncodedWrite[]): { bytes: number; copied: number } {
  let bytes = 0;
  let apart = 0;
  for (const { key, value } of writes) {
    const size = value?.length ?? 0;
    bytes += WRITE_HEAD_BYTES + key.length + size;
    if (size >= OWN_PART_BYTES) apart += size;
  }
  return { bytes, copied: bytes - apart };
}

/** Of all that stands behind the head, whose place is at the start of the first part. */
function crcOf(parts: readonly Uint8Array[], last: Uint8Array): number {
  let crc = 0;
  let skip = HEAD_BYTES;
  for (const part of [...parts, last]) {
    crc = crc32(skip === 0 ? part : part.subarray(skip), crc);
    skip = 0;
  }
  return crc;
}

function writeHead(buffer: Buffer, magic: number): void {
  buffer.fill(0, 0, HEAD_BYTES);
  buffer.writeUInt32LE(magic, 0);
  buffer.writeUInt32LE(JOURNAL_VERSION, AT.version);
}

/** The first block of a file: whose it is. */
export function encodeFileHead(id: Uint8Array): Buffer {
  assert(id.length === JOURNAL_ID_BYTES, 'the id of a journal has its length');
  const block = Buffer.alloc(BLOCK_BYTES);
  writeHead(block, FILE_MAGIC);
  block.set(id, AT.id);
  block.writeUInt32LE(crc32(block.subarray(0, AT.head)), AT.head);
  return block;
}

/** The version and the id that a file begins with; undefined where it begins with something else. */
export function readFileHead(file: Buffer): { version: number; id: Buffer } | undefined {
  if (!isHead(file, 0, FILE_MAGIC)) return undefined;
  return {
    version: file.readUInt32LE(AT.version),
    id: file.subarray(AT.id, AT.id + JOURNAL_ID_BYTES),
  };
}

/** The head of a frame of this journal that stands at this place; undefined where none stands. */
export function readFrameHead(file: Buffer, at: number, id: Uint8Array): FrameHead | undefined {
  if (!isHead(file, at, FRAME_MAGIC)) return undefined;
  const isOurs = file.subarray(at + AT.id, at + AT.id + JOURNAL_ID_BYTES).equals(id);
  if (!isOurs || file.readUIntLE(at + AT.position, U48_BYTES) !== at) return undefined;
  return {
    sequence: file.readUIntLE(at + AT.sequence, U48_BYTES),
    bytes: file.readUInt32LE(at + AT.bytes),
    writes: file.readUInt32LE(at + AT.writes),
    crc: file.readUInt32LE(at + AT.crc),
  };
}

function isHead(file: Buffer, at: number, magic: number): boolean {
  if (at + HEAD_BYTES > file.length || file.readUInt32LE(at) !== magic) return false;
  return file.readUInt32LE(at + AT.head) === crc32(file.subarray(at, at + AT.head));
}

/** The writes of a frame; undefined where not all of its bytes are there. They lie in the memory of the file. */
export function readFrameWrites(
  file: Buffer,
  at: number,
  head: FrameHead,
): EncodedWrite[] | undefined {
  const from = at + HEAD_BYTES;
  const end = from + head.bytes;
  if (end > file.length || crc32(file.subarray(from, end)) !== head.crc) return undefined;
  const writes: EncodedWrite[] = [];
  let next = from;
  while (next < end) {
    const keyBytes = file.readUInt16LE(next);
    const valueBytes = file.readUInt32LE(next + 2);
    next += WRITE_HEAD_BYTES;
    const key = file.toString('latin1', next, next + keyBytes);
    next += keyBytes;
    const isDelete = valueBytes === DELETED;
    writes.push({ key, value: isDelete ? undefined : file.subarray(next, next + valueBytes) });
    if (!isDelete) next += valueBytes;
  }
  assert(next === end && writes.length === head.writes, 'a frame with its checksum is whole');
  return writes;
}
