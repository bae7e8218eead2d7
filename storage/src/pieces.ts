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

/** A batch from its first piece. Where others are missing it is too short, which whoever reads batches finds out. */
export function joined(
  batch: PackedKey,
  first: Uint8Array,
  read: (key: PackedKey) => Uint8Array | undefined,
): Uint8Array {
  if (first.length !== pieceBytes) return first;
  const pieces = [first];
  let bytes = first.length;
  for (let isLast = false; !isLast; ) {
    const next = read(pieceKey(batch, pieces.length));
    isLast = next?.length !== pieceBytes;
    if (next === undefined) break;
    pieces.push(next);
    bytes += next.length;
  }
  const whole = new Uint8Array(bytes);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
