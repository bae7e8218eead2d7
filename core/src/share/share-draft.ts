// The writes of one decision about one share partition, and its row as it will be. Every move of messages from one
// state to another passes here and is checked, and lands in the table of its state. It never changes the partition.

import { assert } from '../assert.ts';
import type { View, Wake } from '../decision.ts';
import { put, remove, type SharePartitionRow, type Write } from '../rows.ts';
import { inLanes } from './lanes/in-lanes.ts';
import { LaneDraft } from './lanes/lane-draft.ts';
import { RestOfKeys } from './lanes/rest-of-keys.ts';
import { reopenDead } from './reopen-dead.ts';
import {
  assertMove,
  isWaiting,
  lanesOf,
  type Run,
  rowOf,
  runLength,
  type ShareState,
} from './run.ts';
import type { SharePartition } from './share-partition.ts';
import type { ShareKey } from './share-scope.ts';
import { type Range, Waits } from './waits.ts';

/** A part of a run and what becomes of it. */
export interface Move {
  readonly first: number;
  readonly last: number;
  readonly to: ShareState;
  /** The run as it will be, but for its lanes; absent where the messages are resolved. */
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
  /** What is added to the counts of the row. */
  readonly #added = { acknowledged: 0, dead: 0, removed: 0, purged: 0, skipped: 0, ahead: 0 };
  readonly #waits: Waits;
  /** In groups with lanes: what is known of those, as it will be. */
  readonly lanes: LaneDraft | undefined;
  /** In groups with ordering `key`. */
  readonly rest: RestOfKeys | undefined;
  #hasReady = false;
  /** Something left a lane, or was parked in it: what is parked may have its turn. */
  #freesLane = false;

  constructor(key: ShareKey, share: SharePartition, view: View) {
    this.key = key;
    this.#view = view;
    this.#before = share.row;
    this.cursor = share.cursor;
    this.floor = share.floor;
    this.nextToken = share.nextToken;
    const { lanes } = share;
    this.lanes = lanes === undefined ? undefined : new LaneDraft(key, lanes);
    this.#waits = new Waits(key, this.lanes);
    if (lanes === undefined) return;
    if (lanes.kind === 'key') this.rest = new RestOfKeys(share, lanes, (run) => this.errorOf(run));
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

  /** Fresh messages at or after the cursor become a run; what the cursor passes over has no record. */
  takeFresh(run: Run): void {
    assert(run.first >= this.cursor);
    this.#begin(run);
    this.cursor = run.last + 1;
  }

  /** Fresh messages at or after the cursor are resolved; who calls it writes what is to be known of them. */
  resolveFresh({ first, last }: Range, to: 'acknowledged' | 'dead' | 'skipped'): void {
    assertMove('fresh', to);
    assert(first >= this.cursor && last >= first);
    this.#added[to] += last - first + 1;
    this.cursor = last + 1;
  }

  /** The log no longer holds the fresh messages before the offset, or a purge took them. `ahead`: see `passAhead`. */
  removeFresh(end: number, to: 'removed' | 'purged' = 'removed', ahead = 0): void {
    assertMove('fresh', to);
    assert(end > this.cursor && ahead >= 0);
    this.#added[to] += end - this.cursor - ahead;
    this.#added.ahead -= ahead;
    this.cursor = end;
  }

  /** Fresh messages that the cursor has not reached are decided about: they wait, in a run, or are resolved. */
  decideAhead({ first, last }: Range, to: Run | 'acknowledged' | 'dead'): void {
    assert(first >= this.cursor && last >= first);
    this.#added.ahead += last - first + 1;
    if (typeof to === 'string') {
      assertMove('fresh', to);
      this.#added[to] += last - first + 1;
    } else {
      assert(to.first === first && to.last === last && isWaiting(to.state));
      this.#begin(to);
    }
  }

  /** The cursor passes messages that were decided about before. */
  passAhead({ first, last }: Range): void {
    assert(first >= this.cursor && last >= first);
    this.#added.ahead -= last - first + 1;
    this.cursor = last + 1;
  }

  /**
   * Moves parts of a run, in offset order and apart from each other; what lies between them stays as it is, in runs
   * of its own. Use it at most once a run in a decision. In groups with ordering by key leases are carved at the end:
   * what follows a failed message of its key goes back too.
   */
  carve(run: Run, moves: readonly Move[]): void {
    if (this.rest !== undefined && run.state === 'leased') this.rest.add(run, moves);
    else this.#carve(run, moves);
  }

  #carve(run: Run, whole: readonly Move[]): void {
    const moves = this.lanes === undefined ? whole : whole.flatMap((move) => inLanes(run, move));
    const error = this.errorOf(run);
    let at = run.first;
    for (const move of moves) {
      assert(move.first >= at && move.first <= move.last && move.last <= run.last);
      if (move.first > at) this.#part(run, stay(run, at, move.first - 1, error), error);
      assertMove(run.state, move.to);
      if (move.to === 'ready' && run.state !== 'ready') this.#hasReady = true;
      if (this.lanes !== undefined && move.to !== 'leased') this.#freesLane = true;
      this.#part(run, move, error);
      this.#count(run, move);
      at = move.last + 1;
    }
    if (at <= run.last) this.#part(run, stay(run, at, run.last, error), error);
  }

  /**
   * Dead messages get another chance, as if they had never been delivered: ready or parked, or fresh where the cursor
   * has not reached them. They lie in one dead row. Use it at most once a row in a decision.
   */
  reopen(range: Range, to: 'ready' | 'parked', lanes: Uint8Array | null): void {
    const { first, last } = range;
    const isAhead = first >= this.cursor;
    assertMove('dead', isAhead ? 'fresh' : to);
    reopenDead(this.writes, this.#view, this.#prefix(), range);
    this.#added.dead -= last - first + 1;
    if (isAhead) {
      this.#added.ahead -= last - first + 1;
      return;
    }
    const never = { deliveries: 0, untilMs: 0, token: 0, memberId: '', leasedAtMs: 0 };
    const times = { firstDeliveredAtMs: 0, firstFailedAtMs: 0 };
    const run: Run = { first, last, state: to, ...never, ...times, lanes };
    this.#hasReady = true;
    this.#enterNew(run);
  }

  /** Members that wait for messages of the topic try again: there is more room for them, or more to give. */
  wakeMembers(): void {
    this.#hasReady = true;
  }

  /** Members that wait for messages of the topic, where some became ready. */
  wake(): readonly Wake[] {
    const { groupId, topicId } = this.key;
    const isParked = this.#freesLane && this.#before[7] + this.#waits.parked > 0;
    return this.#hasReady || isParked ? [{ kind: 'ready', groupId, topicId }] : [];
  }

  /** All writes, those of the partition's own row included. */
  finish(): readonly Write[] {
    for (const { run, moves } of this.rest?.finish() ?? []) this.#carve(run, moves);
    for (const write of this.lanes?.writes() ?? []) this.writes.push(write);
    const [cursor, floor, nextToken, acknowledged, dead, removed, ...rest] = this.#before;
    const [scheduled, parked, purged, skipped, ahead] = rest;
    const added = this.#added;
    const row: SharePartitionRow = [
      this.cursor,
      this.floor,
      this.nextToken,
      acknowledged + added.acknowledged,
      dead + added.dead,
      removed + added.removed,
      scheduled + this.#waits.scheduled,
      parked + this.#waits.parked,
      purged + added.purged,
      skipped + added.skipped,
      ahead + added.ahead,
    ];
    assert(row[0] >= cursor && row[1] >= floor && row[2] >= nextToken, 'none ever goes back');
    assert(row[1] <= row[0], 'what is below the floor was passed');
    const isSame = row.every((value, i) => value === this.#before[i]);
    if (!isSame) this.writes.push(put('sharePartitions', this.#prefix(), row));
    return this.writes;
  }

  #begin(run: Run): void {
    assertMove('fresh', run.state);
    assert(run.firstFailedAtMs === 0);
    this.#enterNew(run);
  }

  /** Messages of which there was no run; what waits in lanes is of one lane a run. */
  #enterNew(run: Run): void {
    const { first, last, state: to } = run;
    const whole = { first, last, to, next: run, error: null };
    for (const part of this.lanes === undefined ? [whole] : inLanes(run, whole)) {
      const next = { ...run, ...part.next };
      const own = { ...next, lanes: lanesOf(run, next.first, next.last) };
      this.#waits.enter(own);
      this.#put(own, own.lanes, true);
    }
  }

  /** Writes one part of a carved run, and its error where that is not what is stored under its first offset. */
  #part(run: Run, part: Move, stored: string | null): void {
    const { first, last, next } = part;
    const isFirst = first === run.first;
    const isSame =
      isFirst && next !== undefined && next.state === run.state && next.untilMs === run.untilMs;
    if (isFirst && !isSame) this.#leave(run, next?.state);
    if (next !== undefined) this.#put(next, lanesOf(run, first, last), !isSame);
    const before = isFirst ? stored : null;
    if (part.error === before) return;
    const key = this.#at(first);
    this.writes.push(
      part.error === null ? remove('lastErrors', key) : put('lastErrors', key, part.error),
    );
  }

  /** The run's row goes, unless another takes its place; so does what finds it by time or lane. */
  #leave(run: Run, to: Run['state'] | undefined): void {
    const key = this.#at(run.first);
    const from = isWaiting(run.state) ? 'waiting' : 'runs';
    if (to === undefined || isWaiting(run.state) !== isWaiting(to)) {
      this.writes.push(remove(from, key));
    }
    for (const index of this.#waits.indexes(run, run.lanes)) {
      this.writes.push({ ...index, value: undefined });
    }
  }

  #put(run: Run, lanes: Uint8Array | null, isIndexed: boolean): void {
    assert(this.lanes === undefined || lanes !== null, 'its messages have lanes');
    assert(run.state !== 'leased' || (run.deliveries > 0 && run.leasedAtMs > 0));
    assert(run.untilMs > 0 === (run.state === 'leased' || run.state === 'scheduled'));
    const row = rowOf(run, lanes);
    if (!isWaiting(run.state)) {
      this.writes.push(put('runs', this.#at(run.first), row));
      return;
    }
    this.writes.push(put('waiting', this.#at(run.first), row));
    if (isIndexed) this.writes.push(...this.#waits.indexes(run, lanes));
  }

  #count(run: Run, move: Move): void {
    const { to, next } = move;
    assert((next?.state ?? to) === to, 'the run is in the state it moved to');
    const length = runLength(move);
    if (isWaiting(run.state)) this.#waits.leave(run, move);
    if (to === 'acknowledged' || to === 'dead' || to === 'removed' || to === 'purged') {
      this.#added[to] += length;
      return;
    }
    assert(next !== undefined, 'what is not resolved stays a run');
    this.#waits.enter({ ...next, lanes: lanesOf(run, move.first, move.last) });
  }

  #prefix(): readonly [groupId: number, topicId: number, partition: number] {
    return [this.key.groupId, this.key.topicId, this.key.partition];
  }

  #at(offset: number): readonly [number, number, number, number] {
    return [this.key.groupId, this.key.topicId, this.key.partition, offset];
  }
}

function stay(run: Run, first: number, last: number, error: string | null): Move {
  return { first, last, to: run.state, next: { ...run, first, last }, error };
}
