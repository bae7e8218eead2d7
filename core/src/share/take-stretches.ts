// Picks the messages of a receive out of stored batches: as many as its budget of messages and bytes allows, with the
// bytes that carry them. It knows nothing of leases.

import { sliceBatch } from '@millrace/protocol';
import { assert } from '../assert.ts';
import {
  type BatchCursor,
  bytesOf,
  indexFrom,
  offsetOf,
  type StoredBatch,
} from './batch-cursor.ts';

/** Consecutive messages, and batches that hold them. */
export interface Stretch {
  readonly first: number;
  last: number;
  readonly batches: Uint8Array[];
  /** Of fresh messages in groups with lanes. */
  readonly lanes?: Uint8Array | undefined;
}

/** What a receive may still take. */
export class Budget {
  readonly messagesMax: number;
  readonly #bytesMax: number;
  readonly #firstWhole: boolean;
  #messages = 0;
  #bytes = 0;
  #isClosed = false;

  constructor(messagesMax: number, bytesMax: number, firstWhole: boolean) {
    assert(messagesMax > 0 && bytesMax > 0);
    this.#firstWhole = firstWhole;
    this.messagesMax = messagesMax;
    this.#bytesMax = bytesMax;
  }

  get messagesLeft(): number {
    return this.messagesMax - this.#messages;
  }

  get bytesLeft(): number {
    return this.#bytesMax - this.#bytes;
  }

  get bytesTaken(): number {
    return this.#bytes;
  }

  /** The next message comes whatever its size: nothing was taken before. */
  get takesAny(): boolean {
    return this.#firstWhole && this.#messages === 0;
  }

  get isSpent(): boolean {
    return this.#isClosed || this.messagesLeft === 0 || this.bytesLeft <= 0;
  }

  take(messages: number, bytes: number): void {
    assert(!this.isSpent && messages > 0 && messages <= this.messagesLeft);
    this.#messages += messages;
    this.#bytes += bytes;
  }

  /** The next message does not fit: nothing after it is taken either. */
  close(): void {
    this.#isClosed = true;
  }
}

export interface Taken {
  readonly stretches: Stretch[];
  /** Before this offset every record was taken. */
  readonly end: number;
}

/** Records from `from` to before `to`, added to the stretches; where offsets have no record a new one begins. [L-7] */
export function takeStretches(
  cursor: BatchCursor,
  from: number,
  to: number,
  budget: Budget,
  stretches: Stretch[] = [],
): Taken {
  let next = from;
  while (next < to && !budget.isSpent) {
    const batch = cursor.at(next);
    if (batch === undefined || batch.baseOffset >= to) break;
    const first = indexFrom(batch, next);
    const end = Math.min(indexFrom(batch, to), first + budget.messagesLeft);
    if (first >= end) {
      next = Math.min(batch.endOffset, to);
      continue;
    }
    const count = fitting(batch, first, unbroken(batch, first, end), budget);
    if (count === 0) {
      budget.close();
      break;
    }
    next = offsetOf(batch, first + count - 1) + 1;
    append(stretches, { first: next - count, last: next - 1 }, attach(batch, first, count, budget));
  }
  return { stretches, end: next };
}

/** Index after the last of the records that follow each other without a gap. */
function unbroken(batch: StoredBatch, first: number, end: number): number {
  if (batch.isDense) return end;
  let index = first + 1;
  while (index < end && offsetOf(batch, index) === offsetOf(batch, index - 1) + 1) index += 1;
  return index;
}

/** How many of the records the bytes left allow. */
function fitting(batch: StoredBatch, first: number, end: number, budget: Budget): number {
  const { bytes, bodyBytes, count, isSliceable } = batch;
  const fitsWhole = Math.max(bytes.length, bodyBytes) <= budget.bytesLeft;
  if (fitsWhole && first === 0 && end === count) return end;
  if (!isSliceable && bytes.length > budget.bytesLeft && !budget.takesAny) return 0;
  let sum = isSliceable ? batch.headBytes : 0;
  for (let index = first; index < end; index += 1) {
    sum += bytesOf(batch, index) + (isSliceable ? batch.entryBytes : 0);
    if (sum > budget.bytesLeft) return index === first && budget.takesAny ? 1 : index - first;
  }
  return end - first;
}

/** The bytes to send for the records, paid from the budget: a whole batch where they are most of it. */
function attach(batch: StoredBatch, first: number, count: number, budget: Budget): Uint8Array {
  const { bytes, bodyBytes, isSliceable } = batch;
  if (count === batch.count) {
    budget.take(count, Math.max(bytes.length, bodyBytes));
    return bytes;
  }
  let sum = 0;
  for (let index = first; index < first + count; index += 1) sum += bytesOf(batch, index);
  const isMost = sum * 2 >= bodyBytes && bytes.length <= budget.bytesLeft;
  const isBroken = sum > bodyBytes;
  if (!isSliceable || isMost || isBroken) {
    budget.take(count, Math.max(bytes.length, sum));
    return bytes;
  }
  const slice = sliceBatch(bytes, offsetOf(batch, first), offsetOf(batch, first + count - 1));
  budget.take(count, slice.length);
  return slice;
}

function append(
  stretches: Stretch[],
  { first, last }: { first: number; last: number },
  bytes: Uint8Array,
): void {
  const previous = stretches.at(-1);
  if (previous !== undefined && previous.last + 1 === first) {
    previous.last = last;
    previous.batches.push(bytes);
  } else {
    stretches.push({ first, last, batches: [bytes] });
  }
}
