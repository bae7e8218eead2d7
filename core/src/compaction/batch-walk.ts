// Walks over the records of a partition a bounded number at a time, also within one large batch: what was opened is kept
// until it is done with. It reads and changes nothing. What cannot be read is passed over.

import {
  type BatchHeader,
  MillraceError,
  recordBytes,
  recordOffset,
  verifyBatch,
} from '@millrace/protocol';
import { assert } from '../assert.ts';
import { attempt } from '../attempt.ts';
import type { View } from '../decision.ts';
import { bodyOf, KeyScan } from './key-scan.ts';

/** What one slice may do; it is counted down. */
export interface WalkBudget {
  records: number;
  /** Read and decompressed. */
  bytes: number;
}

export interface WalkedBatch {
  readonly bytes: Uint8Array;
  readonly header: BatchHeader;
}

export interface Visitor {
  /** The scan stands at the record. */
  readonly record: (batch: WalkedBatch, index: number, offset: number, scan: KeyScan) => void;
  /** After its last record; `isReadable` false: not all of it was visited. True stops the walk here. */
  readonly end: (batch: WalkedBatch, isReadable: boolean) => boolean;
  /** True: the batch at this offset is dealt with, nobody needs to read it. */
  readonly skips?: (baseOffset: number) => boolean;
}

interface OpenBatch extends WalkedBatch {
  readonly scan: KeyScan;
  index: number;
  at: number;
}

/** Opening a batch costs as much as so many bytes. */
const BATCH_COST = 512;

export class BatchWalk {
  readonly #prefix: readonly [topicId: number, partition: number];
  readonly #end: number;
  /** All before it was walked over. */
  position: number;
  /** Something before the position could not be read: nobody knows which keys it has. */
  hasUnread = false;
  #open: OpenBatch | undefined;

  constructor(place: readonly [topicId: number, partition: number], from: number, end: number) {
    this.#prefix = place;
    this.position = from;
    this.#end = end;
  }

  /** True: the end is reached, or the visitor stopped. Nothing below `startOffset` is looked at. */
  step(view: View, startOffset: number, budget: WalkBudget, visitor: Visitor): boolean {
    if (this.position < startOffset) {
      this.position = startOffset;
      this.#open = undefined;
    }
    if (this.#open !== undefined && this.#finish(this.#open, budget, visitor)) return true;
    if (this.#open !== undefined) return false;
    const [from, to] = [this.position, this.#end].map((offset) => [...this.#prefix, offset]);
    const query = { prefix: this.#prefix, from, to, keysOnly: visitor.skips !== undefined };
    for (const [[, , base], value] of view.range('batches', query)) {
      if (budget.records <= 0 || budget.bytes <= 0) return false;
      this.position = base + 1;
      if (visitor.skips?.(base) === true) {
        budget.bytes -= BATCH_COST;
        continue;
      }
      const open = this.#opened(query.keysOnly ? this.#read(view, base) : value, budget);
      if (open instanceof MillraceError || open.header.baseOffset !== base) {
        this.hasUnread = true;
        continue;
      }
      this.position = base;
      this.#open = open;
      if (this.#finish(open, budget, visitor)) return true;
      if (this.#open !== undefined) return false;
    }
    this.position = Math.max(this.position, this.#end);
    return true;
  }

  /** Not by `get`: what is looked at once must not push others out of a cache. */
  #read(view: View, base: number): Uint8Array {
    const query = { prefix: this.#prefix, from: [...this.#prefix, base], limit: 1 };
    const [found] = view.range('batches', query);
    assert(found !== undefined && found[0][2] === base, 'a key has its batch');
    return found[1];
  }

  /** Broken bytes must neither stand for a key nor be written anew as if they were whole. */
  #opened(bytes: Uint8Array, budget: WalkBudget): OpenBatch | MillraceError {
    const header = attempt(() => verifyBatch(bytes));
    budget.bytes -= bytes.length + BATCH_COST;
    if (header instanceof MillraceError) return header;
    const body = bodyOf(bytes, header);
    if (body instanceof MillraceError) return body;
    if (header.codec !== 0) budget.bytes -= header.bodyBytesRaw;
    return { bytes, header, scan: new KeyScan(body), index: 0, at: 0 };
  }

  #finish(batch: OpenBatch, budget: WalkBudget, visitor: Visitor): boolean {
    const { bytes, header, scan } = batch;
    let isReadable = true;
    while (isReadable && batch.index < header.count) {
      if (budget.records <= 0) return false;
      budget.records -= 1;
      const next = batch.at + recordBytes(bytes, batch.index);
      isReadable = scan.read(batch.at, next);
      if (isReadable) visitor.record(batch, batch.index, offsetOf(batch), scan);
      batch.index += 1;
      batch.at = next;
    }
    this.#open = undefined;
    if (!isReadable) this.hasUnread = true;
    this.position = header.baseOffset + header.lastOffsetDelta + 1;
    return visitor.end(batch, isReadable);
  }
}

function offsetOf({ bytes, header, index }: OpenBatch): number {
  const { baseOffset, lastOffsetDelta, count } = header;
  return lastOffsetDelta === count - 1 ? baseOffset + index : recordOffset(bytes, index);
}
