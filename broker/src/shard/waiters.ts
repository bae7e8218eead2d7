// Who waits for what: long polls of Fetch wait for partitions, long polls of Receive wait for a group's topics, and
// heartbeats for news.
// It knows no requests: a waiter is a function that tries again and says whether it got what it wanted.

import { partitionKey } from '@millrace/core';
import { MemberWaiters } from './member-waiters.ts';

/** Tries again, synchronously. True: satisfied; the waiter is then taken off every queue it stands in. */
export type Attempt = () => boolean;

export interface Place {
  readonly topicId: number;
  readonly partition: number;
}

export interface GroupTopic {
  readonly groupId: number;
  readonly topicId: number;
}

/** Stands for a partition until it is taken off; an append does not satisfy it. */
export interface Watcher {
  /** Records of the partition became durable, or it is gone. Synchronous; it may neither watch nor unwatch. */
  appended(): void;
}

interface Waiter {
  readonly attempt: Attempt;
  /** Ways out of the queues it stands in. */
  readonly leave: (() => void)[];
}

/** Queues of waiters by two numbers, longest waiting first. A queue exists only while somebody stands in it. */
class WaiterQueues {
  readonly #queues = new Map<number, Map<number, Set<Waiter>>>();

  join(outer: number, inner: number, waiter: Waiter): void {
    const queues = this.#queues.get(outer) ?? new Map<number, Set<Waiter>>();
    const queue = queues.get(inner) ?? new Set<Waiter>();
    this.#queues.set(outer, queues.set(inner, queue.add(waiter)));
    waiter.leave.push(() => {
      queue.delete(waiter);
      if (queue.size === 0 && queues.get(inner) === queue) queues.delete(inner);
      if (queues.size === 0 && this.#queues.get(outer) === queues) this.#queues.delete(outer);
    });
  }

  /** A waiter may leave while the queue is walked. */
  standing(outer: number, inner: number): Iterable<Waiter> {
    return this.#queues.get(outer)?.get(inner) ?? [];
  }

  innerKeys(outer: number): Iterable<number> {
    return this.#queues.get(outer)?.keys() ?? [];
  }

  get size(): number {
    let waiters = 0;
    for (const queues of this.#queues.values()) {
      for (const queue of queues.values()) waiters += queue.size;
    }
    return waiters;
  }
}

function leaveAll(waiter: Waiter): void {
  for (const leave of waiter.leave) leave();
  waiter.leave.length = 0;
}

export class Waiters {
  /** By topic and partition. */
  readonly #fetches = new WaiterQueues();
  /** By the key of the partition. */
  readonly #watchers = new Map<number, Set<Watcher>>();
  /** By topic and share group. */
  readonly #receives = new WaiterQueues();
  readonly members = new MemberWaiters();

  /** Wait for appends to any of the partitions. Returns the way out. */
  waitForAppend(places: readonly Place[], attempt: Attempt): () => void {
    const waiter: Waiter = { attempt, leave: [] };
    for (const { topicId, partition } of places) this.#fetches.join(topicId, partition, waiter);
    return () => leaveAll(waiter);
  }

  /** From now on the watcher hears of appends to the partition. */
  watch({ topicId, partition }: Place, watcher: Watcher): void {
    const key = partitionKey(topicId, partition);
    const watchers = this.#watchers.get(key) ?? new Set();
    this.#watchers.set(key, watchers.add(watcher));
  }

  unwatch({ topicId, partition }: Place, watcher: Watcher): void {
    const key = partitionKey(topicId, partition);
    const watchers = this.#watchers.get(key);
    watchers?.delete(watcher);
    if (watchers?.size === 0) this.#watchers.delete(key);
  }

  /** How many watch, counted once a partition. */
  get watched(): number {
    let watchers = 0;
    for (const { size } of this.#watchers.values()) watchers += size;
    return watchers;
  }

  /** Wait for messages of the group in any of the topics. Returns the way out. */
  waitForMessages(groupId: number, topicIds: readonly number[], attempt: Attempt): () => void {
    const waiter: Waiter = { attempt, leave: [] };
    for (const topicId of topicIds) this.#receives.join(topicId, groupId, waiter);
    return () => leaveAll(waiter);
  }

  /** Records became durable: every reader of the partition tries. */
  appended({ topicId, partition }: Place): void {
    const watchers = this.#watchers.get(partitionKey(topicId, partition));
    if (watchers !== undefined) for (const watcher of watchers) watcher.appended();
    for (const waiter of this.#fetches.standing(topicId, partition)) {
      if (waiter.attempt()) leaveAll(waiter);
    }
  }

  /** Messages of a group became ready: members try in the order they came, until one finds nothing. */
  ready({ groupId, topicId }: GroupTopic): void {
    for (const waiter of this.#receives.standing(topicId, groupId)) {
      if (!waiter.attempt()) return;
      leaveAll(waiter);
    }
  }

  readyIn(groupId: number, topicIds: readonly number[]): void {
    for (const topicId of topicIds) this.ready({ groupId, topicId });
  }

  /** The groups that have somebody waiting for messages of the topic. */
  groupsWaitingFor(topicId: number): readonly number[] {
    return [...this.#receives.innerKeys(topicId)];
  }

  /** How many wait, counted once a queue. */
  get size(): number {
    return this.#fetches.size + this.#receives.size + this.members.size;
  }
}
