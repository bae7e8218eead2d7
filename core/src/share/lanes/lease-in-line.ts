// A receive in a group with ordering `fifo`: keys stand in a line, and from the one in front as many messages are given as
// fit, then from the next; a key that was given from goes to the back. Who has waited longer, a key that is parked or one
// whose messages are fresh, is told by where in the log each began to wait.

import { assert } from '../../assert.ts';
import type { Lease } from '../decide-receive.ts';
import type { LeasingReady } from '../lease-ready.ts';
import { takeFresh } from '../take-fresh.ts';
import type { Stretch } from '../take-stretches.ts';
import { Allotment, FreshLanes } from './fresh-lanes.ts';
import { FreshWindow } from './fresh-window.ts';
import type { LaneCache } from './lane-cache.ts';
import { laneAt } from './lane-column.ts';
import type { LaneDraft } from './lane-draft.ts';
import { type LaneInLine, type Standing, standsBefore } from './lane-line.ts';
import { NO_LANE } from './lane-number.ts';
import { ParkedLanes } from './parked-lanes.ts';
import { LoadAhead, TenantLoad } from './tenant-load.ts';

/** Fresh messages looked at for each that may be given, and at least and at most so many. */
const LOOK_EACH = 4;
const LOOK_MIN = 64;
const LOOK_MAX = 2_000;

/** True: there may be more to give than this decision had time to look at. */
export function leaseInLine(leasing: LeasingReady, lanes: LaneDraft, cache: LaneCache): boolean {
  return new LeaseInLine(leasing, lanes, cache).give();
}

class LeaseInLine {
  readonly #leasing: LeasingReady;
  readonly #lanes: LaneDraft;
  readonly #parked: ParkedLanes;
  readonly #fresh: FreshLanes;
  readonly #allotment = new Allotment();
  /** Lane -> its place in the reply. */
  readonly #ranks = new Map<number, number>();
  readonly #rankOf = new Map<Lease, number>();
  readonly #again: Generator<LaneInLine, undefined>;
  #nextAgain: IteratorResult<LaneInLine, undefined> | undefined;
  #window: FreshWindow | undefined;

  constructor(leasing: LeasingReady, lanes: LaneDraft, cache: LaneCache) {
    const { key } = leasing.ending.scope;
    this.#leasing = leasing;
    this.#lanes = lanes;
    this.#again = lanes.table.line('again');
    this.#parked = new ParkedLanes(leasing, lanes);
    const load = new LoadAhead(new TenantLoad());
    const leftOf = (lane: number) => this.#parked.leftOf(lane);
    this.#fresh = new FreshLanes({ key, cache, lanes, load, leftOf });
  }

  give(): boolean {
    const { scan, budget, ending, leases } = this.#leasing;
    const { table } = this.#lanes;
    table.noteReceive(ending.draft.cursor, ending.scope.log.durableEnd);
    for (const { lane, standing } of table.line('first')) {
      this.#takeAgain(standing);
      if (this.#isOver()) break;
      this.#takeKey(lane);
    }
    if (!this.#isOver()) this.#takeFreshKeys();
    this.#takeAgain();
    const more = this.#takeFresh();
    this.#parked.finish();
    leases.sort((a, b) => this.#placeOf(a) - this.#placeOf(b));
    for (const [lane, first] of this.#parked.behind) table.learn(lane, first);
    return more || (scan.left <= 0 && !budget.isSpent);
  }

  /** Messages that can still be given. */
  #left(): number {
    const { budget } = this.#leasing;
    return budget.isSpent ? 0 : budget.messagesLeft - this.#allotment.left;
  }

  #isOver(): boolean {
    return this.#left() <= 0 || this.#leasing.scan.left <= 0;
  }

  #takeFreshKeys(): void {
    for (const { lane, standing } of this.#freshLine()) {
      if (this.#takeAgain(standing) > 0) this.#fresh.isSplit = true;
      if (this.#isOver()) return;
      this.#allot(lane);
    }
  }

  /** Keys that were given from before and have waited longer than the next one, or all of them. Gives how many. */
  #takeAgain(next?: Standing): number {
    let taken = 0;
    while (!this.#isOver()) {
      this.#nextAgain ??= this.#again.next();
      const { done, value } = this.#nextAgain;
      if (done === true || (next !== undefined && !standsBefore(value.standing, next))) break;
      this.#nextAgain = undefined;
      this.#takeKey(value.lane);
      taken += 1;
    }
    return taken;
  }

  /** Keys of which nothing but fresh messages is known, in the order of the line. */
  #freshLine(): LaneInLine[] {
    const { table } = this.#lanes;
    const keys = [...this.#look().keys.values()].filter(({ lane }) => !this.#lanes.knows(lane));
    const line = keys.map(({ lane, first }) => ({
      lane,
      standing: table.freshStanding(lane, first),
    }));
    const isInOrder = line.every(({ standing }, i) => {
      const before = line[i - 1]?.standing;
      return before === undefined || standsBefore(before, standing);
    });
    if (isInOrder) return line;
    this.#fresh.isSplit = true;
    return line.toSorted((a, b) => (standsBefore(a.standing, b.standing) ? -1 : 1));
  }

  /** What is parked of it, then what is fresh. */
  #takeKey(lane: number): void {
    const { leases } = this.#leasing;
    const from = leases.length;
    this.#parked.take(lane, this.#left());
    for (const lease of leases.slice(from)) this.#rankOf.set(lease, this.#rank(lane));
    if (this.#isOver() || this.#parked.leftOf(lane) > 0) return;
    if (this.#look(lane).keys.has(lane)) this.#fresh.isSplit = true;
    this.#allot(lane);
  }

  #allot(lane: number): void {
    const key = this.#look().keys.get(lane);
    if (key === undefined) return;
    const messages = Math.min(key.count, this.#left());
    this.#rank(lane);
    this.#allotment.add(lane, messages);
    key.count -= messages;
  }

  /** `asked`: the key whose turn it is, where it has others than fresh ones too. */
  #look(asked?: number): FreshWindow {
    const needed = this.#left();
    this.#window ??= new FreshWindow(this.#leasing, this.#fresh, {
      messagesMax: Math.min(Math.max(LOOK_EACH * needed, LOOK_MIN), LOOK_MAX),
      needed,
      isHeld: (lane) => this.#isHeld(lane),
      hasTurn: (lane, first, isFront) =>
        asked === undefined ? isFront && this.#isFirst(lane, first) : lane === asked,
    });
    return this.#window;
  }

  /** Something of the key is leased or blocked, or waits for its time. */
  #isHeld(lane: number): boolean {
    if (lane === NO_LANE) return false;
    return this.#lanes.table.activeOf(lane) > 0 || this.#lanes.rowOf(lane)[1] > 0;
  }

  /** Of the first fresh key: nobody else has waited longer. */
  #isFirst(lane: number, first: number): boolean {
    if (this.#lanes.knows(lane)) return false;
    const standing = this.#lanes.table.freshStanding(lane, first);
    if (standing.ticket !== first) return false;
    this.#nextAgain ??= this.#again.next();
    const { done, value } = this.#nextAgain;
    return done === true || !standsBefore(value.standing, standing);
  }

  /** Where there is room for all that was seen, and more, it is given as it comes. */
  #takeFresh(): boolean {
    const { budget } = this.#leasing;
    if (budget.isSpent) return false;
    const window = this.#window;
    const isFull = this.#left() <= 0;
    if (isFull) this.#fresh.allotted = this.#allotment;
    if (window?.isMixed === true || (!isFull && window?.reachesEnd !== true)) {
      this.#fresh.isSplit = true;
    }
    const lease = (stretch: Stretch) => this.#lease(stretch);
    return takeFresh({ ...this.#leasing, lease, freshLanes: this.#fresh }) && !isFull;
  }

  #lease({ first, last, batches: sent }: Stretch): void {
    const { batches, leases } = this.#leasing;
    const column = this.#fresh.column(batches, first, last);
    const from = leases.length;
    this.#leasing.lease({ first, last, batches: sent, lanes: column });
    const rank = this.#rank(laneAt(column, 0));
    for (const lease of leases.slice(from)) this.#rankOf.set(lease, rank);
  }

  /** The first time that a key is met says where it stands. */
  #rank(lane: number): number {
    const known = this.#ranks.get(lane);
    if (known !== undefined) return known;
    const rank = this.#ranks.size;
    this.#ranks.set(lane, rank);
    return rank;
  }

  #placeOf(lease: Lease): number {
    const rank = this.#rankOf.get(lease);
    assert(rank !== undefined, 'each lease is of a key');
    return rank;
  }
}
