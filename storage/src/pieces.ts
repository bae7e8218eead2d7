// Large batches in pieces: LMDB puts a value into neighbouring pages, and between smaller values long places run out. What a
// batch has beyond the first piece stands in rows of its own, which only the data file knows; whoever asks gets it whole.

import type { EncodedWrite } from './encoded-writes.ts';
import type { PackedKey } from './key-codec.ts';
import { PIECES_ID, TABLES } from './keys.ts';
import { STORAGE_LIMITS } from './limits.ts';

const { pieceBytes } = STORAGE_LIMITS;
const BATCHES = String.fromCharCode(TABLES.batches.id);
const PIECES = String.fromCharCode(PIECES_ID);
const NUMBER_BYTES = 2;
const KEPT_BYTES_MAX = 2 ** 21;

/** Where a piece stands; of the first, number 0, that is the batch's own row. */
export function pieceKey(batch: PackedKey, number: number): PackedKey {
  if (number === 0) return batch;
  return PIECES + batch.slice(1) + String.fromCharCode(number >>> 8, number & 0xff);
}

/** Of the batch that the piece belongs to. */
export function batchOfPiece(piece: PackedKey): PackedKey {
  return BATCHES + piece.slice(1, -NUMBER_BYTES);
}

/** Writes of batches as writes of pieces. `isStored` tells which rows there are before them. */
export function inPieces(
  writes: readonly EncodedWrite[],
  isStored: (key: PackedKey) => boolean,
): readonly EncodedWrite[] {
  /** Of batches that these writes have put: so many pieces. */
  const put = new Map<PackedKey, number>();
  return writes.flatMap((write) => {
    const { key, value } = write;
    if (!key.startsWith(BATCHES)) return write;
    const before = Math.max(put.get(key) ?? 1, storedPieces(key, isStored));
    const pieces = value === undefined ? 0 : Math.max(1, Math.ceil(value.length / pieceBytes));
    if (pieces === 1 && before === 1) return write;
    put.set(key, Math.max(before, pieces));
    return Array.from({ length: Math.max(before, pieces) }, (_, number) => ({
      key: pieceKey(key, number),
      value:
        number < pieces
          ? value?.subarray(number * pieceBytes, (number + 1) * pieceBytes)
          : undefined,
    }));
  });
}

function storedPieces(batch: PackedKey, isStored: (key: PackedKey) => boolean): number {
  let pieces = 1;
  while (isStored(pieceKey(batch, pieces))) pieces += 1;
  return pieces;
}

/**
 * A batch from its first piece; `append` puts the piece of a key behind what is joined, and returns its size, or undefined
 * where there is none. Where others are missing it is too short, which whoever reads batches finds out.
 */
export function joined(
  batch: PackedKey,
  first: Uint8Array,
  { joint, append }: { joint: Joint; append: (key: PackedKey) => number | undefined },
): Uint8Array {
  joint.begin(first);
  for (let number = 1; append(pieceKey(batch, number)) === pieceBytes; number += 1);
  return joint.take();
}

/** Memory in which pieces come together, kept for the next batch: a buffer for each piece would cost as much as reading it. */
export class Joint {
  #memory = new Uint8Array(0);
  #bytes = 0;

  /** With the first piece; what was added before is forgotten. */
  begin(first: Uint8Array): void {
    this.#bytes = 0;
    this.add(first);
  }

  add(piece: Uint8Array): void {
    const end = this.#bytes + piece.length;
    if (end > this.#memory.length) this.#grow(end);
    this.#memory.set(piece, this.#bytes);
    this.#bytes = end;
  }

  /** A copy of all of them. */
  take(): Uint8Array {
    const whole = unfilled(this.#bytes);
    whole.set(this.#memory.subarray(0, this.#bytes));
    if (this.#memory.length > KEPT_BYTES_MAX) this.#memory = new Uint8Array(0);
    return whole;
  }

  #grow(bytes: number): void {
    const memory = new Uint8Array(Math.max(2 * this.#memory.length, bytes));
    memory.set(this.#memory.subarray(0, this.#bytes));
    this.#memory = memory;
  }
}

/** A plain array of bytes that nobody has filled with zeros. */
function unfilled(bytes: number): Uint8Array {
  const { buffer, byteOffset } = Buffer.allocUnsafeSlow(bytes);
  return new Uint8Array(buffer, byteOffset, bytes);
}
