// What memory holds of one share group's view of one partition: how far it has delivered, and the runs that are ready,
// leased or blocked. It changes only through `applyShareWrite`. Runs that wait are in the store alone: see ShareRuns.

import { assert } from '../assert.ts';
import type { DeadlineQueue } from '../collections/deadline-queue.ts';
import { OrderedMap } from '../collections/ordered-map.ts';
import type { PurgeRow } from '../queue-rows.ts';
import { RUN_STATES, type RunRow, type RunState, type SharePartitionRow } from '../rows.ts';
import { BatchHints } from './batch-hints.ts';
import { laneAt } from './lanes/lane-column.ts';
import { NO_LANE } from './lanes/lane-number.ts';
import type { LaneTable } from './lanes/lane-table.ts';
import type { TenantLoad } from './lanes/tenant-load.ts';
import type { LeaseHolders } from './lease-holders.ts';
import { isWaiting, type Run } from './run.ts';
import type { RunTable } from './run-table.ts';

/** What all share partitions of a shard have in common. */
export interface RunStore {
  readonly table: RunTable;
  /** Slots of leased runs by deadline. */
  readonly leaseEnds: DeadlineQueue;
  readonly holders: LeaseHolders;
}

/** In groups with lanes: what is known of those of the partition, and of the tenants of all its partitions. */
export interface LaneState {
  readonly lanes: LaneTable;
  readonly load: TenantLoad;
}

export const NEW_SHARE_PARTITION: SharePartitionRow = [0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0];

function noMessages(): Record<RunState, number> {
  return { ready: 0, scheduled: 0, leased: 0, parked: 0, blocked: 0 };
}

export class SharePartition {
  readonly groupId: number;
  readonly topicId: number;
  readonly partition: number;
  /** As stored. */
  row: SharePartitionRow = NEW_SHARE_PARTITION;
  #purge: PurgeRow | undefined;
  readonly #store: RunStore;
  /** Number under which its runs name it. */
  readonly owner: number;
  /** First offset of each run -> its slot. */
  readonly #runs = new OrderedMap();
  readonly #ready = new OrderedMap();
  readonly #messages = noMessages();
  /** Of receives. Nothing depends on it but their speed. */
  readonly batchHints = new BatchHints();
  readonly #laneState: LaneState | undefined;

  constructor(
    key: readonly [number, number, number],
    owner: number,
    store: RunStore,
    laneState?: LaneState,
  ) {
    this.#laneState = laneState;
    [this.groupId, this.topicId, this.partition] = key;
    this.owner = owner;
    this.#store = store;
  }

  /** Undefined in groups without lanes. */
  get lanes(): LaneTable | undefined {
    return this.#laneState?.lanes;
  }

  /** Messages in flight by tenant in the whole group. */
  get load(): TenantLoad | undefined {
    return this.#laneState?.load;
  }

  get cursor(): number {
    return this.row[0];
  }

  get floor(): number {
    return this.row[1];
  }

  /** A purge that can still be undone, that is being undone, or whose rows are not swept. */
  get purge(): PurgeRow | undefined {
    return this.#purge;
  }

  /** Below this a purge took everything away: no run of what lies there is in memory. */
  get purgedTo(): number {
    return this.#purge?.toOffset ?? 0;
  }

  /** Messages come back from a purge, the last ones first: nothing is given until all of them are there. */
  get isRestoring(): boolean {
    return this.#purge?.isUndone === true;
  }

  get nextToken(): number {
    return this.row[2];
  }

  /** Messages in runs of the state. */
  count(state: RunState): number {
    if (state === 'scheduled') return this.row[6];
    return state === 'parked' ? this.row[7] : this.#messages[state];
  }

  /** Messages at the cursor or after it that were decided about already. */
  get ahead(): number {
    return this.row[10];
  }

  /** The store holds runs that memory does not. */
  get hasWaiting(): boolean {
    return this.row[6] + this.row[7] > 0;
  }

  /** Runs in memory. */
  get runs(): number {
    return this.#runs.size;
  }

  /** The first run in memory that ends at or after the offset. */
  runFrom(offset: number): Run | undefined {
    const { table } = this.#store;
    const before = this.#slotAt(this.#runs.floorKey(offset));
    if (before !== undefined && table.lastOf(before) >= offset) return table.read(before);
    const after = this.#slotAt(this.#runs.ceilingKey(offset));
    return after === undefined ? undefined : table.read(after);
  }

  /** Runs in memory that end at or after the offset, in offset order. The partition must not change meanwhile. */
  *runsFrom(offset: number): Generator<Run, undefined> {
    for (const [, slot] of this.#runs.entriesFrom(this.#runs.floorKey(offset) ?? offset)) {
      if (this.#store.table.lastOf(slot) >= offset) yield this.#store.table.read(slot);
    }
    return undefined;
  }

  /** Ready runs that end at or after the offset, in offset order. The partition must not change meanwhile. */
  *readyFrom(offset: number): Generator<Run> {
    if (this.#ready.size === 0) return;
    for (const [, slot] of this.#ready.entriesFrom(this.#ready.floorKey(offset) ?? offset)) {
      if (this.#store.table.lastOf(slot) >= offset) yield this.#store.table.read(slot);
    }
  }

  /** Some ready run ends at or after the offset. */
  hasReadyFrom(offset: number): boolean {
    return this.readyFrom(offset).next().done !== true;
  }

  /** Only for `applyShareWrite`. */
  applyRun(first: number, row: RunRow | undefined): void {
    const { table } = this.#store;
    let slot = this.#runs.get(first);
    if (slot !== undefined) this.#unlist(slot, first);
    if (row === undefined) {
      assert(slot !== undefined, 'a run that goes away was there');
      this.#runs.delete(first);
      table.free(slot);
      return;
    }
    if (slot === undefined) {
      slot = table.add(this.owner, first, row);
      this.#runs.set(first, slot);
    } else {
      table.update(slot, row);
    }
    this.#list(slot, first, row[3]);
  }

  /** Only for `applyShareWrite`. Memory holds nothing of the run; the order of lanes depends on where it is. */
  applyWaiting(first: number, row: RunRow): void {
    const column = row[9];
    if (column !== null) this.lanes?.waits(laneAt(column, 0), first, row[4] > 0);
  }

  /** Only for `applyShareWrite`. The rows of what a purge took away stay in the store; memory lets it go. [L-110] */
  applyPurge(row: PurgeRow | undefined): void {
    this.#purge = row;
    for (;;) {
      const first = this.#runs.firstKey();
      if (first === undefined || first >= this.purgedTo) return;
      this.applyRun(first, undefined);
    }
  }

  /** Only for `SharePartitions`: gives back what it holds in common with others. */
  drop(): void {
    for (const [first, slot] of this.#runs.entriesFrom(0)) {
      this.#unlist(slot, first);
      this.#store.table.free(slot);
    }
  }

  assertInvariants(): void {
    const { cursor, floor, nextToken } = this;
    assert(floor <= cursor && nextToken >= 1);
    assert(this.purgedTo <= cursor, 'what a purge took away was passed');
    assert(this.row.every((value) => Number.isSafeInteger(value) && value >= 0));
    this.#runs.assertInvariants();
    this.#ready.assertInvariants();
    const messages = noMessages();
    let end = Math.max(floor, this.purgedTo);
    let ready = 0;
    for (const [first, slot] of this.#runs.entriesFrom(0)) {
      const run = this.#store.table.read(slot);
      assert(run.first === first && run.last >= first, 'a run is where it begins');
      assert(first >= end && run.last < cursor, 'runs are disjoint and below the cursor');
      assert(run.token < nextToken && !isWaiting(run.state), 'its token was given out');
      assert(run.token > 0 || run.deliveries === 0, 'what was delivered has a token');
      assert(run.deliveries > 0 || run.state !== 'leased', 'what is leased was delivered');
      assert(run.leasedAtMs > 0 || run.state !== 'leased', 'what is leased has a receipt');
      assert(run.deliveries > 0 === run.firstDeliveredAtMs > 0, 'delivered when delivered');
      this.#assertListed(slot, run);
      messages[run.state] += run.last - first + 1;
      if (run.state === 'ready') ready += 1;
      end = run.last + 1;
    }
    assert(ready === this.#ready.size, 'only ready runs are in the index of ready runs');
    for (const state of RUN_STATES) {
      assert(this.count(state) >= 0);
      assert(messages[state] === this.#messages[state], `${state} messages are counted`);
    }
  }

  #slotAt(first: number | undefined): number | undefined {
    return first === undefined ? undefined : this.#runs.get(first);
  }

  #assertListed(slot: number, run: Run): void {
    const { table, leaseEnds } = this.#store;
    assert(table.ownerOf(slot) === this.owner);
    assert((this.#ready.get(run.first) === slot) === (run.state === 'ready'));
    assert(leaseEnds.timeOf(slot) === (run.state === 'leased' ? run.untilMs : undefined));
    assert(run.state === 'leased' || run.untilMs === 0);
  }

  #list(slot: number, first: number, untilMs: number): void {
    const { table, leaseEnds, holders } = this.#store;
    const state = table.stateOf(slot);
    assert(!isWaiting(state), 'memory does not hold what waits');
    this.#messages[state] += table.lastOf(slot) - first + 1;
    if (state === 'ready') this.#ready.set(first, slot);
    else if (state === 'leased') {
      leaseEnds.set(slot, untilMs);
      holders.add(this.groupId, table.memberOf(slot));
    }
    if (this.#laneState !== undefined) countLanes(this.#laneState, table, slot, 1);
  }

  #unlist(slot: number, first: number): void {
    const { table, leaseEnds, holders } = this.#store;
    const state = table.stateOf(slot);
    this.#messages[state] -= table.lastOf(slot) - first + 1;
    if (state === 'ready') this.#ready.delete(first);
    else if (state === 'leased') {
      leaseEnds.delete(slot);
      holders.remove(this.groupId, table.memberOf(slot));
    }
    if (this.#laneState !== undefined) countLanes(this.#laneState, table, slot, -1);
  }
}

/** A run of this state begins or ends: a leased or blocked message holds its key, a leased one counts for its tenant. */
function countLanes({ lanes, load }: LaneState, table: RunTable, slot: number, by: 1 | -1): void {
  const column = table.lanesOf(slot);
  const state = table.stateOf(slot);
  const isTenant = lanes.kind === 'tenant';
  if (column === null || (state !== 'leased' && (isTenant || state !== 'blocked'))) return;
  const first = table.firstOf(slot);
  const messages = table.lastOf(slot) - first + 1;
  for (let i = 0; i < messages; i += 1) {
    const lane = laneAt(column, i);
    if (isTenant) load.add(lane, by);
    if (lane === NO_LANE) continue;
    if (by === 1) lanes.activate(lane, first + i);
    else lanes.deactivate(lane, first + i);
  }
}
