// Who waits for what: long polls of Fetch wait for partitions, long polls of Receive wait for (group, topic).
// It knows no requests: a waiter is a function that tries again and says whether it got what it wanted.

/** Tries again, synchronously. True: satisfied; the waiter is then taken off every queue it stands in. */
export type Attempt = () => boolean;

export interface Waiter {
  readonly attempt: Attempt;
  readonly queues: Set<Waiter>[];
}

const NOBODY: ReadonlySet<Waiter> = new Set();

/** Queues of waiters by a key; a queue lives while somebody stands in it. */
class WaiterQueues {
  readonly #queues = new Map<string, Set<Waiter>>();

  join(key: string, waiter: Waiter): void {
    const queue = this.#queues.get(key) ?? new Set();
    this.#queues.set(key, queue.add(waiter));
    waiter.queues.push(queue);
  }

  /** Those who wait, longest first. A waiter may leave while the queue is walked. */
  standing(key: string): ReadonlySet<Waiter> {
    const queue = this.#queues.get(key);
    if (queue?.size === 0) this.#queues.delete(key);
    return queue ?? NOBODY;
  }

  get size(): number {
    let waiters = 0;
    for (const queue of this.#queues.values()) waiters += queue.size;
    return waiters;
  }
}

function leave(waiter: Waiter): void {
  for (const queue of waiter.queues) queue.delete(waiter);
  waiter.queues.length = 0;
}

export class Waiters {
  readonly #fetches = new WaiterQueues();
  readonly #receives = new WaiterQueues();
  readonly #groupsOfTopic = new Map<number, Set<number>>();

  /** Wait for appends to any of the partitions. Returns the way out. */
  waitForAppend(
    partitions: readonly { topicId: number; partition: number }[],
    attempt: Attempt,
  ): () => void {
    const waiter: Waiter = { attempt, queues: [] };
    for (const { topicId, partition } of partitions)
      this.#fetches.join(`${topicId}/${partition}`, waiter);
    return () => leave(waiter);
  }

  /** Wait for messages of the group in any of the topics. Returns the way out. */
  waitForMessages(groupId: number, topicIds: readonly number[], attempt: Attempt): () => void {
    const waiter: Waiter = { attempt, queues: [] };
    for (const topicId of topicIds) {
      this.#receives.join(`${groupId}/${topicId}`, waiter);
      const groups = this.#groupsOfTopic.get(topicId) ?? new Set();
      this.#groupsOfTopic.set(topicId, groups.add(groupId));
    }
    return () => leave(waiter);
  }

  /** Records became durable: every reader of the partition tries, and the groups of the topic hand them out. */
  appended(topicId: number, partition: number): void {
    for (const waiter of this.#fetches.standing(`${topicId}/${partition}`)) {
      if (waiter.attempt()) leave(waiter);
    }
    for (const groupId of this.#groupsOfTopic.get(topicId) ?? []) this.ready(groupId, topicId);
  }

  /** Messages of a group became ready: members try in the order they came, until one finds nothing. */
  ready(groupId: number, topicId: number): void {
    const standing = this.#receives.standing(`${groupId}/${topicId}`);
    if (standing.size === 0) this.#groupsOfTopic.get(topicId)?.delete(groupId);
    for (const waiter of standing) {
      if (!waiter.attempt()) return;
      leave(waiter);
    }
  }

  /** How many wait, counted once a queue. */
  get size(): number {
    return this.#fetches.size + this.#receives.size;
  }
}
