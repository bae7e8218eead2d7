// A queue as job queues have it: enqueue gives an id, the id gives state, result and last error. A thin layer over
// producer and administration; workers are those of the client, with `results: true`.

import { type MessageState, MillraceError } from '@millrace/protocol';
import { changeMessages } from '../admin/change-messages.ts';
import { getMessage, type MessageDetails } from '../admin/get-message.ts';
import { type ListedMessages, listMessages } from '../admin/list-messages.ts';
import type { CloseOptions } from '../close.ts';
import type { Codec } from '../codecs.ts';
import type { Metadata } from '../metadata.ts';
import type { Link, RequestOptions } from '../net/link.ts';
import { integerOption, TIMEOUT_MS } from '../options-check.ts';
import type { BatchMessage } from '../producer/outgoing.ts';
import type { Producer } from '../producer/producer.ts';
import { pause, throwIfAborted } from '../wait.ts';

/** What `client.jobs` can be told. */
export interface JobsOptions<V, R> {
  /** The share group in which the jobs are worked on. */
  readonly group: string;
  readonly codec?: Codec<V> | undefined;
  /** Default: the client's. */
  readonly resultCodec?: Codec<R> | undefined;
}

/** What a job may say besides its value; as of `Producer.send`. */
export type EnqueueOptions = Omit<BatchMessage<unknown>, 'value' | 'partition' | 'timestampMs'> & {
  /** Gives up waiting; the job may still be enqueued. */
  readonly signal?: AbortSignal | undefined;
};

/** A job that was put into its queue. */
export interface QueuedJob<V, R> {
  readonly id: string;
  /** acknowledged: done. dead: given up, for the reason in `deadReason`. */
  readonly state: MessageState;
  readonly deliveries: number;
  /** Undefined: the log no longer holds it. */
  readonly value: V | undefined;
  readonly key: string | null;
  /** Undefined: not done yet, done without a result, or its result is over. */
  readonly result: R | undefined;
  readonly lastError: string | null;
  readonly deadReason: string | null;
  /** leased: when the lease ends; scheduled: when it becomes ready; ms since 1970. */
  readonly untilMs: number | null;
  /** ms since 1970; null: the log no longer holds it. */
  readonly enqueuedAtMs: number | null;
}

/** How long to wait for a job’s result. */
export interface WaitForJobOptions {
  /** Default 30,000. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

const FIRST_PAUSE_MS = 20;
const PAUSE_MS_MAX = 1_000;
/** The last answer may come a little late: it says more than that the time is over. */
const ASK_MS_MIN = 1_000;

export interface JobsSource<V, R> {
  readonly link: Link;
  readonly metadata: Metadata;
  readonly producer: Producer<V>;
  readonly codec: Codec<V>;
  readonly resultCodec: Codec<R>;
}

/** A topic and a share group as a job queue: messages with an id now and a result later. */
export class Jobs<V, R> implements AsyncDisposable {
  readonly topic: string;
  readonly group: string;
  private readonly source: JobsSource<V, R>;

  constructor(source: JobsSource<V, R>, topic: string, group: string) {
    this.source = source;
    this.topic = topic;
    this.group = group;
  }

  /**
   * Resolves with the id once the job is on the broker's disk; of a duplicate, in a topic with dedup, with that of the job
   * that came first. Throws as `Producer.send`.
   */
  async enqueue(value: V, { signal, ...rules }: EnqueueOptions = {}): Promise<string> {
    const message = { ...rules, topic: this.topic, value };
    return (await this.source.producer.send(message, { signal })).id;
  }

  /** Throws INVALID_REQUEST where the id is none, OFFSET_OUT_OF_RANGE where no job has it. */
  async get(id: string, options?: RequestOptions): Promise<QueuedJob<V, R>> {
    const { link, codec, resultCodec } = this.source;
    const how = { ...options, codec, resultCodec };
    return jobOf(await getMessage(link, this.group, id, codec, how));
  }

  /** Jobs in a state, one by one, with their keys. */
  list(state: MessageState, options?: RequestOptions): AsyncGenerator<ListedMessages, void> {
    const { link, metadata } = this.source;
    const { topic, group } = this;
    return listMessages(link, metadata, { ...options, topic, group, state, keys: true });
  }

  /** Throws MESSAGE_LEASED while it is worked on, ALREADY_RESOLVED where it is done or dead. */
  async cancel(id: string, options?: RequestOptions): Promise<void> {
    await this.change('cancel', id, options);
  }

  /** Runs it now, whatever it waits for. Throws MESSAGE_LEASED, MESSAGE_FRESH, ALREADY_RESOLVED. */
  async retry(id: string, options?: RequestOptions): Promise<void> {
    await this.change('retry', id, options);
  }

  /** The job once it is acknowledged or dead, by asking again and again. Throws DEADLINE_EXCEEDED, ABORTED. */
  async waitFor(
    id: string,
    { timeoutMs = 30_000, signal }: WaitForJobOptions = {},
  ): Promise<QueuedJob<V, R>> {
    integerOption('timeoutMs', timeoutMs, TIMEOUT_MS);
    const { link } = this.source;
    const giveUpAt = performance.now() + timeoutMs;
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, PAUSE_MS_MAX)) {
      throwIfAborted(signal);
      const leftMs = Math.max(ASK_MS_MIN, giveUpAt - performance.now());
      const job = await this.get(id, { signal, timeoutMs: leftMs });
      if (job.state === 'acknowledged' || job.state === 'dead') return job;
      const left = giveUpAt - performance.now();
      if (left <= 0) {
        const text = `The job is ${job.state} after ${timeoutMs} ms.`;
        throw new MillraceError('DEADLINE_EXCEEDED', text);
      }
      await pause(Math.min(pauseMs, left), signal, link.closed);
    }
  }

  /** Closes its producer; workers are apart. */
  close(options?: CloseOptions): Promise<void> {
    return this.source.producer.close(options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  private async change(
    action: 'cancel' | 'retry',
    id: string,
    options?: RequestOptions,
  ): Promise<void> {
    const { link, metadata } = this.source;
    const result = await changeMessages(link, metadata, this.group, { action }, [id], options);
    const error = result.outcomes[0]?.error;
    if (error !== undefined && error !== null) throw error;
  }
}

function jobOf<V, R>(details: MessageDetails<V, R>): QueuedJob<V, R> {
  const { id, state, deliveries, message, result, appendTimeMs } = details;
  const { lastError, deadReason, untilMs } = details;
  return {
    id,
    state,
    deliveries,
    value: message === null ? undefined : message.value,
    key: message === null ? null : message.key,
    result: result === null ? undefined : result.value,
    lastError,
    deadReason,
    untilMs,
    enqueuedAtMs: appendTimeMs,
  };
}
