// Requests over a queue: each message names where its reply goes, and this reads the replies. Who works on the requests is
// a worker with `replies: true`. What waits here is forgotten with the process.

import { randomUUID } from 'node:crypto';
import { LIMITS, MillraceError } from '@millrace/protocol';
import { CLOSE_TIMEOUT_MS, type CloseOptions } from '../close.ts';
import type { Codec } from '../codecs.ts';
import { Consumer } from '../consumer/consumer.ts';
import type { Metadata } from '../metadata.ts';
import type { Link } from '../net/link.ts';
import { integerOption, TIMEOUT_MS } from '../options-check.ts';
import type { HeadersInput } from '../producer/outgoing.ts';
import type { Producer } from '../producer/producer.ts';
import { orAborted, settledWithin, throwIfAborted } from '../wait.ts';
import { REPLY_HEADERS } from '../worker/reply.ts';
import { openInbox } from './inbox.ts';
import { Pending } from './pending.ts';

/** What a requester can be told. */
export interface RequesterOptions<Q, A> {
  /** Where requests go. */
  readonly topic: string;
  /** Where replies come from; created where it is missing. Default: `<topic>.replies`. */
  readonly replyTopic?: string | undefined;
  /** Of requests; default: the client's. */
  readonly codec?: Codec<Q> | undefined;
  /** Of replies; default: the client's. */
  readonly replyCodec?: Codec<A> | undefined;
  /** Of each request, ms; default 30,000. */
  readonly timeoutMs?: number | undefined;
  /** Closes the requester. */
  readonly signal?: AbortSignal | undefined;
}

/** What one request of a requester can be told. */
export interface RequestCall {
  readonly key?: string | Uint8Array | undefined;
  readonly headers?: HeadersInput | undefined;
  readonly tenant?: string | undefined;
  /** From now to the reply, ms. The request expires at the broker when it is over. */
  readonly timeoutMs?: number | undefined;
  /** Gives up waiting: ABORTED. The request may still be worked on. */
  readonly signal?: AbortSignal | undefined;
}

export interface RequesterSettings<Q, A> {
  readonly topic: string;
  readonly replyTopic: string;
  readonly codec: Codec<Q>;
  readonly replyCodec: Codec<A>;
  readonly timeoutMs: number;
}

/** Throws INVALID_CONFIG. */
export function requesterSettings<Q, A>(
  options: RequesterOptions<Q, A>,
  codec: Codec<unknown>,
): RequesterSettings<Q, A> {
  const { topic, replyTopic = `${topic}.replies` } = options;
  for (const [field, name] of Object.entries({ topic, replyTopic })) {
    if (typeof name === 'string' && name !== '' && name.length <= LIMITS.topicNameBytesMax)
      continue;
    const limit = `${LIMITS.topicNameBytesMax} bytes`;
    throw new MillraceError('INVALID_CONFIG', `${field} is the name of a topic.`, { field, limit });
  }
  return {
    topic,
    replyTopic,
    codec: options.codec ?? (codec as Codec<Q>),
    replyCodec: options.replyCodec ?? (codec as Codec<A>),
    timeoutMs: integerOption('timeoutMs', options.timeoutMs ?? 30_000, TIMEOUT_MS),
  };
}

/** Requests over a queue, each with a reply. */
export class Requester<Q, A> implements AsyncDisposable {
  private readonly link: Link;
  private readonly metadata: Metadata;
  private readonly settings: RequesterSettings<Q, A>;
  private readonly producer: Producer<Q>;
  private readonly pending = new Pending<A>();
  private readonly onClosed: () => void;
  private inbox: Promise<{ readonly partition: number }> | undefined;
  private consumer: Consumer<A> | undefined;
  private closing: Promise<void> | undefined;

  constructor(
    link: Link,
    metadata: Metadata,
    settings: RequesterSettings<Q, A>,
    producer: Producer<Q>,
    onClosed: () => void = () => {},
  ) {
    this.link = link;
    this.metadata = metadata;
    this.settings = settings;
    this.producer = producer;
    this.onClosed = onClosed;
  }

  /**
   * Sends a request and waits for its reply. Throws RequestRejected where the worker rejected it, DEADLINE_EXCEEDED where
   * no reply came in time, CODEC_FAILED, ABORTED, CLIENT_CLOSED, and what `Producer.send` throws.
   */
  async request(value: Q, call: RequestCall = {}): Promise<A> {
    const { signal, key, tenant } = call;
    if (this.closing !== undefined) throw new MillraceError('CLIENT_CLOSED');
    throwIfAborted(signal);
    const { topic, replyTopic } = this.settings;
    const ttlMs = integerOption('timeoutMs', call.timeoutMs ?? this.settings.timeoutMs, TIMEOUT_MS);
    const correlationId = randomUUID();
    const reply = this.pending.expect(correlationId, ttlMs);
    const send = async () => {
      const { partition } = await this.open();
      const headers = [
        ...pairsOf(call.headers),
        [REPLY_HEADERS.replyTo, replyTopic] as const,
        [REPLY_HEADERS.replyPartition, String(partition)] as const,
        [REPLY_HEADERS.correlationId, correlationId] as const,
      ];
      if (!this.pending.has(correlationId)) return;
      await this.producer.send({ topic, value, key, tenant, headers, ttlMs }, { signal });
    };
    try {
      send().catch((error: unknown) => this.pending.fail(correlationId, error));
      return await orAborted(reply, signal);
    } finally {
      this.pending.forget(correlationId);
    }
  }

  /** Requests that wait get CLIENT_CLOSED. */
  close(options: CloseOptions = {}): Promise<void> {
    this.closing ??= this.shut(options.timeoutMs ?? CLOSE_TIMEOUT_MS);
    return this.closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  private open(): Promise<{ readonly partition: number }> {
    if (this.inbox === undefined) {
      const opening = this.listen();
      this.inbox = opening;
      opening.catch(() => {
        if (this.inbox === opening) this.inbox = undefined;
      });
    }
    return this.inbox;
  }

  private async listen(): Promise<{ readonly partition: number }> {
    const { replyTopic, replyCodec } = this.settings;
    const place = await openInbox(this.link, this.metadata, replyTopic);
    if (this.closing !== undefined) throw new MillraceError('CLIENT_CLOSED');
    const consumer = new Consumer<A>(this.link, this.metadata, place.consumerSettings(replyCodec));
    this.consumer = consumer;
    void this.read(consumer);
    return place;
  }

  /** Until it is closed. Where reading fails, what waits fails too, and the next request begins anew. */
  private async read(consumer: Consumer<A>): Promise<void> {
    try {
      for await (const message of consumer) this.pending.take(message);
    } catch (error) {
      this.link.options.logger.warn?.('replies cannot be read', { error });
      this.inbox = undefined;
      this.pending.failAll(error);
      await consumer.close();
    }
  }

  private async shut(timeoutMs: number): Promise<void> {
    this.pending.failAll(new MillraceError('CLIENT_CLOSED'));
    if (this.inbox !== undefined) await settledWithin(this.inbox, timeoutMs);
    await Promise.all([this.consumer?.close({ timeoutMs }), this.producer.close({ timeoutMs })]);
    this.onClosed();
  }
}

function pairsOf(headers: HeadersInput | undefined) {
  if (headers === undefined) return [];
  type Pairs = readonly (readonly [name: string, value: string | Uint8Array])[];
  return Array.isArray(headers) ? (headers as Pairs) : Object.entries(headers);
}
