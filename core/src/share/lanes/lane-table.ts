// What memory knows of the lanes of one share partition: a few numbers for each that has something unresolved, outside
// the heap, and the order in which lanes take turns. It changes only as rows are applied.

import { assert } from '../../assert.ts';
import type { LaneRow } from '../../rows.ts';
import { NO_LANE } from './lane-number.ts';
import type { LaneKind } from './scan-lanes.ts';

const FIRST_SLOTS = 16;
const NONE = -1;

/** Nothing of the lane waits. */
export const NOTHING_WAITS: LaneRow = [0, 0, NONE];

export class LaneTable {
  readonly kind: LaneKind;
  #capacity = FIRST_SLOTS;
  #lanes = new Float64Array(FIRST_SLOTS);
  /** key: messages leased or blocked; tenant: messages leased. */
  #active = new Float64Array(FIRST_SLOTS);
  /** No message that is active lies after this offset. */
  #lastActive = new Float64Array(FIRST_SLOTS);
  #parked = new Float64Array(FIRST_SLOTS);
  #scheduled = new Float64Array(FIRST_SLOTS);
  #heldAt = new Float64Array(FIRST_SLOTS);
  /** Neighbours in the order of turns; a free slot has the next free one as `next`. */
  #next = new Int32Array(FIRST_SLOTS);
  #previous = new Int32Array(FIRST_SLOTS);
  #listed = new Uint8Array(FIRST_SLOTS);
  /** Open addressing: slot + 1 of the lane, 0 where empty. */
  #buckets = new Int32Array(2 * FIRST_SLOTS);
  #size = 0;
  #used = 0;
  #free = NONE;
  #head = NONE;
  #tail = NONE;
  #turns = 0;

  constructor(kind: LaneKind) {
    this.kind = kind;
  }

  /** Lanes with something unresolved. */
  get size(): number {
    return this.#size;
  }

  /** Lanes whose turn it may be: something is parked and nothing is known to hold it up. */
  get turnCount(): number {
    return this.#turns;
  }

  /** Lanes whose turn it may be, those that have waited longest first. The table must not change meanwhile. */
  *turns(): Generator<number> {
    for (let slot = this.#head; slot !== NONE; slot = this.#next[slot] as number) {
      yield this.#lanes[slot] as number;
    }
  }

  /** Lanes with something unresolved, in no order. */
  *all(): Generator<number> {
    for (const entry of this.#buckets) if (entry > 0) yield this.#lanes[entry - 1] as number;
  }

  has(lane: number): boolean {
    return this.#find(lane) !== NONE;
  }

  activeOf(lane: number): number {
    const slot = this.#find(lane);
    return slot === NONE ? 0 : (this.#active[slot] as number);
  }

  lastActiveOf(lane: number): number {
    const slot = this.#find(lane);
    return slot === NONE ? NONE : (this.#lastActive[slot] as number);
  }

  waitingOf(lane: number): LaneRow {
    const slot = this.#find(lane);
    if (slot === NONE) return NOTHING_WAITS;
    return [
      this.#parked[slot] as number,
      this.#scheduled[slot] as number,
      this.#heldAt[slot] as number,
    ];
  }

  /** A message of the lane is leased or blocked. */
  activate(lane: number, offset: number): void {
    const slot = this.#slotOf(lane);
    if (this.#active[slot] === 0) this.#lastActive[slot] = offset;
    else this.#lastActive[slot] = Math.max(this.#lastActive[slot] as number, offset);
    this.#active[slot] = (this.#active[slot] as number) + 1;
    // Whoever was served goes to the back.
    this.#unlist(slot);
    this.#settle(slot);
  }

  deactivate(lane: number): void {
    const slot = this.#find(lane);
    assert(slot !== NONE && (this.#active[slot] as number) > 0, 'it was active');
    this.#active[slot] = (this.#active[slot] as number) - 1;
    this.#settle(slot);
  }

  /** What the lane's row says. */
  setWaiting(lane: number, row: LaneRow | undefined): void {
    if (row === undefined && this.#find(lane) === NONE) return;
    const slot = this.#slotOf(lane);
    [this.#parked[slot], this.#scheduled[slot], this.#heldAt[slot]] = row ?? NOTHING_WAITS;
    this.#settle(slot);
  }

  assertInvariants(): void {
    let turns = 0;
    let previous = NONE;
    for (let slot = this.#head; slot !== NONE; slot = this.#next[slot] as number) {
      assert(this.#listed[slot] === 1 && this.#previous[slot] === previous, 'the list is whole');
      previous = slot;
      turns += 1;
    }
    assert(previous === this.#tail && turns === this.#turns, 'turns are counted');
    let size = 0;
    for (const entry of this.#buckets) {
      if (entry === 0) continue;
      const slot = entry - 1;
      size += 1;
      assert(this.#find(this.#lanes[slot] as number) === slot, 'a lane is found');
      assert(!this.#isEmpty(slot), 'a lane without anything unresolved is forgotten');
      assert((this.#listed[slot] === 1) === this.#isDue(slot), 'a lane that may have its turn');
    }
    assert(size === this.#size, 'lanes are counted');
  }

  /** Puts the lane where its numbers say. */
  #settle(slot: number): void {
    if (this.#isEmpty(slot)) {
      this.#unlist(slot);
      this.#drop(slot);
      return;
    }
    if (this.#isDue(slot)) this.#list(slot);
    else this.#unlist(slot);
  }

  #isEmpty(slot: number): boolean {
    return this.#active[slot] === 0 && this.#parked[slot] === 0 && this.#scheduled[slot] === 0;
  }

  #isDue(slot: number): boolean {
    if (this.#parked[slot] === 0) return false;
    if (this.kind === 'tenant' || this.#lanes[slot] === NO_LANE) return true;
    return this.#active[slot] === 0 && this.#heldAt[slot] === NONE;
  }

  #list(slot: number): void {
    if (this.#listed[slot] === 1) return;
    this.#listed[slot] = 1;
    this.#next[slot] = NONE;
    this.#previous[slot] = this.#tail;
    if (this.#tail === NONE) this.#head = slot;
    else this.#next[this.#tail] = slot;
    this.#tail = slot;
    this.#turns += 1;
  }

  #unlist(slot: number): void {
    if (this.#listed[slot] === 0) return;
    const next = this.#next[slot] as number;
    const previous = this.#previous[slot] as number;
    if (previous === NONE) this.#head = next;
    else this.#next[previous] = next;
    if (next === NONE) this.#tail = previous;
    else this.#previous[next] = previous;
    this.#listed[slot] = 0;
    this.#turns -= 1;
  }

  #find(lane: number): number {
    const mask = this.#buckets.length - 1;
    for (let bucket = bucketOf(lane, mask); ; bucket = (bucket + 1) & mask) {
      const entry = this.#buckets[bucket] as number;
      if (entry === 0) return NONE;
      if (this.#lanes[entry - 1] === lane) return entry - 1;
    }
  }

  #slotOf(lane: number): number {
    const found = this.#find(lane);
    if (found !== NONE) return found;
    const slot = this.#newSlot();
    this.#lanes[slot] = lane;
    this.#active[slot] = 0;
    this.#parked[slot] = 0;
    this.#scheduled[slot] = 0;
    this.#heldAt[slot] = NONE;
    this.#listed[slot] = 0;
    this.#size += 1;
    this.#place(slot);
    return slot;
  }

  #place(slot: number): void {
    const mask = this.#buckets.length - 1;
    let bucket = bucketOf(this.#lanes[slot] as number, mask);
    while (this.#buckets[bucket] !== 0) bucket = (bucket + 1) & mask;
    this.#buckets[bucket] = slot + 1;
  }

  /** Takes the lane out; those that were placed after it for its sake move up. */
  #drop(slot: number): void {
    const mask = this.#buckets.length - 1;
    let hole = bucketOf(this.#lanes[slot] as number, mask);
    while (this.#buckets[hole] !== slot + 1) hole = (hole + 1) & mask;
    for (let at = (hole + 1) & mask; this.#buckets[at] !== 0; at = (at + 1) & mask) {
      const entry = this.#buckets[at] as number;
      const home = bucketOf(this.#lanes[entry - 1] as number, mask);
      if (((at - home) & mask) < ((at - hole) & mask)) continue;
      this.#buckets[hole] = entry;
      hole = at;
    }
    this.#buckets[hole] = 0;
    this.#next[slot] = this.#free;
    this.#free = slot;
    this.#size -= 1;
  }

  #newSlot(): number {
    if (this.#free !== NONE) {
      const slot = this.#free;
      this.#free = this.#next[slot] as number;
      return slot;
    }
    if (this.#used === this.#capacity) this.#grow();
    this.#used += 1;
    return this.#used - 1;
  }

  #grow(): void {
    this.#capacity *= 2;
    this.#lanes = widened(this.#lanes, this.#capacity);
    this.#active = widened(this.#active, this.#capacity);
    this.#lastActive = widened(this.#lastActive, this.#capacity);
    this.#parked = widened(this.#parked, this.#capacity);
    this.#scheduled = widened(this.#scheduled, this.#capacity);
    this.#heldAt = widened(this.#heldAt, this.#capacity);
    this.#next = widened(this.#next, this.#capacity);
    this.#previous = widened(this.#previous, this.#capacity);
    this.#listed = widened(this.#listed, this.#capacity);
    this.#buckets = new Int32Array(2 * this.#capacity);
    for (let slot = 0; slot < this.#used; slot += 1) this.#place(slot);
  }
}

/** Lanes are hashes already. */
function bucketOf(lane: number, mask: number): number {
  return (lane >>> 0) & mask;
}

function widened<A extends Float64Array | Int32Array | Uint8Array>(array: A, length: number): A {
  const wide = new (array.constructor as new (length: number) => A)(length);
  wide.set(array);
  return wide;
}
