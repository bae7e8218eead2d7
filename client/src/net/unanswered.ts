// The calls of a connection that have no reply yet, by their correlation ids. Not a Map, for what `bag.ts` says of tables: a dead
// table of dead calls kept their replies, and every quick collection of a worker copied them all.

import type { Call } from './call.ts';

const CORRELATION_ID_MAX = 0xffff_ffff;
const FIRST_SLOTS = 64;

export class Unanswered {
  /** As many as a power of two, half of them free; a call lies where the low bits of its id say. */
  private slots = emptySlots(FIRST_SLOTS);
  private count = 0;
  private nextId: number;

  /** `firstId`: for tests of what comes after four thousand million calls. */
  constructor(firstId = 1) {
    this.nextId = firstId;
  }

  get size(): number {
    return this.count;
  }

  /** A correlation id that no call here has, from 1 on, nor has had for long. */
  takeId(): number {
    while (this.slots[this.slotOf(this.nextId)] !== undefined) this.advance();
    const id = this.nextId;
    this.advance();
    return id;
  }

  /** Of the id that was taken last. */
  add(call: Call): void {
    this.slots[this.slotOf(call.correlationId)] = call;
    this.count += 1;
    if (this.count * 2 > this.slots.length) this.grow();
  }

  /** The call of the id, which is answered now. */
  take(id: number): Call | undefined {
    const slot = this.slotOf(id);
    const call = this.slots[slot];
    if (call?.correlationId !== id) return undefined;
    this.slots[slot] = undefined;
    this.count -= 1;
    return call;
  }

  /** In the order in which their ids were taken. */
  all(): Call[] {
    const age = ({ correlationId }: Call) => (this.nextId - correlationId) >>> 0;
    return this.present().toSorted((a, b) => age(b) - age(a));
  }

  clear(): void {
    this.slots = emptySlots(FIRST_SLOTS);
    this.count = 0;
  }

  private present(): Call[] {
    return this.slots.filter((call) => call !== undefined);
  }

  private slotOf(id: number): number {
    return id & (this.slots.length - 1);
  }

  private advance(): void {
    this.nextId = this.nextId === CORRELATION_ID_MAX ? 1 : this.nextId + 1;
  }

  /** Ids that differ in their low bits do so in more of them. */
  private grow(): void {
    const calls = this.present();
    this.slots = emptySlots(2 * this.slots.length);
    for (const call of calls) this.slots[this.slotOf(call.correlationId)] = call;
  }
}

function emptySlots(length: number): (Call | undefined)[] {
  return Array.from({ length }, () => undefined);
}
