// What the share groups of a shard know of their partitions. It changes only through `applyShareWrite`, now and when
// loading. Runs that wait, dead messages and last errors stay in the store and are read there.

import { assert } from '../assert.ts';
import { DeadlineQueue } from '../collections/deadline-queue.ts';
import type { PurgeRow } from '../queue-rows.ts';
import type { KeyOf, Write } from '../rows.ts';
import { FirstWait } from './first-wait.ts';
import { LaneCache } from './lanes/lane-cache.ts';
import { LaneTable } from './lanes/lane-table.ts';
import type { LaneKind } from './lanes/scan-lanes.ts';
import { TenantLoad } from './lanes/tenant-load.ts';
import { LeaseHolders } from './lease-holders.ts';
import type { Run } from './run.ts';
import { RunTable } from './run-table.ts';
import { NEW_SHARE_PARTITION, type RunStore, SharePartition } from './share-partition.ts';

export type ShareWrite = Extract<
  Write,
  {
    readonly table:
      | 'sharePartitions'
      | 'runs'
      | 'purges'
      | 'waiting'
      | 'waitTimes'
      | 'laneParked'
      | 'dead'
      | 'lastErrors';
  }
>;

/** The tables that loading applies, in this order; one left out here is read from the store where needed. */
export const SHARE_TABLES_LOADED = ['sharePartitions', 'purges', 'runs', 'laneParked'] as const;

/** A run that something is due for, with where it lies. */
export interface DueRun {
  readonly share: SharePartition;
  readonly run: Run;
}

export class SharePartitions implements RunStore {
  readonly table = new RunTable();
  readonly leaseEnds = new DeadlineQueue();
  readonly firstWait = new FirstWait();
  readonly holders = new LeaseHolders();
  /** Those with a purge that can be undone or whose rows are not swept. */
  readonly purged = new Set<SharePartition>();
  /** Share group -> topic -> partition. A partition of which nothing was ever written has no object of its own. */
  readonly #groups = new Map<number, Map<number, Map<number, SharePartition>>>();
  /** Stands for every partition that was never written to; its key is nobody's. */
  readonly #untouched = new SharePartition([0, 0, 0], -1, this);
  /** By owner number, which a run's slot leads to; undefined where it is free. */
  readonly #owners: (SharePartition | undefined)[] = [];
  readonly #freeOwners: number[] = [];

  /** Share groups with lanes: of which kind, and who has how much in flight. */
  readonly #laneGroups = new Map<number, { readonly kind: LaneKind; readonly load: TenantLoad }>();
  /** Stand for every partition of such a group that was never written to. */
  readonly #untouchedLanes = {
    key: this.#emptyLanes('key'),
    fifo: this.#emptyLanes('fifo'),
    tenant: this.#emptyLanes('tenant'),
  };
  readonly laneCache = new LaneCache();

  /** A partition as the group sees it; of one that was never written to all is fresh. */
  at(groupId: number, topicId: number, partition: number): SharePartition {
    return this.#groups.get(groupId)?.get(topicId)?.get(partition) ?? this.#untouchedOf(groupId);
  }

  /** The share group was made, or altered. What its messages wait by never changes. [L-69] */
  setLanes(groupId: number, kind: LaneKind | undefined): void {
    const known = this.#laneGroups.get(groupId);
    assert(known === undefined || known.kind === kind, 'lanes stay as they are');
    if (kind === undefined || known !== undefined) return;
    this.#laneGroups.set(groupId, { kind, load: new TenantLoad() });
  }

  /** Every partition that a row was written for. */
  *all(): Generator<SharePartition> {
    for (const topics of this.#groups.values()) {
      for (const partitions of topics.values()) yield* partitions.values();
    }
  }

  /** At most `limit` leased runs whose deadline has passed. */
  dueLeases(nowMs: number, limit: number): DueRun[] {
    return this.leaseEnds.due(nowMs, limit).map((slot) => {
      const share = this.#owners[this.table.ownerOf(slot)];
      assert(share !== undefined, 'a run has its partition');
      return { share, run: this.table.read(slot) };
    });
  }

  /** The topic was deleted: forget it in all groups. Its rows are swept later and not applied here. */
  dropTopic(topicId: number): void {
    for (const topics of this.#groups.values()) {
      this.#drop(topics.get(topicId));
      topics.delete(topicId);
    }
  }

  /** The share group was deleted. Also called for consumer groups: then there is nothing to forget. */
  dropGroup(groupId: number): void {
    for (const partitions of this.#groups.get(groupId)?.values() ?? []) this.#drop(partitions);
    this.#groups.delete(groupId);
    this.#laneGroups.delete(groupId);
    this.holders.forget(groupId);
  }

  assertInvariants(): void {
    let runs = 0;
    const members = new Map<number, Set<string>>();
    for (const share of this.all()) {
      share.assertInvariants();
      share.lanes?.assertInvariants();
      runs += share.runs;
      const held = members.get(share.groupId) ?? new Set();
      members.set(share.groupId, held);
      for (const run of share.runsFrom(0)) if (run.state === 'leased') held.add(run.memberId);
    }
    for (const share of this.purged) assert(share.purge !== undefined);
    for (const [groupId, held] of members) assert(this.holders.count(groupId) === held.size);
    assert(runs === this.table.size, 'every run belongs to a partition');
    this.leaseEnds.assertInvariants();
  }

  /** Only for `applyShareWrite`. */
  forWriting(groupId: number, topicId: number, partition: number): SharePartition {
    const topics = childOf(this.#groups, groupId);
    const partitions = childOf(topics, topicId);
    const found = partitions.get(partition);
    if (found !== undefined) return found;
    const owner = this.#freeOwners.pop() ?? this.#owners.length;
    const group = this.#laneGroups.get(groupId);
    const lanes =
      group === undefined ? undefined : { lanes: new LaneTable(group.kind), load: group.load };
    const share = new SharePartition([groupId, topicId, partition], owner, this, lanes);
    this.#owners[owner] = share;
    partitions.set(partition, share);
    return share;
  }

  /** Only for `applyShareWrite`. */
  applyPurge(key: KeyOf<'purges'>, row: PurgeRow | undefined): void {
    const share = this.forWriting(...key);
    share.applyPurge(row);
    if (row === undefined) this.purged.delete(share);
    else this.purged.add(share);
  }

  #untouchedOf(groupId: number): SharePartition {
    const group = this.#laneGroups.get(groupId);
    return group === undefined ? this.#untouched : this.#untouchedLanes[group.kind];
  }

  #emptyLanes(kind: LaneKind): SharePartition {
    const lanes = { lanes: new LaneTable(kind), load: new TenantLoad() };
    return new SharePartition([0, 0, 0], -1, this, lanes);
  }

  #drop(partitions: Map<number, SharePartition> | undefined): void {
    for (const share of partitions?.values() ?? []) {
      this.purged.delete(share);
      share.drop();
      this.#owners[share.owner] = undefined;
      this.#freeOwners.push(share.owner);
    }
  }
}

/** The map under the key, made where it is missing. */
function childOf<V>(parent: Map<number, Map<number, V>>, key: number): Map<number, V> {
  let child = parent.get(key);
  if (child === undefined) {
    child = new Map();
    parent.set(key, child);
  }
  return child;
}

/** Members of a share group that hold leases. */
export function leaseHolders(
  { shares }: { readonly shares: SharePartitions },
  groupId: number,
): number {
  return shares.holders.count(groupId);
}

export function applyShareWrite(shares: SharePartitions, write: ShareWrite): void {
  switch (write.table) {
    case 'sharePartitions':
      shares.forWriting(...write.key).row = write.value ?? NEW_SHARE_PARTITION;
      return;
    case 'runs': {
      const [groupId, topicId, partition, first] = write.key;
      const share = shares.forWriting(groupId, topicId, partition);
      if (first >= share.purgedTo) share.applyRun(first, write.value);
      return;
    }
    case 'purges':
      shares.applyPurge(write.key, write.value);
      return;
    case 'waitTimes':
      shares.firstWait.apply(write.key[0], write.value !== undefined);
      return;
    case 'waiting': {
      const [groupId, topicId, partition, first] = write.key;
      if (write.value === undefined) return;
      shares.forWriting(groupId, topicId, partition).applyWaiting(first, write.value);
      return;
    }
    case 'laneParked': {
      const [groupId, topicId, partition, lane] = write.key;
      shares.forWriting(groupId, topicId, partition).lanes?.setWaiting(lane, write.value);
      return;
    }
    case 'dead':
    case 'lastErrors':
  }
}
