// Hands out chunks: partition after partition, one chunk of a partition at a time. Everybody who waits here hears of
// the end, and of what makes going on impossible.

import { MillraceError } from '@millrace/protocol';
import { Fifo } from '../fifo.ts';
import { Bell } from '../wait.ts';
import { Chunk, type ChunkRules } from './chunk.ts';
import type { Claim } from './claim.ts';

/** The event loop gets its turn after this long, ms: handlers may never wait for anything else. */
const TURN_MS = 5;

export class Delivery<V> {
  private readonly rules: ChunkRules<V>;
  /** Told when a partition may be fetched again. */
  private readonly onTaken: (claim: Claim<V>) => void;
  private readonly ready = new Fifo<Claim<V>>();
  private readonly queued = new Set<Claim<V>>();
  private readonly news = new Bell();
  private onNews: (() => void) | undefined;
  private turnEndsAt = 0;
  private error: Error | undefined;
  isClosed = false;

  constructor(rules: ChunkRules<V>, onTaken: (claim: Claim<V>) => void) {
    this.rules = rules;
    this.onTaken = onTaken;
  }

  /** The partition may have something to hand out. */
  offer(claim: Claim<V>): void {
    if (this.queued.has(claim) || !isAvailable(claim)) return;
    this.queued.add(claim);
    this.ready.push(claim);
    this.nudge();
  }

  /** The next chunk, at most `max` messages. Throws what made going on impossible. */
  take(max: number): Chunk<V> | undefined {
    for (;;) {
      const claim = this.hold();
      if (claim === undefined) return undefined;
      const taken = this.takeFrom(claim, max);
      if (taken !== undefined) return new Chunk(claim, taken, this.rules);
    }
  }

  /** The next partition with something to hand out, for who takes from it by `takeFrom`. Throws as `take` does. */
  hold(): Claim<V> | undefined {
    if (this.error !== undefined) throw this.error;
    while (!this.isClosed) {
      const claim = this.ready.shift();
      if (claim === undefined) return undefined;
      this.queued.delete(claim);
      if (isAvailable(claim)) return claim;
    }
    return undefined;
  }

  /** Others wait for their turn. */
  get hasReady(): boolean {
    return this.ready.length > 0;
  }

  /** Calls back whenever something has changed, until the function returned is called. One listener at a time. */
  listen(onNews: () => void): () => void {
    this.onNews = onNews;
    return () => {
      this.onNews = undefined;
    };
  }

  /** The chunk is done with, or given back. */
  release(chunk: Chunk<V>): void {
    chunk.release();
    this.offer(chunk.claim);
  }

  /** Waits for news, or for the event loop's turn where it is due. */
  async wait(): Promise<void> {
    if (this.isClosed || this.error !== undefined || this.ready.length > 0) await this.turn();
    else await this.news.wait();
  }

  /** Something has changed for who has partitions in hand. */
  nudge(): void {
    this.news.ring();
    this.onNews?.();
  }

  /** Lets the event loop have its turn when it is due. */
  async turn(): Promise<void> {
    const now = performance.now();
    if (now < this.turnEndsAt) return;
    await new Promise((resolve) => setImmediate(resolve));
    this.turnEndsAt = performance.now() + TURN_MS;
  }

  close(): void {
    this.isClosed = true;
    this.nudge();
  }

  fail(error: Error): void {
    this.error ??= error;
    this.nudge();
  }

  /** Records of a partition in hand. Throws CORRUPT_BATCH. */
  takeFrom(claim: Claim<V>, max: number): ReturnType<Claim<V>['take']> {
    try {
      const taken = claim.take(max);
      this.onTaken(claim);
      return taken;
    } catch (cause) {
      const { topic, partition } = claim;
      const text = `${topic}/${partition}: ${(cause as Error).message}`;
      const code = cause instanceof MillraceError ? cause.code : 'CORRUPT_BATCH';
      const error = new MillraceError(code, text, {}, { cause });
      this.fail(error);
      throw error;
    }
  }
}

function isAvailable<V>(claim: Claim<V>): boolean {
  const { state, isPaused, isBusy, hasData } = claim;
  return state === 'live' && !isPaused && !isBusy && hasData;
}
