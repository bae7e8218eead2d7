// The writes of one decision about one share partition, and its row as it will be. Every move of messages from one
// state to another passes here and is checked. It reads the partition and never changes it.

import { assert } from '../assert.ts';
import type { View, Wake } from '../decision.ts';
import { put, remove, type SharePartitionRow, type Write } from '../rows.ts';
import { assertMove, type Run, rowOf, runLength, type ShareState } from './run.ts';
import type { SharePartition } from './share-partition.ts';
import type { ShareKey } from './share-scope.ts';

/** A part of a run and what becomes of it. */
export interface Move {
  readonly first: number;
  readonly last: number;
  readonly to: ShareState;
  /** The run as it will be; absent where the messages are resolved. */
  readonly next?: Run | undefined;
  /** Text of the last failure that is kept with the part; null: none. */
  readonly error: string | null;
}

export class ShareDraft {
  readonly key: ShareKey;
  readonly writes: Write[] = [];
  cursor: number;
  floor: number;
  nextToken: number;
  readonly #view: View;
  readonly #before: SharePartitionRow;
  #hasReady = false;
  readonly #resolved = { acknowledged: 0, dead: 0, removed: 0 };

  constructor(key: ShareKey, share: SharePartition, view: View) {
    this.key = key;
    this.#view = view;
    this.#before = share.row;
    this.cursor = share.cursor;
    this.floor = share.floor;
    this.nextToken = share.nextToken;
  }

  /** Fencing token of the next lease. */
  takeToken(): number {
    const token = this.nextToken;
    this.nextToken = token + 1;
    return token;
  }

  /** Text of the last failure of the run's messages. */
  errorOf(run: Run): string | null {
    if (run.firstFailedAtMs === 0) return null;
    return this.#view.get('lastErrors', this.#at(run.first)) ?? null;
  }

  /** Fresh messages at or after the cursor are leased; what the cursor passes over has no record. */
  leaseFresh(run: Run): void {
    assertMove('fresh', run.state);
    assert(run.first >= this.cursor && run.firstFailedAtMs === 0);
    this.#put(run);
    this.cursor = run.last + 1;
  }

  /** The log no longer holds the fresh messages before the offset. */
  removeFresh(end: number): void {
    assertMove('fresh', 'removed');
    assert(end > this.cursor);
    this.#resolved.removed += end - this.cursor;
    this.cursor = end;
  }

  /**
   * Moves parts of a run, in offset order and apart from each other; what lies between them stays as it is, in runs
   * of its own. Use it at most once a run in a decision.
   */
  carve(run: Run, moves: readonly Move[]): void {
    const error = this.errorOf(run);
    let at = run.first;
    for (const move of moves) {
      assert(move.first >= at && move.first <= move.last && move.last <= run.last);
      if (move.first > at) this.#part(run, stay(run, at, move.first - 1, error), error);
      assertMove(run.state, move.to);
      if (move.to === 'ready' && run.state !== 'ready') this.#hasReady = true;
      this.#part(run, move, error);
      this.#count(move);
      at = move.last + 1;
    }
    if (at <= run.last) this.#part(run, stay(run, at, run.last, error), error);
  }

  /** Members that wait for messages of the topic, where some became ready. */
  wake(): readonly Wake[] {
    const { groupId, topicId } = this.key;
    return this.#hasReady ? [{ kind: 'ready', groupId, topicId }] : [];
  }

  /** All writes, those of the partition's own row included. */
  finish(): readonly Write[] {
    const [cursor, floor, nextToken, acknowledged, dead, removed, ...rest] = this.#before;
    const row: SharePartitionRow = [
      this.cursor,
      this.floor,
      this.nextToken,
      acknowledged + this.#resolved.acknowledged,
      dead + this.#resolved.dead,
      removed + this.#resolved.removed,
      ...rest,
    ];
    assert(row[0] >= cursor && row[1] >= floor && row[2] >= nextToken, 'none ever goes back');
    assert(row[1] <= row[0], 'what is below the floor was passed');
    const { groupId, topicId, partition } = this.key;
    const isSame = row.every((value, i) => value === this.#before[i]);
    if (!isSame) this.writes.push(put('sharePartitions', [groupId, topicId, partition], row));
    return this.writes;
  }

  /** Writes one part of a carved run, and its error where that is not what is stored under its first offset. */
  #part(run: Run, part: Move, stored: string | null): void {
    const { first, next } = part;
    if (next !== undefined) this.#put(next);
    else if (first === run.first) this.writes.push(remove('runs', this.#at(first)));
    const before = first === run.first ? stored : null;
    if (part.error === before) return;
    const key = this.#at(first);
    this.writes.push(
      part.error === null ? remove('lastErrors', key) : put('lastErrors', key, part.error),
    );
  }

  #put(run: Run): void {
    assert(run.deliveries > 0 || run.state === 'ready', 'only a returned run was never delivered');
    assert(run.leasedAtMs > 0 || run.state === 'ready', 'what was returned is ready');
    assert((run.state === 'ready') === (run.untilMs === 0), 'a ready run waits for nothing');
    this.writes.push(put('runs', this.#at(run.first), rowOf(run)));
  }

  #count(move: Move): void {
    const { to } = move;
    assert((move.next?.state ?? to) === to, 'the run is in the state it moved to');
    if (to === 'acknowledged' || to === 'dead' || to === 'removed') {
      this.#resolved[to] += runLength(move);
    } else {
      assert(move.next !== undefined, 'what is not resolved stays a run');
    }
  }

  #at(offset: number): readonly [number, number, number, number] {
    return [this.key.groupId, this.key.topicId, this.key.partition, offset];
  }
}

function stay(run: Run, first: number, last: number, error: string | null): Move {
  return { first, last, to: run.state, next: { ...run, first, last }, error };
}
