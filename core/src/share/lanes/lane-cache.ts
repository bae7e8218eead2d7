// The lanes of batches that were looked at lately, so that a batch is decompressed once and not by every receive that
// takes a part of it. It holds nothing but what the log says. Bounded.

import { BatchRecords, batchHeader, MillraceError } from '@millrace/protocol';
import { assert } from '../../assert.ts';
import { bytesOf, type StoredBatch } from '../batch-cursor.ts';
import { NO_LANE } from './lane-number.ts';
import { type LaneKind, LaneReader } from './scan-lanes.ts';

/** Lanes kept, eight bytes each; the batch at hand is kept however many it has. */
const LANES_MAX = 262_144;
/** Records looked at beyond the one asked for: neighbours are asked for next. */
const AHEAD = 256;

/** Lanes of the records of one batch, found as they are asked for. */
export class BatchLanes {
  readonly count: number;
  readonly #kind: LaneKind;
  readonly #lanes: Float64Array;
  /** Before this record lanes are known, and here the next one begins in the body. */
  #known = 0;
  #at = 0;

  constructor(kind: LaneKind, count: number) {
    this.#kind = kind;
    this.count = count;
    this.#lanes = new Float64Array(count);
  }

  /** Lane of record `index` of the batch that this was made for. */
  at(batch: StoredBatch, index: number): number {
    assert(index >= 0 && index < this.count, 'the batch has the record');
    if (index >= this.#known) this.#scan(batch, index);
    return this.#lanes[index] as number;
  }

  /** A batch that had to be decompressed is looked through at once: its body is not kept. */
  #scan(batch: StoredBatch, index: number): void {
    const body = bodyOf(batch);
    const end = batch.isSliceable ? Math.min(index + AHEAD, this.count) : this.count;
    const reader = body === undefined ? undefined : new LaneReader(body);
    for (let i = this.#known; i < end; i += 1) {
      const next = this.#at + bytesOf(batch, i);
      this.#lanes[i] = reader?.laneAt(this.#kind, this.#at, next) ?? NO_LANE;
      this.#at = next;
    }
    this.#known = end;
  }
}

export class LaneCache {
  readonly #batches = new Map<string, BatchLanes>();
  #lanes = 0;

  /** Lanes of a durable batch. */
  of(
    kind: LaneKind,
    { topicId, partition }: { readonly topicId: number; readonly partition: number },
    batch: StoredBatch,
  ): BatchLanes {
    if (batch.isSliceable && batch.count <= AHEAD) return new BatchLanes(kind, batch.count);
    // Compaction writes a batch anew under its offset, with fewer records.
    const name = `${kind}/${topicId}/${partition}/${batch.baseOffset}/${batch.count}`;
    const known = this.#batches.get(name);
    if (known !== undefined) return known;
    const lanes = new BatchLanes(kind, batch.count);
    this.#batches.set(name, lanes);
    this.#lanes += lanes.count + AHEAD;
    this.#trim();
    return lanes;
  }

  /** Lets those go that came first. */
  #trim(): void {
    for (const [name, { count }] of this.#batches) {
      if (this.#lanes <= LANES_MAX || this.#batches.size === 1) return;
      this.#batches.delete(name);
      this.#lanes -= count + AHEAD;
    }
  }
}

/**
 * Undefined where it cannot be opened: then its records have no lane. Throws UNSUPPORTED_CODEC: those that this process
 * cannot open, another can, and their lanes must not be taken for none. [L-130]
 */
function bodyOf({ bytes, isIndexed }: StoredBatch): Uint8Array | undefined {
  if (!isIndexed) return undefined;
  const { codec, batchBytes, bodyBytes } = batchHeader(bytes);
  if (codec === 0) return bytes.subarray(batchBytes - bodyBytes);
  try {
    return new BatchRecords(bytes).open().bytes;
  } catch (error) {
    if (error instanceof MillraceError && error.code !== 'UNSUPPORTED_CODEC') return undefined;
    throw error;
  }
}
