// Times of numbered things, the earliest first: a binary heap that knows where each id stands, so that a deadline that
// is met or moved leaves nothing behind. Ids are small integers that their owner reuses. It has no clock.

import { assert } from '../assert.ts';

const CAPACITY_FIRST = 16;
const ABSENT = -1;

export class DeadlineQueue {
  /** The heap, as two columns: a time is never below that of its parent. */
  #times = new Float64Array(CAPACITY_FIRST);
  #ids = new Int32Array(CAPACITY_FIRST);
  /** By id: place in the heap, or ABSENT. */
  #places = new Int32Array(CAPACITY_FIRST).fill(ABSENT);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  has(id: number): boolean {
    return id < this.#places.length && this.#place(id) !== ABSENT;
  }

  /** Adds the id, or moves it to another time. */
  set(id: number, timeMs: number): void {
    assert(Number.isInteger(id) && id >= 0 && Number.isFinite(timeMs));
    this.#makeRoom(id);
    let place = this.#place(id);
    if (place === ABSENT) {
      place = this.#size;
      this.#size += 1;
    }
    this.#settle(place, id, timeMs);
  }

  delete(id: number): boolean {
    if (!this.has(id)) return false;
    const place = this.#place(id);
    this.#places[id] = ABSENT;
    this.#size -= 1;
    if (place < this.#size) this.#settle(place, this.#id(this.#size), this.#time(this.#size));
    return true;
  }

  /** The earliest time. */
  firstTime(): number | undefined {
    return this.#size === 0 ? undefined : this.#time(0);
  }

  timeOf(id: number): number | undefined {
    return this.has(id) ? this.#time(this.#place(id)) : undefined;
  }

  /** At most `limit` ids whose time is at or before `timeMs`; not always the earliest of them, and in no order. */
  due(timeMs: number, limit: number): number[] {
    const found: number[] = [];
    const pending = this.#size === 0 ? [] : [0];
    for (let place = pending.pop(); place !== undefined; place = pending.pop()) {
      if (this.#time(place) > timeMs) continue;
      if (found.length >= limit) break;
      found.push(this.#id(place));
      if (2 * place + 2 < this.#size) pending.push(2 * place + 2);
      if (2 * place + 1 < this.#size) pending.push(2 * place + 1);
    }
    return found;
  }

  assertInvariants(): void {
    let present = 0;
    for (const place of this.#places) if (place !== ABSENT) present += 1;
    assert(present === this.#size, 'every id present stands in the heap');
    for (let place = 0; place < this.#size; place += 1) {
      assert(this.#place(this.#id(place)) === place, 'an id knows its place');
      assert(place === 0 || this.#time((place - 1) >>> 1) <= this.#time(place), 'a heap');
    }
  }

  /** Puts the entry at `place`, or where it belongs above or below it. */
  #settle(start: number, id: number, timeMs: number): void {
    let place = start;
    while (place > 0) {
      const parent = (place - 1) >>> 1;
      if (this.#time(parent) <= timeMs) break;
      this.#put(place, this.#id(parent), this.#time(parent));
      place = parent;
    }
    for (;;) {
      let child = 2 * place + 1;
      if (child >= this.#size) break;
      if (child + 1 < this.#size && this.#time(child + 1) < this.#time(child)) child += 1;
      if (this.#time(child) >= timeMs) break;
      this.#put(place, this.#id(child), this.#time(child));
      place = child;
    }
    this.#put(place, id, timeMs);
  }

  #put(place: number, id: number, timeMs: number): void {
    this.#ids[place] = id;
    this.#times[place] = timeMs;
    this.#places[id] = place;
  }

  #makeRoom(id: number): void {
    if (this.#size === this.#times.length) {
      const times = new Float64Array(this.#size * 2);
      const ids = new Int32Array(this.#size * 2);
      times.set(this.#times);
      ids.set(this.#ids);
      this.#times = times;
      this.#ids = ids;
    }
    if (id < this.#places.length) return;
    const places = new Int32Array(Math.max(id + 1, this.#places.length * 2)).fill(ABSENT);
    places.set(this.#places);
    this.#places = places;
  }

  #time(place: number): number {
    return this.#times[place] as number;
  }

  #id(place: number): number {
    return this.#ids[place] as number;
  }

  #place(id: number): number {
    return this.#places[id] as number;
  }
}
