// The partitions that a client asks for again and again: each stands with the waiters until it is forgotten, and only
// those that something was appended to are looked at. It answers nobody: the handler does.

import { partitionKey } from '@millrace/core';
import { batchHeader, LIMITS, MillraceError } from '@millrace/protocol';
import type { TopicRefusals } from '../access/topic-refusals.ts';
import type { Shard } from '../shard/shard.ts';
import type { Place, Watcher } from '../shard/waiters.ts';
import { type Answer, type Asked, FetchReply, isRefused } from './fetch-reply.ts';

/** How many partitions all sessions keep. */
export interface SessionLoad {
  partitions: number;
}

export interface SessionLook {
  readonly reply: FetchReply;
  readonly answers: ReadonlyMap<SessionPartition, Answer>;
}

class SessionPartition implements Watcher, Asked {
  readonly topicId: number;
  readonly partition: number;
  offset: number;
  maxBytes: number;
  readonly #session: FetchSession;

  constructor(session: FetchSession, { topicId, partition, offset, maxBytes }: Asked) {
    this.#session = session;
    this.topicId = topicId;
    this.partition = partition;
    this.offset = offset;
    this.maxBytes = maxBytes;
  }

  appended(): void {
    this.#session.touch(this);
  }
}

export class FetchSession {
  readonly #shard: Shard;
  readonly #load: SessionLoad;
  readonly #partitions = new Map<number, SessionPartition>();
  /** What may have something to give. Those that gave something last stand at the end, so that all get their turn. */
  readonly #dirty = new Set<SessionPartition>();
  /** Asked for by name in the request that is being answered: each gets an answer. */
  #named: ReadonlySet<SessionPartition> = new Set();
  #attempt: (() => boolean) | undefined;
  #isWoken = false;
  #isClosed = false;
  /** Ends when the fetch before has been answered. */
  #turn: Promise<unknown> = Promise.resolve();
  #queued = 0;

  constructor(shard: Shard, load: SessionLoad) {
    this.#shard = shard;
    this.#load = load;
  }

  get size(): number {
    return this.#partitions.size;
  }

  /** One fetch after the other, in the order they came: one that waits is answered when the next one is there. [G-75] */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    this.#queued += 1;
    this.#attempt?.();
    const mine = this.#turn.then(() => {
      this.#queued -= 1;
      return work();
    });
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  /** The next fetch is there already. */
  get isAwaited(): boolean {
    return this.#queued > 0;
  }

  /** @throws MillraceError CANCELLED: another session has taken its place. */
  assertOpen(): void {
    if (this.#isClosed) throw new MillraceError('CANCELLED', 'The fetch session was begun anew.');
  }

  /** How many partitions it would keep. Costs what is named, not what is kept. */
  sizeAfter(partitions: readonly Place[], forgotten: readonly Place[]): number {
    const gone = new Set<number>();
    for (const { topicId, partition } of forgotten) {
      const key = partitionKey(topicId, partition);
      if (this.#partitions.has(key)) gone.add(key);
    }
    const added = new Set<number>();
    for (const { topicId, partition } of partitions) {
      const key = partitionKey(topicId, partition);
      if (!gone.delete(key) && !this.#partitions.has(key)) added.add(key);
    }
    return this.size - gone.size + added.size;
  }

  change(partitions: readonly Asked[], forgotten: readonly Place[]): void {
    for (const { topicId, partition } of forgotten) {
      const known = this.#partitions.get(partitionKey(topicId, partition));
      if (known !== undefined) this.#forget(known);
    }
    this.#named = new Set(partitions.map((asked) => this.#ask(asked)));
  }

  /** What there is now, of the partitions that may have something. Throws CANCELLED once closed. */
  look(bytesMax: number, refusals?: TopicRefusals): SessionLook {
    this.assertOpen();
    const reply = new FetchReply(this.#shard, bytesMax, refusals);
    const answers = new Map<SessionPartition, Answer>();
    let placesLeft = LIMITS.fetchPartitionsMax - this.#named.size;
    for (const asked of this.#dirty) {
      if (placesLeft === 0 && !this.#named.has(asked)) continue;
      const answer = reply.read(asked);
      if (isRefused(answer) || answer.batches.length > 0) {
        answers.set(asked, answer);
        if (!this.#named.has(asked)) placesLeft -= 1;
      } else if (!reply.isFull) this.#dirty.delete(asked);
      // What did not fit comes first the next time. To look at the others would read a batch of each for nothing: of a
      // thousand partitions, 40 ms a reply.
      if (reply.isFull) break;
    }
    return { reply, answers };
  }

  /** Called when something was appended to a partition that is kept; the attempt is of the fetch that waits. */
  wait(attempt: () => boolean): () => void {
    this.#attempt = attempt;
    return () => {
      this.#attempt = undefined;
    };
  }

  /** The answers of a look, and of what was named and had nothing: whoever names a partition learns where it ends. */
  answersOf({ reply, answers }: SessionLook): ReadonlyMap<SessionPartition, Answer> {
    const all = new Map(answers);
    for (const asked of this.#named) {
      if (!all.has(asked)) all.set(asked, reply.readEnds(asked));
    }
    return all;
  }

  /** These answers are sent: the session goes on after them. */
  sent(answers: ReadonlyMap<SessionPartition, Answer>): void {
    for (const [asked, answer] of answers) {
      const last = answer.batches.at(-1);
      if (isRefused(answer)) this.#forget(asked);
      if (last === undefined) continue;
      const { baseOffset, lastOffsetDelta } = batchHeader(last);
      asked.offset = baseOffset + lastOffsetDelta + 1;
      // More may have come meanwhile: the next look finds out.
      this.#dirty.delete(asked);
      this.#dirty.add(asked);
    }
  }

  touch(asked: SessionPartition): void {
    this.#dirty.add(asked);
    if (this.#attempt === undefined || this.#isWoken) return;
    this.#isWoken = true;
    // Once for all partitions that a commit appended to.
    queueMicrotask(() => {
      this.#isWoken = false;
      this.#attempt?.();
    });
  }

  /** Nothing of it stays behind; a fetch that waits ends with CANCELLED. */
  close(): void {
    this.#isClosed = true;
    for (const asked of this.#partitions.values()) this.#forget(asked);
    this.#attempt?.();
  }

  #ask(asked: Asked): SessionPartition {
    const key = partitionKey(asked.topicId, asked.partition);
    const known = this.#partitions.get(key);
    if (known === undefined) {
      const added = new SessionPartition(this, asked);
      this.#partitions.set(key, added);
      this.#load.partitions += 1;
      this.#shard.waiters.watch(added, added);
      this.#dirty.add(added);
      return added;
    }
    known.offset = asked.offset;
    known.maxBytes = asked.maxBytes;
    this.#dirty.add(known);
    return known;
  }

  #forget(asked: SessionPartition): void {
    const isKept = this.#partitions.delete(partitionKey(asked.topicId, asked.partition));
    if (!isKept) return;
    this.#load.partitions -= 1;
    this.#dirty.delete(asked);
    this.#shard.waiters.unwatch(asked, asked);
  }
}
