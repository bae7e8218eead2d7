// Async iterators over a delivery. A message or batch counts as processed when the next one is asked for.

import { settled } from '../wait.ts';
import type { Chunk, ConsumerBatch, ConsumerMessage } from './chunk.ts';
import type { Delivery } from './delivery.ts';

/** Messages taken from a partition before the next one has its turn. */
const TURN_MESSAGES = 1_000;

/** Waits for the next chunk; undefined once closed. Throws what made going on impossible. */
export async function nextChunk<V>(
  delivery: Delivery<V>,
  max: number,
): Promise<Chunk<V> | undefined> {
  await delivery.turn();
  for (;;) {
    const chunk = delivery.take(max);
    if (chunk !== undefined) return chunk;
    if (delivery.isClosed) return undefined;
    await delivery.wait();
  }
}

abstract class DeliveryIterator<V, T> implements AsyncIterableIterator<T> {
  protected chunk: Chunk<V> | undefined;
  protected readonly delivery: Delivery<V>;
  private readonly max: number;
  private readonly onEnd: () => void;
  private slow: Promise<void> | undefined;
  private tickets = 0;
  private isDone = false;

  constructor(delivery: Delivery<V>, max: number, onEnd: () => void) {
    this.delivery = delivery;
    this.max = max;
    this.onEnd = onEnd;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** The next item of the chunk in hand; what was handed out before is processed. */
  protected abstract fromChunk(chunk: Chunk<V>): T | undefined;

  /** Without waiting while the chunk in hand lasts. */
  next(): Promise<IteratorResult<T, undefined>> {
    if (this.slow !== undefined) return this.queued();
    const value = this.chunk === undefined ? undefined : this.fromChunk(this.chunk);
    if (value !== undefined) return Promise.resolve({ done: false, value });
    return this.queued();
  }

  /** Leaving the loop: the item in hand is not processed, what follows it comes again. */
  return(): Promise<IteratorResult<T, undefined>> {
    this.end();
    return Promise.resolve({ done: true, value: undefined });
  }

  private end(): void {
    if (this.isDone) return;
    this.isDone = true;
    this.letGo();
    this.onEnd();
  }

  private letGo(): void {
    if (this.chunk !== undefined) this.delivery.release(this.chunk);
    this.chunk = undefined;
  }

  /** One after the other, also where a caller does not wait. */
  private queued(): Promise<IteratorResult<T, undefined>> {
    this.tickets += 1;
    const result = this.inTurn(this.slow, this.tickets);
    this.slow = settled(result);
    return result;
  }

  private async inTurn(
    before: Promise<void> | undefined,
    ticket: number,
  ): Promise<IteratorResult<T, undefined>> {
    await before;
    try {
      return await this.advance();
    } finally {
      // Before the caller hears of it: its next step need not queue.
      if (this.tickets === ticket) this.slow = undefined;
    }
  }

  private async advance(): Promise<IteratorResult<T, undefined>> {
    try {
      while (!this.isDone) {
        const value = this.chunk === undefined ? undefined : this.fromChunk(this.chunk);
        if (value !== undefined) return { done: false, value };
        this.letGo();
        this.chunk = await nextChunk(this.delivery, this.max);
        if (this.chunk === undefined) this.end();
        else if (this.isDone) this.letGo();
      }
    } catch (error) {
      this.end();
      throw error;
    }
    return { done: true, value: undefined };
  }
}

export class MessageIterator<V> extends DeliveryIterator<V, ConsumerMessage<V>> {
  constructor(delivery: Delivery<V>, onEnd: () => void) {
    super(delivery, TURN_MESSAGES, onEnd);
  }

  protected override fromChunk(chunk: Chunk<V>): ConsumerMessage<V> | undefined {
    return chunk.next();
  }
}

export class BatchIterator<V> extends DeliveryIterator<V, ConsumerBatch<V>> {
  /** The chunk that was handed out whole. */
  private handed: Chunk<V> | undefined;

  protected override fromChunk(chunk: Chunk<V>): ConsumerBatch<V> | undefined {
    if (this.handed === chunk) {
      chunk.processedBefore();
      return undefined;
    }
    this.handed = chunk;
    if (chunk.isStale) return undefined;
    const batch = chunk.all();
    if (batch === undefined) chunk.processedBefore();
    return batch;
  }
}
