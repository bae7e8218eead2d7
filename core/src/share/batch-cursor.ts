// Finds the stored batch that holds an offset; the last one found is kept, so that neighbours cost no second read.
// It lives for one decision: batches never change, but an aborted commit may take them back.

import {
  type BatchHeader,
  batchHeader,
  FLAG_GAPS,
  indexEntryBytes,
  MillraceError,
  recordBytes,
  recordIndexFrom,
  recordOffset,
} from '@millrace/protocol';
import { assert } from '../assert.ts';
import type { View } from '../decision.ts';
import type { KeyOf } from '../rows.ts';
import type { BatchHints } from './batch-hints.ts';

export interface StoredBatch {
  readonly bytes: Uint8Array;
  readonly baseOffset: number;
  /** Offset after the last one it takes. */
  readonly endOffset: number;
  readonly appendTimeMs: number;
  /** Records it holds, or offsets it takes where its index cannot be read. */
  readonly count: number;
  /** Every offset it takes has a record. */
  readonly isDense: boolean;
  /** A range can be cut out of it. */
  readonly isSliceable: boolean;
  /** False where header and index contradict each other: the reader will find out what is wrong with it. */
  readonly isIndexed: boolean;
  /** Bytes of all records, decompressed. */
  readonly bodyBytes: number;
  /** Bytes that a slice needs besides its records: once, and for each record. */
  readonly headBytes: number;
  readonly entryBytes: number;
}

export class BatchCursor {
  readonly #view: View;
  readonly #prefix: readonly [topicId: number, partition: number];
  readonly #durableEnd: number;
  readonly #hints: BatchHints | undefined;
  #current: StoredBatch | undefined;

  constructor(
    view: View,
    topicId: number,
    partition: number,
    durableEnd: number,
    hints?: BatchHints,
  ) {
    this.#view = view;
    this.#prefix = [topicId, partition];
    this.#durableEnd = durableEnd;
    this.#hints = hints;
  }

  /** The batch that takes the offset, or the first one after it; undefined at the durable end. */
  at(offset: number): StoredBatch | undefined {
    if (offset >= this.#durableEnd) return undefined;
    const current = this.#current;
    if (current !== undefined && holds(current, offset)) return current;
    const found =
      this.#hinted(offset) ?? this.#exact(offset) ?? this.#before(offset) ?? this.#after(offset);
    this.#current = found;
    if (found !== undefined) this.#hints?.note(found.baseOffset, found.endOffset);
    return found;
  }

  #hinted(offset: number): StoredBatch | undefined {
    const baseOffset = this.#hints?.baseOf(offset);
    if (baseOffset === undefined) return undefined;
    const batch = this.#stored([...this.#prefix, baseOffset]);
    return batch !== undefined && holds(batch, offset) ? batch : undefined;
  }

  /** Reading on from batch to batch meets each one at its base. */
  #exact(offset: number): StoredBatch | undefined {
    return this.#stored([...this.#prefix, offset]);
  }

  #stored(key: KeyOf<'batches'>): StoredBatch | undefined {
    const bytes = this.#view.get('batches', key);
    return bytes === undefined ? undefined : this.#batch(key[2], bytes);
  }

  #before(offset: number): StoredBatch | undefined {
    const from = [...this.#prefix, offset];
    const query = { prefix: this.#prefix, from, reverse: true, limit: 1, keysOnly: true };
    for (const [key] of this.#view.range('batches', query)) {
      const batch = this.#stored(key);
      if (batch !== undefined && holds(batch, offset)) return batch;
    }
    return undefined;
  }

  #after(offset: number): StoredBatch | undefined {
    const query = { prefix: this.#prefix, from: [...this.#prefix, offset], limit: 1 };
    for (const [[, , baseOffset], bytes] of this.#view.range('batches', query)) {
      if (baseOffset < this.#durableEnd) return this.#batch(baseOffset, bytes);
    }
    return undefined;
  }

  #batch(baseOffset: number, bytes: Uint8Array): StoredBatch {
    const header = readableHeader(bytes, baseOffset);
    if (header === undefined) return this.#unreadable(baseOffset, bytes);
    return {
      bytes,
      baseOffset,
      endOffset: baseOffset + header.lastOffsetDelta + 1,
      appendTimeMs: header.appendTimeMs,
      count: header.count,
      isDense: header.lastOffsetDelta === header.count - 1,
      isSliceable: header.codec === 0,
      isIndexed: true,
      bodyBytes: header.bodyBytesRaw,
      headBytes: bytes.length - header.indexBytes - header.bodyBytes,
      entryBytes: header.indexBytes / header.count,
    };
  }

  /** What the store holds under an offset is taken to reach to the next batch. */
  #unreadable(baseOffset: number, bytes: Uint8Array): StoredBatch {
    let endOffset = this.#durableEnd;
    const query = { prefix: this.#prefix, from: [...this.#prefix, baseOffset + 1], limit: 1 };
    for (const [[, , next]] of this.#view.range('batches', query)) {
      endOffset = Math.min(endOffset, next);
    }
    const count = endOffset - baseOffset;
    const bodyBytes = bytes.length;
    const faults = { appendTimeMs: 0, isDense: true, isSliceable: false, isIndexed: false };
    const parts = { bodyBytes, headBytes: 0, entryBytes: 0 };
    return { bytes, baseOffset, endOffset, count, ...parts, ...faults };
  }
}

function holds(batch: StoredBatch, offset: number): boolean {
  return offset >= batch.baseOffset && offset < batch.endOffset;
}

/** Undefined where header and sizes contradict each other. The checksum is for whoever decodes the records. */
function readableHeader(bytes: Uint8Array, baseOffset: number): BatchHeader | undefined {
  const header = headerOf(bytes);
  if (header === undefined || header.batchBytes !== bytes.length) return undefined;
  const { count, flags, indexBytes, lastOffsetDelta } = header;
  if (header.baseOffset !== baseOffset || count === 0) return undefined;
  if (lastOffsetDelta < count - 1) return undefined;
  if (lastOffsetDelta > count - 1 && (flags & FLAG_GAPS) === 0) return undefined;
  const entryBytes = indexEntryBytes(flags);
  return entryBytes !== undefined && indexBytes === entryBytes * count ? header : undefined;
}

function headerOf(bytes: Uint8Array): BatchHeader | undefined {
  try {
    return batchHeader(bytes);
  } catch (error) {
    if (error instanceof MillraceError) return undefined;
    throw error;
  }
}

/** First record at or after the offset; `count` where there is none. */
export function indexFrom(batch: StoredBatch, offset: number): number {
  if (batch.isIndexed) return recordIndexFrom(batch.bytes, offset);
  return Math.min(Math.max(offset - batch.baseOffset, 0), batch.count);
}

export function offsetOf(batch: StoredBatch, index: number): number {
  assert(index >= 0 && index < batch.count);
  return batch.isDense ? batch.baseOffset + index : recordOffset(batch.bytes, index);
}

/** Bytes of one record, decompressed; 0 where nobody can tell. */
export function bytesOf(batch: StoredBatch, index: number): number {
  return batch.isIndexed ? recordBytes(batch.bytes, index) : 0;
}
