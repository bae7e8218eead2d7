// A handler over many messages of a partition at a time: in the order of their keys, or in none. What is committed ends
// before the first message that is not processed.

import { Bell } from '../wait.ts';
import type { ChunkRules, ConsumerMessage } from './chunk.ts';
import type { Claim } from './claim.ts';
import type { Delivery } from './delivery.ts';
import {
  type Held,
  type Job,
  OpenPartition,
  type SideBySide,
  type Window,
} from './open-partition.ts';

export interface ParallelOptions<V> {
  readonly ordering: SideBySide;
  readonly concurrency: number;
  readonly bytes: number;
  readonly eachMessage: (message: ConsumerMessage<V>, context: { signal: AbortSignal }) => unknown;
  /** Waited for after each message. */
  readonly afterEach: ((claim: Claim<V>) => Promise<void>) | undefined;
}

/** A partition that others wait behind begins no more than this in one turn. */
const TURN_MESSAGES = 1_000;
const WINDOW_MESSAGES_MIN = 1_000;
/** Messages that wait for their key, or for one before them, for each that may be in a handler. */
const WINDOW_PER_HANDLER = 10;

export class ParallelRunner<V> {
  private readonly delivery: Delivery<V>;
  private readonly rules: ChunkRules<V>;
  private readonly options: ParallelOptions<V>;
  private readonly window: Window;
  private readonly held: Held = { bytes: 0 };
  /** In the order of their turns. */
  private readonly open = new Map<OpenPartition<V>, number>();
  private readonly changed = new Bell();
  private running = 0;
  private error: { readonly thrown: unknown } | undefined;

  constructor(delivery: Delivery<V>, rules: ChunkRules<V>, options: ParallelOptions<V>) {
    this.delivery = delivery;
    this.rules = rules;
    this.options = options;
    const messages = Math.max(WINDOW_MESSAGES_MIN, options.concurrency * WINDOW_PER_HANDLER);
    this.window = { messages, bytes: options.bytes };
  }

  /** Resolves once the delivery is closed and all handlers have returned; rejects with the first error. */
  async run(): Promise<void> {
    const unlisten = this.delivery.listen(() => this.changed.ring());
    try {
      while (this.error === undefined && !this.delivery.isClosed) {
        await this.delivery.turn();
        this.fill();
        if (this.error !== undefined || this.delivery.isClosed) break;
        await this.changed.wait();
      }
      while (this.running > 0) await this.changed.wait();
    } finally {
      unlisten();
      for (const partition of this.open.keys()) partition.release();
    }
    if (this.error !== undefined) throw this.error.thrown;
  }

  /** Tells handlers that their time is over. */
  abort(reason: Error): void {
    for (const partition of this.open.keys()) partition.abort(reason);
  }

  /** Begins as many messages as there is room for. */
  private fill(): void {
    try {
      this.closeOver();
      while (this.running < this.options.concurrency && this.error === undefined) {
        const job = this.next();
        if (job === undefined) return;
        this.begin(job);
      }
    } catch (error) {
      this.fail(error);
    }
  }

  private next(): Job<V> | undefined {
    for (;;) {
      // Who waits is opened first: nobody's turn is longer because it has more.
      const claim = this.mayOpen() ? this.delivery.hold() : undefined;
      if (claim !== undefined) this.open.set(this.openOf(claim), 0);
      for (const [partition, begun] of this.open) {
        const job = partition.next();
        if (job === undefined) continue;
        this.open.delete(partition);
        this.open.set(partition, begun + 1);
        if (begun + 1 >= TURN_MESSAGES && this.delivery.hasReady) partition.isRetiring = true;
        return job;
      }
      if (claim === undefined) return undefined;
    }
  }

  private mayOpen(): boolean {
    const { concurrency } = this.options;
    if (this.open.size < concurrency) return true;
    if (!this.delivery.hasReady) return false;
    return [...this.open.keys()].filter(({ isRetiring }) => !isRetiring).length < concurrency;
  }

  private openOf(claim: Claim<V>): OpenPartition<V> {
    const { ordering } = this.options;
    const { window, held } = this;
    return new OpenPartition(claim, this.delivery, this.rules, { ordering, window, held });
  }

  private begin(job: Job<V>): void {
    this.running += 1;
    void this.work(job);
  }

  private async work(job: Job<V>): Promise<void> {
    const { owner } = job;
    try {
      await this.options.eachMessage(job, owner);
      owner.processed(job);
      await this.options.afterEach?.(owner.claim);
    } catch (error) {
      owner.failed();
      this.fail(error);
    }
    this.running -= 1;
    this.changed.ring();
  }

  private fail(thrown: unknown): void {
    this.error ??= { thrown };
    this.delivery.close();
  }

  private closeOver(): void {
    for (const partition of this.open.keys()) {
      if (!partition.isOver) continue;
      this.open.delete(partition);
      partition.release();
    }
  }
}
