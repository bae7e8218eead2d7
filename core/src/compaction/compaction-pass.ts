// One pass of compaction over a partition, in memory alone: which is the newest record of each key, and then, batch by
// batch, which records stay. It only reads; `decideCompact` writes what it found. A pass that is cut short by a restart
// begins anew: whatever it had written holds by itself.

import { assert } from '../assert.ts';
import type { View } from '../decision.ts';
import type { LogPartition } from '../log/log-partition.ts';
import { BatchWalk, type Visitor, type WalkBudget } from './batch-walk.ts';
import type { DueCompaction } from './compaction-due.ts';
import type { KeyMap } from './key-map.ts';
import type { KeyScan } from './key-scan.ts';

/** A batch that loses records. */
export interface BatchEdit {
  readonly baseOffset: number;
  /** Of the batch as it was read. */
  readonly checksum: number;
  readonly bytes: number;
  readonly count: number;
  /** Indexes of the records that stay. */
  readonly kept: readonly number[];
}

/** What a look at some batches came to. */
export interface CompactionFound {
  /** Of the part whose keys are known: what is before it is compacted when the pass is done. */
  readonly end: number;
  /** Batches from `from` to before `position` have been looked at. */
  readonly from: number;
  readonly position: number;
  readonly edits: readonly BatchEdit[];
  /** Of all batches looked at so far. */
  readonly tombstones: Tombstones;
  readonly isDone: boolean;
}

/** Records without a value that stay: in all, and among those whose time runs already. */
export interface Tombstones {
  readonly all: number;
  readonly timed: number;
}

/** Batches written anew in one slice: no more, if they are large. */
const EDIT_BYTES_MAX = 1024 * 1024;

export class CompactionPass {
  readonly due: DueCompaction;
  readonly #keys: KeyMap;
  readonly #mapWalk: BatchWalk;
  /** Of the new part, in order. */
  readonly #batches: MappedBatch[] = [];
  /** Set once all keys of the part are known, or as many as fit. */
  #looking: Looking | undefined;

  constructor(due: DueCompaction, keys: KeyMap) {
    this.due = due;
    this.#keys = keys;
    this.#mapWalk = new BatchWalk([due.topicId, due.partition], due.from, due.end);
  }

  /** Undefined: keys are still being collected. */
  step(
    view: View,
    log: LogPartition,
    timedBefore: number,
    budget: WalkBudget,
  ): CompactionFound | undefined {
    if (this.#looking === undefined) {
      if (!this.#mapWalk.step(view, log.startOffset, budget, this.#mapping())) return undefined;
      const end = Math.min(this.#mapWalk.position, this.due.end);
      const dead = this.#batches.filter(({ alive }) => alive === 0);
      this.#looking = new Looking({ ...this.due, end }, this.#keys, timedBefore, dead);
      return undefined;
    }
    return this.#looking.step(view, log, budget);
  }

  #mapping(): Visitor {
    const keys = this.#keys;
    const batches = this.#batches;
    return {
      record: ({ bytes, header }, index, offset, scan) => {
        if (index === 0) {
          const { baseOffset, checksum, count } = header;
          batches.push({ baseOffset, checksum, bytes: bytes.length, count, alive: 0 });
        }
        const at = batches.length - 1;
        const batch = batches[at];
        assert(batch !== undefined, 'a batch begins with its first record');
        batch.alive += 1;
        if (scan.keyFrom < 0) return;
        const before = keys.set(scan.body, scan.keyFrom, scan.keyEnd, offset, at);
        const superseded = batches[before];
        if (superseded !== undefined) superseded.alive -= 1;
      },
      end: ({ header }, isReadable) => {
        const batch = batches.at(-1);
        const isThis = batch?.baseOffset === header.baseOffset;
        if (!isReadable && isThis) batch.alive = Number.POSITIVE_INFINITY;
        return keys.isFull;
      },
    };
  }
}

/** `alive`: records that have no newer one of their key. Where there is none the batch need not be read again. */
interface MappedBatch {
  readonly baseOffset: number;
  readonly checksum: number;
  readonly bytes: number;
  readonly count: number;
  alive: number;
}

/** The second half of a pass: from the start of the log to the end of the part whose keys are known. */
class Looking {
  readonly #due: DueCompaction;
  readonly #keys: KeyMap;
  readonly #timedBefore: number;
  readonly #walk: BatchWalk;
  readonly #dead: ReadonlyMap<number, MappedBatch>;
  #kept: number[] = [];
  #tombstones = { all: 0, timed: 0 };

  constructor(due: DueCompaction, keys: KeyMap, timedBefore: number, dead: readonly MappedBatch[]) {
    this.#due = due;
    this.#keys = keys;
    this.#timedBefore = timedBefore;
    this.#dead = new Map(dead.map((batch) => [batch.baseOffset, batch]));
    this.#walk = new BatchWalk([due.topicId, due.partition], 0, due.end);
  }

  step(view: View, log: LogPartition, budget: WalkBudget): CompactionFound {
    const edits: BatchEdit[] = [];
    const from = Math.max(this.#walk.position, log.startOffset);
    let bytes = 0;
    const isDone = this.#walk.step(view, log.startOffset, budget, {
      record: (_, index, offset, scan) => {
        if (index === 0) this.#kept = [];
        if (this.#stays(offset, scan, log)) this.#kept.push(index);
      },
      end: (batch, isReadable) => {
        const { baseOffset, checksum, count, bodyBytesRaw } = batch.header;
        if (!isReadable || this.#kept.length === count) return false;
        edits.push({ baseOffset, checksum, bytes: batch.bytes.length, count, kept: this.#kept });
        bytes += bodyBytesRaw;
        if (bytes >= EDIT_BYTES_MAX) budget.records = 0;
        return false;
      },
      skips: (baseOffset) => {
        const dead = this.#dead.get(baseOffset);
        if (dead !== undefined) edits.push({ ...dead, kept: [] });
        return dead !== undefined;
      },
    });
    const { position } = this.#walk;
    return {
      end: this.#due.end,
      from,
      position,
      edits,
      tombstones: { ...this.#tombstones },
      isDone,
    };
  }

  /** [G-42] [G-43] [G-44] */
  #stays(offset: number, scan: KeyScan, log: LogPartition): boolean {
    if (scan.keyFrom < 0) return true;
    if (this.#keys.get(scan.body, scan.keyFrom, scan.keyEnd) > offset) return false;
    if (scan.hasValue) return true;
    // The last record of all keeps the place: who reads on gets to the end of the log by it.
    if (offset === log.nextOffset - 1) return true;
    if (offset < this.#due.dropBefore && !this.#walk.hasUnread) return false;
    this.#tombstones.all += 1;
    if (offset < this.#timedBefore) this.#tombstones.timed += 1;
    return true;
  }
}
