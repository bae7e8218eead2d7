// connect(), and what it gives: the one connection to the broker and everything that is made over it.

import { randomUUID } from 'node:crypto';
import {
  type ApiName,
  MillraceError,
  type RequestInput,
  type ResponseOf,
} from '@millrace/protocol';
import { Admin } from './admin/admin.ts';
import { CLOSE_TIMEOUT_MS, type CloseOptions } from './close.ts';
import type { Codec } from './codecs.ts';
import { type ClientSettings, type ConnectOptions, clientSettings } from './connect-options.ts';
import { Consumer } from './consumer/consumer.ts';
import { type ConsumerOptions, consumerSettings } from './consumer/options.ts';
import { Jobs, type JobsOptions } from './jobs/jobs.ts';
import { Metadata } from './metadata.ts';
import { Link, type RequestOptions } from './net/link.ts';
import type { BrokerInfo } from './net/session.ts';
import type { ThrottleStats } from './net/throttling.ts';
import { onAbort } from './on-abort.ts';
import { type ProducerOptions, producerSettings } from './producer/options.ts';
import { Producer } from './producer/producer.ts';
import { Queue, type QueueOptions } from './queue/queue.ts';
import { Requester, type RequesterOptions, requesterSettings } from './request/requester.ts';
import { type TransformerOptions, transformerSettings } from './transform/options.ts';
import { Transformer } from './transform/transformer.ts';
import { type WorkerOptions, workerSettings } from './worker/options.ts';
import { Worker } from './worker/worker.ts';

interface Part {
  close(options: CloseOptions): Promise<void>;
}

/**
 * Connects to a broker. Throws CONNECTION_LOST where none is reachable (the message says of each address why),
 * MALFORMED_FRAME or FRAME_TOO_LARGE where something else answers there, AUTHENTICATION_REQUIRED, AUTHENTICATION_FAILED,
 * UNSUPPORTED_VERSION, ABORTED, INVALID_CONFIG.
 * A connection that is lost later is made again by itself.
 */
export async function connect(options: ConnectOptions): Promise<Client> {
  const settings = clientSettings(options);
  const link = new Link(settings.link);
  try {
    await link.open(settings.waitForBrokerMs, options.signal);
  } catch (error) {
    link.close();
    throw error;
  }
  return new Client(link, settings);
}

/** A connection to a broker and everything that is made over it; see `connect`. */
export class Client implements AsyncDisposable {
  readonly admin: Admin;
  private readonly link: Link;
  private readonly settings: ClientSettings;
  private readonly metadata: Metadata;
  /** What was made here and is not closed, each with what undoes its listening to a signal. */
  private readonly parts = new Map<Part, () => void>();
  private closing: Promise<void> | undefined;

  constructor(link: Link, settings: ClientSettings) {
    this.link = link;
    this.settings = settings;
    this.metadata = new Metadata(link, settings.metadataMaxAgeMs);
    this.admin = new Admin(link, this.metadata, settings.codec);
  }

  /** The broker of the newest connection. */
  get broker(): BrokerInfo {
    return this.link.broker;
  }

  /** False while a lost connection is being made again. */
  get isConnected(): boolean {
    return this.link.isConnected;
  }

  /** What the broker's quotas have cost this client so far. */
  get throttling(): ThrottleStats {
    const { throttledReplies, throttledMs } = this.link.throttling;
    return { throttledReplies, throttledMs: Math.round(throttledMs) };
  }

  /** Throws INVALID_CONFIG, or UNSUPPORTED_CODEC where this process or the broker lacks the codec. */
  producer<V = unknown>(options: ProducerOptions<V> = {}): Producer<V> {
    this.mustBeOpen();
    const settings = producerSettings(options, {
      codec: this.settings.codec as Codec<V>,
      deliveryTimeoutMs: this.settings.link.requestTimeoutMs,
    });
    const producer: Producer<V> = new Producer(this.link, this.metadata, settings, () =>
      this.drop(producer),
    );
    return this.keep(producer, undefined);
  }

  /** Reads nothing before it is iterated or run. Throws INVALID_CONFIG. */
  consumer<V = unknown>(options: ConsumerOptions<V>): Consumer<V> {
    this.mustBeOpen();
    const settings = consumerSettings(options, { codec: this.settings.codec as Codec<V> });
    const consumer: Consumer<V> = new Consumer(this.link, this.metadata, settings, () =>
      this.drop(consumer),
    );
    return this.keep(consumer, options.signal);
  }

  /** Works from now on. Throws INVALID_CONFIG; what goes wrong later is in `worker.finished`. */
  worker<V = unknown, R = unknown>(options: WorkerOptions<V, R>): Worker<V> {
    this.mustBeOpen();
    const settings = workerSettings(options, {
      codec: this.settings.codec as Codec<V>,
      resultCodec: this.settings.codec,
      memberId: `worker-${randomUUID()}`,
    });
    const worker: Worker<V> = new Worker(this.link, this.metadata, settings, () =>
      this.drop(worker),
    );
    return this.keep(worker, options.signal);
  }

  /**
   * Consumes, transforms and produces exactly once, from now on: what a handler makes of an input is committed together with
   * the input's offset. Throws INVALID_CONFIG; what goes wrong later is in `transformer.finished`.
   */
  transformer<V = unknown>(options: TransformerOptions<V>): Transformer<V> {
    this.mustBeOpen();
    const settings = transformerSettings(options, this.settings.codec);
    const transformer: Transformer<V> = new Transformer(this.link, this.metadata, settings, () =>
      this.drop(transformer),
    );
    return this.keep(transformer, options.signal);
  }

  /** A share group by hand. */
  queue<V = unknown>(group: string, options: QueueOptions<V> = {}): Queue<V> {
    const codec = options.codec ?? (this.settings.codec as Codec<V>);
    const resultCodec = options.resultCodec ?? this.settings.codec;
    return new Queue(this.link, this.metadata, group, codec, resultCodec);
  }

  /** Requests over a queue, answered by workers with `replies: true`. Throws INVALID_CONFIG. */
  requester<Q = unknown, A = unknown>(options: RequesterOptions<Q, A>): Requester<Q, A> {
    this.mustBeOpen();
    const settings = requesterSettings(options, this.settings.codec);
    const producer = this.producer({ codec: settings.codec });
    const { link, metadata } = this;
    const requester: Requester<Q, A> = new Requester(link, metadata, settings, producer, () =>
      this.drop(requester),
    );
    return this.keep(requester, options.signal);
  }

  /** A topic and a share group as a job queue. */
  jobs<V = unknown, R = unknown>(topic: string, options: JobsOptions<V, R>): Jobs<V, R> {
    const codec = options.codec ?? (this.settings.codec as Codec<V>);
    const resultCodec = options.resultCodec ?? (this.settings.codec as Codec<R>);
    const producer = this.producer({ codec });
    const { link, metadata } = this;
    return new Jobs({ link, metadata, producer, codec, resultCodec }, topic, options.group);
  }

  /** One request as the protocol has it, with the client's deadlines and resending. */
  async request<N extends ApiName>(
    api: N,
    body: RequestInput<N>,
    options: RequestOptions = {},
  ): Promise<ResponseOf<N>> {
    return this.link.request(api, body, options);
  }

  /**
   * Closes everything made here, all at once: producers flush, consumers commit and leave, workers finish their
   * handlers; then the connection. What still waits gets CLIENT_CLOSED.
   */
  close(options: CloseOptions = {}): Promise<void> {
    this.closing ??= this.shut(options.timeoutMs ?? CLOSE_TIMEOUT_MS);
    return this.closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  private async shut(timeoutMs: number): Promise<void> {
    // Workers and consumers first: their handlers may still send.
    const parts = [...this.parts.keys()].toReversed();
    await Promise.allSettled(parts.filter(isReader).map((part) => part.close({ timeoutMs })));
    await Promise.allSettled(parts.map((part) => part.close({ timeoutMs })));
    this.link.close();
  }

  private keep<P extends Part>(part: P, signal: AbortSignal | undefined): P {
    const close = () => void part.close({});
    const isListening = signal !== undefined && !signal.aborted;
    this.parts.set(part, isListening ? onAbort(signal, close) : () => {});
    if (signal?.aborted) close();
    return part;
  }

  private drop(part: Part): void {
    this.parts.get(part)?.();
    this.parts.delete(part);
  }

  private mustBeOpen(): void {
    if (this.closing !== undefined) throw new MillraceError('CLIENT_CLOSED');
  }
}

function isReader(part: Part): boolean {
  return !(part instanceof Producer);
}
