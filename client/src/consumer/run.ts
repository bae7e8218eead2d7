// Handlers over a delivery: so many partitions at a time, each in order. The first error ends all of them.

import type { Chunk, ConsumerBatch, ConsumerMessage } from './chunk.ts';
import type { Claim } from './claim.ts';
import type { Delivery } from './delivery.ts';
import { nextChunk } from './iterators.ts';

/** What a handler of a consumer gets beside its messages. */
export interface RunContext {
  /** Aborted when the partition goes to another member, or when the consumer closes and its time is over. */
  readonly signal: AbortSignal;
}

/** What may be in handlers side by side. */
export type Ordering =
  /** Messages of different partitions: each partition in order. */
  | 'partition'
  /** Messages of different keys, and those without one: each key of a partition in order. */
  | 'key'
  /** All. */
  | 'none';

/** One of the two. Returning means processed; throwing ends `run` with the error, and the message stays unprocessed. */
export interface RunHandlers<V> {
  /** Calls at a time; default 1. */
  readonly concurrency?: number | undefined;
  /** Default 'partition', the only one for batches. */
  readonly ordering?: Ordering | undefined;
  readonly eachMessage?: (message: ConsumerMessage<V>, context: RunContext) => unknown;
  readonly eachBatch?: (batch: ConsumerBatch<V>, context: RunContext) => unknown;
}

export const ORDERINGS: readonly Ordering[] = ['partition', 'key', 'none'];

const TURN_MESSAGES = 1_000;

export class Runner<V> {
  private readonly delivery: Delivery<V>;
  private readonly handlers: RunHandlers<V>;
  private readonly maxBatchMessages: number;
  /** Waited for after each message or batch: it is to be committed before the next one. */
  private readonly afterEach: ((claim: Claim<V>) => Promise<void>) | undefined;
  private readonly inHand = new Set<Chunk<V>>();
  private isStopped = false;

  constructor(
    delivery: Delivery<V>,
    handlers: RunHandlers<V>,
    maxBatchMessages: number,
    afterEach?: (claim: Claim<V>) => Promise<void>,
  ) {
    this.delivery = delivery;
    this.handlers = handlers;
    this.maxBatchMessages = maxBatchMessages;
    this.afterEach = afterEach;
  }

  /** Resolves once the delivery is closed and all handlers have returned; rejects with the first error. */
  async run(): Promise<void> {
    const { concurrency = 1 } = this.handlers;
    const lanes = Array.from({ length: concurrency }, () => this.lane());
    const failed = (await Promise.allSettled(lanes)).find(({ status }) => status === 'rejected');
    if (failed?.status === 'rejected') throw failed.reason;
  }

  /** Tells handlers that their time is over. */
  abort(reason: Error): void {
    for (const chunk of this.inHand) chunk.abort(reason);
  }

  private async lane(): Promise<void> {
    const max = this.handlers.eachBatch === undefined ? TURN_MESSAGES : this.maxBatchMessages;
    try {
      while (!this.isStopped) {
        const chunk = await nextChunk(this.delivery, max);
        if (chunk === undefined) return;
        await this.work(chunk);
      }
    } catch (error) {
      this.isStopped = true;
      this.delivery.close();
      throw error;
    }
  }

  private async work(chunk: Chunk<V>): Promise<void> {
    this.inHand.add(chunk);
    try {
      if (this.handlers.eachBatch === undefined) await this.eachMessage(chunk);
      else await this.eachBatch(chunk);
    } finally {
      this.inHand.delete(chunk);
      this.delivery.release(chunk);
    }
  }

  private async eachBatch(chunk: Chunk<V>): Promise<void> {
    const batch = chunk.all();
    if (batch !== undefined) await this.handlers.eachBatch?.(batch, chunk);
    chunk.processedBefore();
    await this.afterEach?.(chunk.claim);
  }

  private async eachMessage(chunk: Chunk<V>): Promise<void> {
    const { eachMessage } = this.handlers;
    while (!this.delivery.isClosed) {
      const message = chunk.next();
      if (message === undefined) return;
      const result = eachMessage?.(message, chunk);
      if (isThenable(result)) await result;
      if (this.afterEach !== undefined) {
        chunk.processedBefore();
        await this.afterEach(chunk.claim);
      } else if (this.isStopped || this.delivery.isClosed) chunk.processedBefore();
    }
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}
