// Gives parked messages in groups with lanes. Keys whose turn it is share a half of each receive, and what fresh
// messages leave of it; those just served go to the back. Tenants: quiet ones before all that is fresh, noisy ones
// after it, whoever has the fewest in flight first.

import type { LeasingReady } from '../lease-ready.ts';
import type { LaneDraft } from './lane-draft.ts';
import { ParkedLanes } from './parked-lanes.ts';
import type { LoadAhead } from './tenant-load.ts';

/** With fewer keys to take turns others are looked for, however many messages have to be parked on the way. */
const MANY_KEYS = 64;

export class LeaseInTurn {
  readonly #leasing: LeasingReady;
  readonly #lanes: LaneDraft;
  readonly #load: LoadAhead;
  readonly #parked: ParkedLanes;
  /** Lanes asked so far, in the order of their turns. */
  readonly #asked: number[] = [];
  readonly #turns: Iterator<number, unknown>;

  constructor(leasing: LeasingReady, lanes: LaneDraft, load: LoadAhead) {
    this.#leasing = leasing;
    this.#lanes = lanes;
    this.#load = load;
    this.#parked = new ParkedLanes(leasing, lanes);
    this.#turns = lanes.table.turns()[Symbol.iterator]();
  }

  /** Parked messages of the lane that were not taken. */
  leftOf(lane: number): number {
    return this.#parked.leftOf(lane);
  }

  /** Keys that were not asked yet can give all that is left of the receive, and they are not few. */
  get canFill(): boolean {
    const { table } = this.#lanes;
    const keys = table.kind === 'key' ? table.turnCount - this.#asked.length : 0;
    return keys >= Math.max(this.#leasing.budget.messagesLeft, MANY_KEYS);
  }

  /** What comes before fresh messages. */
  beforeFresh(hasFresh: boolean): void {
    const { budget, ending } = this.#leasing;
    if (this.#lanes.table.kind === 'tenant') {
      this.#takeQuiet();
      return;
    }
    // Receives of one message take turns by the token that comes next.
    const odd = ending.draft.nextToken % 2;
    const half = Math.floor((budget.messagesLeft + odd) / 2);
    this.#takeRound(hasFresh ? half : budget.messagesLeft);
  }

  /** What comes after them. Everything taken is leased. True: there may be more to give. */
  afterFresh(): boolean {
    if (this.#lanes.table.kind === 'tenant') this.#takeNoisy();
    else this.#takeRest();
    this.#parked.finish();
    return this.#leasing.scan.left <= 0 && !this.#leasing.budget.isSpent;
  }

  /** Each lane in its turn, the same part of what is to be given for each. [L-62] */
  #takeRound(messagesMax: number): void {
    const part = Math.max(1, Math.ceil(messagesMax / Math.max(this.#lanes.table.turnCount, 1)));
    for (let left = messagesMax; left > 0 && !this.#isOver(); ) {
      const lane = this.#nextTurn();
      if (lane === undefined) return;
      left -= this.#parked.take(lane, Math.min(part, left));
    }
  }

  /** Lanes that were not asked yet, then again those that were. */
  #takeRest(): void {
    this.#takeRound(this.#leasing.budget.messagesLeft);
    for (const lane of this.#asked) {
      if (this.#isOver()) return;
      if (this.leftOf(lane) > 0) this.#parked.take(lane, this.#leasing.budget.messagesLeft);
    }
  }

  #takeQuiet(): void {
    const { table } = this.#lanes;
    while (!this.#isOver()) {
      const lane = this.#nextTurn();
      if (lane === undefined) return;
      const part = Math.ceil(this.#leasing.budget.messagesLeft / table.turnCount);
      const messages = this.#load.quietRoom(lane, part);
      if (messages > 0) this.#takeOf(lane, messages);
    }
  }

  /** [L-72] */
  #takeNoisy(): void {
    // Whose turn it would be is asked of each that waits: not where nothing can be given any more.
    if (this.#isOver()) return;
    const waiting = new Set([...this.#asked].filter((lane) => this.leftOf(lane) > 0));
    for (let lane = this.#nextTurn(); lane !== undefined; lane = this.#nextTurn()) {
      waiting.add(lane);
    }
    while (waiting.size > 0 && !this.#isOver()) {
      const allotted = this.#allot(waiting);
      if (allotted.size === 0) return;
      for (const [lane, messages] of allotted) {
        if (this.#takeOf(lane, messages) < messages) waiting.delete(lane);
      }
    }
  }

  /** How the rest of the receive is shared: message by message, to whoever has the fewest in flight by then. */
  #allot(waiting: ReadonlySet<number>): Map<number, number> {
    const allotted = new Map<number, number>();
    for (let left = this.#leasing.budget.messagesLeft; left > 0; left -= 1) {
      let fewest: number | undefined;
      let inFlight = Number.POSITIVE_INFINITY;
      for (const lane of waiting) {
        const has = allotted.get(lane) ?? 0;
        if (has >= this.leftOf(lane) || this.#load.of(lane) + has >= inFlight) continue;
        fewest = lane;
        inFlight = this.#load.of(lane) + has;
      }
      if (fewest === undefined) break;
      allotted.set(fewest, (allotted.get(fewest) ?? 0) + 1);
    }
    return allotted;
  }

  #takeOf(lane: number, messagesMax: number): number {
    const taken = this.#parked.take(lane, messagesMax);
    this.#load.add(lane, taken);
    return taken;
  }

  #nextTurn(): number | undefined {
    const { done, value } = this.#turns.next();
    if (done === true) return undefined;
    this.#asked.push(value);
    return value;
  }

  #isOver(): boolean {
    return this.#leasing.budget.isSpent || this.#leasing.scan.left <= 0;
  }
}
