// All runs that a shard holds in memory, as numbers in large pages: 88 bytes a run, outside the heap, whatever their
// number; only lanes come on top. A run is named by its slot, which is reused once freed. It keeps no order.

import { assert } from '../assert.ts';
import { RUN_STATES, type RunRow, type RunState } from '../rows.ts';
import { NameTable } from './name-table.ts';
import type { Run } from './run.ts';

const PAGE_RUNS = 1024;
const PAGE_SHIFT = 10;

const COLUMN = {
  owner: 0,
  first: 1,
  last: 2,
  state: 3,
  deliveries: 4,
  untilMs: 5,
  token: 6,
  member: 7,
  leasedAtMs: 8,
  firstDeliveredAtMs: 9,
  firstFailedAtMs: 10,
} as const;
const COLUMNS = 11;

export class RunTable {
  readonly #pages: Float64Array[] = [];
  readonly #free: number[] = [];
  readonly #members = new NameTable();
  /** Slot -> lanes, of runs that have some. */
  readonly #lanes = new Map<number, Uint8Array>();
  #slots = 0;

  /** Runs held now. */
  get size(): number {
    return this.#slots - this.#free.length;
  }

  add(owner: number, first: number, row: RunRow): number {
    const slot = this.#free.pop() ?? this.#newSlot();
    const { page, at } = this.#locate(slot);
    page[at + COLUMN.owner] = owner;
    page[at + COLUMN.first] = first;
    page[at + COLUMN.member] = this.#members.take(row[5]);
    this.#fill(page, at, row);
    if (row[9] !== null) this.#lanes.set(slot, row[9]);
    return slot;
  }

  update(slot: number, row: RunRow): void {
    const { page, at } = this.#locate(slot);
    const before = page[at + COLUMN.member] as number;
    page[at + COLUMN.member] = this.#members.take(row[5]);
    this.#members.release(before);
    this.#fill(page, at, row);
    if (row[9] !== null) this.#lanes.set(slot, row[9]);
    else if (this.#lanes.size > 0) this.#lanes.delete(slot);
  }

  free(slot: number): void {
    const { page, at } = this.#locate(slot);
    this.#members.release(page[at + COLUMN.member] as number);
    if (this.#lanes.size > 0) this.#lanes.delete(slot);
    this.#free.push(slot);
  }

  ownerOf(slot: number): number {
    return this.#number(slot, COLUMN.owner);
  }

  firstOf(slot: number): number {
    return this.#number(slot, COLUMN.first);
  }

  lastOf(slot: number): number {
    return this.#number(slot, COLUMN.last);
  }

  /** Number of the member of the newest lease, as long as some run names it. */
  memberOf(slot: number): number {
    return this.#number(slot, COLUMN.member);
  }

  stateOf(slot: number): RunState {
    return RUN_STATES[this.#number(slot, COLUMN.state)] as RunState;
  }

  /** Lane of each message of the run; null: it has none. */
  lanesOf(slot: number): Uint8Array | null {
    return this.#lanes.get(slot) ?? null;
  }

  read(slot: number): Run {
    const { page, at } = this.#locate(slot);
    return {
      first: page[at + COLUMN.first] as number,
      last: page[at + COLUMN.last] as number,
      state: RUN_STATES[page[at + COLUMN.state] as number] as RunState,
      deliveries: page[at + COLUMN.deliveries] as number,
      untilMs: page[at + COLUMN.untilMs] as number,
      token: page[at + COLUMN.token] as number,
      memberId: this.#members.nameOf(page[at + COLUMN.member] as number),
      leasedAtMs: page[at + COLUMN.leasedAtMs] as number,
      firstDeliveredAtMs: page[at + COLUMN.firstDeliveredAtMs] as number,
      firstFailedAtMs: page[at + COLUMN.firstFailedAtMs] as number,
      lanes: this.#lanes.size === 0 ? null : (this.#lanes.get(slot) ?? null),
    };
  }

  #fill(page: Float64Array, at: number, row: RunRow): void {
    assert(RUN_STATES[row[1]] !== undefined, 'the row holds a state');
    page[at + COLUMN.last] = row[0];
    page[at + COLUMN.state] = row[1];
    page[at + COLUMN.deliveries] = row[2];
    page[at + COLUMN.untilMs] = row[3];
    page[at + COLUMN.token] = row[4];
    page[at + COLUMN.leasedAtMs] = row[6];
    page[at + COLUMN.firstDeliveredAtMs] = row[7];
    page[at + COLUMN.firstFailedAtMs] = row[8];
  }

  #newSlot(): number {
    const slot = this.#slots;
    if (slot % PAGE_RUNS === 0) this.#pages.push(new Float64Array(PAGE_RUNS * COLUMNS));
    this.#slots += 1;
    return slot;
  }

  #locate(slot: number): { readonly page: Float64Array; readonly at: number } {
    const page = this.#pages[slot >>> PAGE_SHIFT];
    assert(page !== undefined, 'the slot was given out');
    return { page, at: (slot % PAGE_RUNS) * COLUMNS };
  }

  #number(slot: number, column: number): number {
    const { page, at } = this.#locate(slot);
    return page[at + column] as number;
  }
}
