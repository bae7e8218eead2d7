// With ordering as FIFO queues have it: the lanes that were given from stand apart, each behind what was in the log when it
// went to the back. Some went there with nothing but fresh messages: those are remembered until the cursor has passed them,
// or too many have come since. Nothing here is kept over a restart, and nothing but the order of lanes depends on it.

import { TurnList } from './turn-list.ts';
import { widened } from './widened.ts';

/** Where a lane stands: before those with a larger ticket, and, of one ticket, with a larger turn. */
export interface Standing {
  /** Offset of what it waits with, or the end of the log when it went to the back. */
  readonly ticket: number;
  readonly turn: number;
}

export interface LaneInLine {
  readonly lane: number;
  readonly standing: Standing;
}

export function standsBefore(a: Standing, b: Standing): boolean {
  return a.ticket < b.ticket || (a.ticket === b.ticket && a.turn < b.turn);
}

/** Lanes remembered that have nothing but fresh messages. */
const REMEMBERED_MAX = 16_384;
/** A lane that comes in later than those behind it steps past at most so many. */
const STEPS_MAX = 64;

export class LaneLine {
  readonly #list: TurnList;
  /** It was given from since it was last empty. */
  #served: Uint8Array;
  /** It has its place already. */
  #placed: Uint8Array;
  #ticket: Float64Array;
  #turn: Float64Array;
  readonly #remembered = new Map<number, Standing>();
  /** The end of the log when a receive last came. */
  #logEnd = 0;
  #turns = 0;

  constructor(capacity: number) {
    this.#list = new TurnList(capacity);
    this.#served = new Uint8Array(capacity);
    this.#placed = new Uint8Array(capacity);
    this.#ticket = new Float64Array(capacity);
    this.#turn = new Float64Array(capacity);
  }

  get size(): number {
    return this.#list.size;
  }

  slots(): Generator<number> {
    return this.#list.slots();
  }

  has(slot: number): boolean {
    return this.#list.has(slot);
  }

  isServed(slot: number): boolean {
    return this.#served[slot] === 1;
  }

  standingOf(slot: number): Standing {
    return { ticket: this.#ticket[slot] as number, turn: this.#turn[slot] as number };
  }

  /** Of a lane of which nothing but fresh messages is known, the first at the offset. */
  freshStanding(lane: number, first: number): Standing {
    const known = this.#remembered.get(lane);
    if (known !== undefined && known.ticket > first) return known;
    return { ticket: first, turn: Number.POSITIVE_INFINITY };
  }

  /** A receive has come. */
  noteReceive(cursor: number, logEnd: number): void {
    // The table of a partition is made by its first receive: what went to the back since stands behind all there is.
    const early = this.#logEnd === 0 ? this.#list.slots() : [];
    for (const slot of early) this.#ticket[slot] = logEnd;
    this.#logEnd = Math.max(this.#logEnd, logEnd);
    for (const [lane, { ticket }] of this.#remembered) {
      if (ticket > cursor && this.#remembered.size <= REMEMBERED_MAX) return;
      this.#remembered.delete(lane);
    }
  }

  /** The slot is another lane's now. */
  begin(slot: number): void {
    this.#served[slot] = 0;
    this.#placed[slot] = 0;
    this.#ticket[slot] = 0;
    this.#turn[slot] = 0;
  }

  /** Nothing of the lane is known any more. */
  end(slot: number, lane: number): void {
    if (this.#served[slot] === 0) return;
    this.#remembered.delete(lane);
    this.#remembered.set(lane, this.#atTheBack());
  }

  /** Something of the lane is given, or was before. */
  serve(slot: number): void {
    this.#served[slot] = 1;
    this.#placed[slot] = 0;
  }

  /** Messages that were never given begin to wait. */
  meet(slot: number, lane: number, first: number): void {
    if (this.#served[slot] === 1 || this.#turn[slot] !== 0) return;
    const { ticket, turn } = this.freshStanding(lane, first);
    this.#ticket[slot] = ticket;
    this.#turn[slot] = turn;
    if (turn === Number.POSITIVE_INFINITY) return;
    this.#served[slot] = 1;
    this.#placed[slot] = 1;
  }

  add(slot: number): void {
    if (this.#list.has(slot)) return;
    if (this.#placed[slot] === 0) {
      const { ticket, turn } = this.#atTheBack();
      this.#ticket[slot] = ticket;
      this.#turn[slot] = turn;
    }
    this.#placed[slot] = 0;
    const own = this.standingOf(slot);
    this.#list.add(slot, (other) => standsBefore(own, this.standingOf(other)), STEPS_MAX);
  }

  remove(slot: number): void {
    this.#list.remove(slot);
  }

  grow(capacity: number): void {
    this.#list.grow(capacity);
    this.#served = widened(this.#served, capacity);
    this.#placed = widened(this.#placed, capacity);
    this.#ticket = widened(this.#ticket, capacity);
    this.#turn = widened(this.#turn, capacity);
  }

  #atTheBack(): Standing {
    this.#turns += 1;
    return { ticket: this.#logEnd, turn: this.#turns };
  }
}
