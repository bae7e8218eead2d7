// Finds the key of each record of a batch, and whether it has a value, without decoding anything else. It takes hostile
// bytes: what cannot be made sense of is said to be so, and nobody guesses.

import { type BatchHeader, BatchRecords, MillraceError, recordBytes } from '@millrace/protocol';
import { attempt } from '../attempt.ts';
import { type Refused, refuse } from '../decision.ts';

const NIL = 0xc0;
const CODEC_NONE = 0;

/** Bytes that an integer takes by its tag, tag included; 0: not one. */
function intBytes(tag: number): number {
  if (tag < 0x80 || tag >= 0xe0) return 1;
  if (tag < 0xcc || tag > 0xd3) return 0;
  return 1 + (1 << (tag & 3));
}

/** Reads records of one decompressed body, each from its first byte. */
export class KeyScan {
  readonly body: Uint8Array;
  /** Where the key of the record read last lies; `keyFrom` -1: it has none. */
  keyFrom = -1;
  keyEnd = -1;
  /** False: it says that its key is gone. */
  hasValue = false;
  #next = 0;

  constructor(body: Uint8Array) {
    this.body = body;
  }

  /** The record in the bytes from `at` to before `limit`; false where they are not one. */
  read(at: number, limit: number): boolean {
    const time = intBytes(this.body[at + 1] ?? NIL);
    if (limit > this.body.length || this.body[at] !== 0x95 || time === 0) return false;
    this.#next = at + 1 + time;
    this.keyFrom = this.#bin(limit);
    this.keyEnd = this.#next;
    if (this.keyFrom === MALFORMED) return false;
    this.hasValue = this.body[this.#next] !== NIL;
    return this.#bin(limit) !== MALFORMED;
  }

  /** Where bytes begin; -1: nil. They end where the next part begins. */
  #bin(limit: number): number {
    const { body } = this;
    const at = this.#next;
    const tag = body[at];
    let from = at + 2;
    let length = body[at + 1] ?? 0;
    if (tag === NIL) {
      this.#next = at + 1;
      return this.#next > limit ? MALFORMED : -1;
    }
    if (tag === 0xc5 || tag === 0xc6) {
      length = length * 256 + (body[at + 2] ?? 0);
      from += 1;
    } else if (tag !== 0xc4) return MALFORMED;
    if (tag === 0xc6) {
      length = (length * 256 + (body[at + 3] ?? 0)) * 256 + (body[at + 4] ?? 0);
      from += 2;
    }
    this.#next = from + length;
    return this.#next > limit ? MALFORMED : from;
  }
}

const MALFORMED = -2;

/** The decompressed records of a batch one after another, or why there are none. */
export function bodyOf(
  batch: Uint8Array,
  { codec, batchBytes, bodyBytes }: BatchHeader,
): Uint8Array | MillraceError {
  if (codec === CODEC_NONE) return batch.subarray(batchBytes - bodyBytes);
  return attempt(() => new BatchRecords(batch).open().bytes);
}

/** Refused with KEY_REQUIRED where a record has no key, with CORRUPT_BATCH where nobody can tell. [G-33] */
export function keyless(batch: Uint8Array, header: BatchHeader): Refused | undefined {
  const body = bodyOf(batch, header);
  if (body instanceof MillraceError) return { error: body };
  const scan = new KeyScan(body);
  let at = 0;
  for (let record = 0; record < header.count; record += 1) {
    const end = at + recordBytes(batch, record);
    if (!scan.read(at, end)) {
      const message = `Corrupt batch: record ${record} cannot be read.`;
      return refuse('CORRUPT_BATCH', message, { field: 'batch' });
    }
    if (scan.keyFrom < 0) {
      const message = `The topic is compacted: each of its records needs a key, and record ${record} has none.`;
      return refuse('KEY_REQUIRED', message, { field: 'batch' });
    }
    at = end;
  }
  return undefined;
}
