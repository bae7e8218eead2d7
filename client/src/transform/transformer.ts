// Consume, transform, produce, exactly once: reads as a consumer, runs handlers, and commits what they made together with
// how far they came. It wires consumer and lanes.

import { randomUUID } from 'node:crypto';
import { MillraceError } from '@millrace/protocol';
import { CLOSE_TIMEOUT_MS, type CloseOptions } from '../close.ts';
import type { ConsumerBatch, ConsumerMessage } from '../consumer/chunk.ts';
import type { Committer, Holder } from '../consumer/commits.ts';
import { Consumer } from '../consumer/consumer.ts';
import type { RunContext } from '../consumer/run.ts';
import { type ProcessTrace, tracedHandler } from '../diagnostics.ts';
import type { Metadata } from '../metadata.ts';
import { backoffMs } from '../net/backoff.ts';
import type { Link } from '../net/link.ts';
import { messageBytesMax } from '../producer/outgoing.ts';
import { pause } from '../wait.ts';
import { Budget } from './budget.ts';
import type { Lane, LaneSource } from './lane.ts';
import { Lanes } from './lanes.ts';
import type { TransformContext, TransformerSettings } from './options.ts';
import { Outputs } from './outputs.ts';
import type { Tally, TransformerStats } from './stats.ts';
import { transactionId } from './transaction-id.ts';

/** The consumer's context is its chunk, which knows what it was taken from. */
type ChunkContext = RunContext & { readonly claim: Holder };

/** Consumes, transforms and produces exactly once: what a handler makes of an input is committed with its offset. */
export class Transformer<V> implements AsyncDisposable {
  /** Resolves after close(); rejects with what a handler threw, or where the transformer cannot go on. */
  readonly finished: Promise<void>;
  private readonly link: Link;
  private readonly metadata: Metadata;
  private readonly settings: TransformerSettings<V>;
  private readonly consumer: Consumer<V>;
  private readonly onClosed: () => void;
  private readonly instance = randomUUID();
  private readonly aborting = new AbortController();
  private readonly tally: Tally = {
    handled: 0,
    produced: 0,
    transactions: 0,
    repeated: 0,
    dropped: 0,
  };
  private lanes: Lanes | undefined;
  private failure: { readonly error: unknown } | undefined;
  /** Refusals since something was committed. */
  private refusals = { count: 0, at: 0 };
  private closing: Promise<void> | undefined;

  constructor(
    link: Link,
    metadata: Metadata,
    settings: TransformerSettings<V>,
    onClosed: () => void = () => {},
  ) {
    this.link = link;
    this.metadata = metadata;
    this.settings = settings;
    this.onClosed = onClosed;
    const newSink = (committer: Committer) => {
      this.lanes = new Lanes(this.laneSource(committer));
      return this.lanes;
    };
    this.consumer = new Consumer<V>(link, metadata, { ...settings.consumer, newSink });
    this.finished = this.run();
    this.finished.catch(() => {});
  }

  get stats(): TransformerStats {
    return { ...this.tally };
  }

  /** Hands nothing more to handlers until resume(). What was handled is committed all the same. */
  pause(): void {
    this.consumer.pause();
  }

  resume(): void {
    this.consumer.resume();
  }

  /** Of the partitions it has now, as of the last fetch. */
  lag(): ReturnType<Consumer<V>['lag']> {
    return this.consumer.lag();
  }

  /**
   * Waits for running handlers, commits what they made, leaves the group. When the time is over, what has no outcome is
   * dropped: it is done again by whoever has the partitions next. Not to be awaited in a handler.
   */
  close(options: CloseOptions = {}): Promise<void> {
    this.closing ??= this.shut(options.timeoutMs ?? CLOSE_TIMEOUT_MS);
    return this.closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  private async run(): Promise<void> {
    const { concurrency, isBatch } = this.settings;
    try {
      if (isBatch) await this.consumer.run({ concurrency, eachBatch: this.eachBatch });
      else await this.consumer.run({ concurrency, eachMessage: this.eachMessage });
    } catch (error) {
      if (this.closing === undefined) this.failure ??= { error };
    } finally {
      await this.close();
    }
    if (this.failure === undefined) return;
    const { error } = this.failure;
    const { group } = this.settings;
    this.link.options.logger.error?.('transformer cannot go on', { error, group });
    throw error;
  }

  private readonly eachMessage = (message: ConsumerMessage<V>, context: RunContext) =>
    this.handle(message, message.offset, message.offset + 1, context);

  private readonly eachBatch = (batch: ConsumerBatch<V>, context: RunContext) =>
    this.handle(batch, batch.firstOffset, batch.lastOffset + 1, context);

  /** Waits for nothing where the handler does not and there is room. */
  private handle(
    input: ConsumerMessage<V> | ConsumerBatch<V>,
    firstOffset: number,
    nextOffset: number,
    context: RunContext,
  ): Promise<void> | undefined {
    if (this.failure !== undefined) throw this.failure.error;
    const { outputCodec, handle } = this.settings;
    const lane = (this.lanes as Lanes).of((context as ChunkContext).claim);
    const outputs = new Outputs(outputCodec, messageBytesMax(this.link.limits));
    const given: TransformContext = {
      produce: (topic, message, options) => outputs.produce(topic, message, options),
      get signal() {
        return context.signal;
      },
    };
    lane.inHand = firstOffset;
    let result: unknown;
    try {
      result = tracedHandler(
        () => this.trace(input),
        () => handle(input, given),
      );
    } catch (error) {
      outputs.end();
      this.fail(error);
    }
    if (isThenable(result)) return this.handled(result, lane, firstOffset, nextOffset, outputs);
    outputs.end();
    const placing = outputs.place(this.metadata);
    if (placing !== undefined) {
      return this.handled(placing, lane, firstOffset, nextOffset, outputs);
    }
    return this.add(lane, firstOffset, nextOffset, outputs);
  }

  private trace(input: ConsumerMessage<V> | ConsumerBatch<V>): ProcessTrace {
    const messages = 'messages' in input ? input.messages : [input];
    return { by: 'transformer', group: this.settings.group, messages };
  }

  private async handled(
    result: PromiseLike<unknown>,
    lane: Lane,
    firstOffset: number,
    nextOffset: number,
    outputs: Outputs,
  ): Promise<void> {
    try {
      await result;
      outputs.end();
      await outputs.place(this.metadata);
    } catch (error) {
      outputs.end();
      this.fail(error);
    }
    await this.add(lane, firstOffset, nextOffset, outputs);
  }

  private add(
    lane: Lane,
    firstOffset: number,
    nextOffset: number,
    outputs: Outputs,
  ): Promise<void> | undefined {
    try {
      return lane.add(firstOffset, nextOffset, outputs);
    } catch (error) {
      return this.fail(error);
    }
  }

  /** Ends the run with this error. */
  private fail(error: unknown): never {
    this.failure ??= { error };
    throw error;
  }

  private laneSource(committer: Committer): LaneSource {
    const { group, compression, maxUncommittedBytes } = this.settings;
    return {
      link: this.link,
      group,
      committer,
      compression,
      budget: new Budget(maxUncommittedBytes),
      tally: this.tally,
      closing: this.aborting.signal,
      transactionId: ({ holder, number }, { firstOffset, nextOffset }) => {
        const { topicId, partition } = holder;
        const { instance } = this;
        const { memberId } = committer;
        const what = { topicId, partition, firstOffset, nextOffset };
        return transactionId({ group, memberId, instance, lane: number, ...what });
      },
      refused: (lane, error) => this.refused(committer, lane, error),
      outdated: (topicIds) => this.metadata.forgetIds(topicIds),
      failed: (error) => {
        this.failure ??= { error };
        void this.close();
      },
    };
  }

  /** All partitions are given up, and those that come back are read from where they were committed. */
  private async refused(committer: Committer, lane: Lane, error: MillraceError): Promise<void> {
    const { logger, retry } = this.link.options;
    const { transactions } = this.tally;
    const count = this.refusals.at === transactions ? this.refusals.count + 1 : 0;
    this.refusals = { count, at: transactions };
    logger.warn?.('a transaction was refused, joining the group anew', { error });
    if (count > 0) await pause(backoffMs(retry, count), this.aborting.signal);
    if (lane.holder.state !== 'gone') committer.fenced(error);
  }

  private async shut(timeoutMs: number): Promise<void> {
    await this.consumer.close({ timeoutMs });
    this.aborting.abort(new MillraceError('CLIENT_CLOSED', 'The transformer closes.'));
    this.onClosed();
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}
