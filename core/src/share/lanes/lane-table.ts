// What memory knows of the lanes of one share partition: a few numbers for each that has something unresolved, outside
// the heap, and the order in which lanes take turns. It changes only as rows are applied, but for what makes it faster.

import { assert } from '../../assert.ts';
import type { LaneRow } from '../../rows.ts';
import { LaneFronts } from './lane-fronts.ts';
import { type LaneInLine, LaneLine, type Standing } from './lane-line.ts';
import { NO_LANE } from './lane-number.ts';
import type { LaneKind } from './scan-lanes.ts';
import { TurnList } from './turn-list.ts';
import { widened } from './widened.ts';

const FIRST_SLOTS = 16;
const NONE = -1;

/** Nothing of the lane waits. */
export const NOTHING_WAITS: LaneRow = [0, 0, NONE];

export class LaneTable {
  readonly kind: LaneKind;
  #capacity = FIRST_SLOTS;
  #lanes = new Float64Array(FIRST_SLOTS);
  /** key, fifo: messages leased or blocked; tenant: messages leased. */
  #active = new Float64Array(FIRST_SLOTS);
  /** No message that is active lies after this offset. */
  #lastActive = new Float64Array(FIRST_SLOTS);
  #parked = new Float64Array(FIRST_SLOTS);
  #scheduled = new Float64Array(FIRST_SLOTS);
  #heldAt = new Float64Array(FIRST_SLOTS);
  /** Lanes in the order of turns. */
  readonly #line = new TurnList(FIRST_SLOTS);
  /** fifo: those that were given from before, apart from the others. */
  readonly #again: LaneLine | undefined;
  readonly #fronts: LaneFronts | undefined;
  /** Open addressing: slot + 1 of the lane, 0 where empty. */
  #buckets = new Int32Array(2 * FIRST_SLOTS);
  #size = 0;
  #used = 0;
  readonly #free: number[] = [];

  constructor(kind: LaneKind) {
    this.kind = kind;
    if (kind !== 'fifo') return;
    this.#again = new LaneLine(FIRST_SLOTS);
    this.#fronts = new LaneFronts(FIRST_SLOTS);
  }

  /** Lanes with something unresolved. */
  get size(): number {
    return this.#size;
  }

  /** Lanes whose turn it may be: something is parked and nothing is known to hold it up. */
  get turnCount(): number {
    return this.#line.size + (this.#again?.size ?? 0);
  }

  /** Lanes whose turn it may be, those that have waited longest first. The table must not change meanwhile. */
  *turns(): Generator<number> {
    for (const slot of this.#line.slots()) yield this.#lanes[slot] as number;
  }

  /** fifo: they were never given from, or were before; with where they stand. */
  *line(which: 'first' | 'again'): Generator<LaneInLine, undefined> {
    const again = this.#again;
    if (again === undefined) return undefined;
    for (const slot of which === 'first' ? this.#line.slots() : again.slots()) {
      yield { lane: this.#lanes[slot] as number, standing: again.standingOf(slot) };
    }
    return undefined;
  }

  /** fifo: where a lane stands of which nothing but fresh messages is known, the first at the offset. */
  freshStanding(lane: number, first: number): Standing {
    assert(this.#again !== undefined, 'lanes stand in a line');
    return this.#again.freshStanding(lane, first);
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

  /** fifo: the first message of the lane that is leased or blocked. */
  firstActiveOf(lane: number): number {
    const slot = this.#find(lane);
    if (slot === NONE || lane === NO_LANE) return Number.POSITIVE_INFINITY;
    return this.#fronts?.firstActive(slot) ?? Number.POSITIVE_INFINITY;
  }

  /** A message of the lane is leased or blocked. */
  activate(lane: number, offset: number): void {
    const slot = this.#slotOf(lane);
    if (this.#active[slot] === 0) this.#lastActive[slot] = offset;
    else this.#lastActive[slot] = Math.max(this.#lastActive[slot] as number, offset);
    this.#active[slot] = (this.#active[slot] as number) + 1;
    this.#fronts?.activate(slot, offset);
    this.#again?.serve(slot);
    // Whoever was served goes to the back.
    this.#unlist(slot);
    this.#settle(slot);
  }

  deactivate(lane: number, offset: number): void {
    const slot = this.#find(lane);
    assert(slot !== NONE && (this.#active[slot] as number) > 0, 'it was active');
    this.#active[slot] = (this.#active[slot] as number) - 1;
    this.#fronts?.deactivate(slot, offset);
    this.#settle(slot);
  }

  /** fifo: a run that begins at the offset waits, given before or never; what the lane's row says of it comes after. */
  waits(lane: number, first: number, wasGiven: boolean): void {
    if (this.#fronts === undefined || lane === NO_LANE) return;
    // A lane whose last lease ended just now is forgotten before what waits of it is told: earlier ones may be among it.
    const isKnown = !wasGiven || this.has(lane);
    const slot = this.#slotOf(lane);
    this.#fronts.waits(slot, isKnown ? first : 0);
    if (wasGiven) this.#again?.serve(slot);
    else this.#again?.meet(slot, lane, first);
    if (!this.#isEmpty(slot)) this.#settle(slot);
  }

  /** What the lane's row says. */
  setWaiting(lane: number, row: LaneRow | undefined): void {
    if (row === undefined && this.#find(lane) === NONE) return;
    const slot = this.#slotOf(lane);
    const [parked, scheduled, heldAt] = row ?? NOTHING_WAITS;
    [this.#parked[slot], this.#scheduled[slot], this.#heldAt[slot]] = [parked, scheduled, heldAt];
    this.#fronts?.waitCount(slot, parked + scheduled);
    this.#settle(slot);
  }

  /** fifo: a receive has come. Not kept; nothing but the order of turns depends on it. */
  noteReceive(cursor: number, logEnd: number): void {
    this.#again?.noteReceive(cursor, logEnd);
  }

  /** fifo: a receive has found what waits of the lane behind what is leased. It would look there again each time. */
  learn(lane: number, first: number): void {
    const slot = this.#find(lane);
    if (slot === NONE || this.#fronts === undefined) return;
    this.#fronts.learn(slot, first);
    this.#settle(slot);
  }

  assertInvariants(): void {
    const turns = [...this.#line.slots(), ...(this.#again?.slots() ?? [])];
    assert(turns.length === this.turnCount, 'turns are counted');
    let size = 0;
    let listed = 0;
    for (const entry of this.#buckets) {
      if (entry === 0) continue;
      const slot = entry - 1;
      size += 1;
      assert(this.#find(this.#lanes[slot] as number) === slot, 'a lane is found');
      assert(!this.#isEmpty(slot), 'a lane without anything unresolved is forgotten');
      const isListed = this.#line.has(slot) || this.#again?.has(slot) === true;
      assert(isListed === this.#isDue(slot), 'a lane that may have its turn');
      if (isListed) listed += 1;
    }
    assert(listed === turns.length, 'only lanes that exist take turns');
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
    if (this.#heldAt[slot] !== NONE) return false;
    return this.#fronts?.isOpen(slot) ?? this.#active[slot] === 0;
  }

  #list(slot: number): void {
    if (this.#line.has(slot)) return;
    if (this.#again?.isServed(slot) === true) this.#again.add(slot);
    else this.#line.add(slot);
  }

  #unlist(slot: number): void {
    this.#line.remove(slot);
    this.#again?.remove(slot);
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
    this.#fronts?.reset(slot);
    this.#again?.begin(slot);
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
    this.#again?.end(slot, this.#lanes[slot] as number);
    this.#free.push(slot);
    this.#size -= 1;
  }

  #newSlot(): number {
    const freed = this.#free.pop();
    if (freed !== undefined) return freed;
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
    this.#line.grow(this.#capacity);
    this.#again?.grow(this.#capacity);
    this.#fronts?.grow(this.#capacity);
    this.#buckets = new Int32Array(2 * this.#capacity);
    for (let slot = 0; slot < this.#used; slot += 1) this.#place(slot);
  }
}

/** Lanes are hashes already. */
function bucketOf(lane: number, mask: number): number {
  return (lane >>> 0) & mask;
}
