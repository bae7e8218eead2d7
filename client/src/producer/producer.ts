// The producer's public face: encodes, keeps callers in order and in bounds. What is sent when is the dispatcher's.

import { MillraceError, type RecordInput } from '@millrace/protocol';
import { CLOSE_TIMEOUT_MS, type CloseOptions } from '../close.ts';
import { type SendTrace, TRACES } from '../diagnostics.ts';
import type { Metadata, TopicInfo } from '../metadata.ts';
import type { Link } from '../net/link.ts';
import { orAborted, settledWithin, throwIfAborted } from '../wait.ts';
import { Accumulator } from './accumulator.ts';
import { BrokerCodecs } from './compression.ts';
import { Dispatcher } from './dispatcher.ts';
import { Epochs } from './epochs.ts';
import { Gate } from './gate.ts';
import { Identity } from './identity.ts';
import type { ProducerSettings } from './options.ts';
import {
  type BatchMessage,
  encodeAlone,
  encodeMessage,
  messageBytesMax,
  type OutgoingMessage,
  recordSize,
} from './outgoing.ts';
import type { SentMessage } from './places.ts';
import { BatchCall, type SentBatch } from './receivers.ts';

/** What `send`, `sendBatch` and `flush` can be told. */
export interface SendOptions {
  /** Gives up waiting: ABORTED. A message that has left may still be appended. */
  readonly signal?: AbortSignal | undefined;
}

type Place = Pick<OutgoingMessage<never>, 'topic' | 'partition' | 'expectedOffset'>;

/** The messages of one sendBatch. */
interface Unsent {
  readonly call: BatchCall;
  readonly records: readonly RecordInput[];
  /** The partitions that callers asked for, by position, where any did; and the highest. */
  readonly wishes: readonly (number | undefined)[] | undefined;
  readonly highest: number;
}

/** Messages that wait for room may take this many times the buffer; then send() refuses. */
const WAITING_FACTOR = 4;

/** Appends messages to topics. */
export class Producer<V> implements AsyncDisposable {
  private readonly link: Link;
  private readonly metadata: Metadata;
  private readonly settings: ProducerSettings<V>;
  private readonly brokerCodecs: BrokerCodecs;
  private readonly gate: Gate;
  private readonly accumulator: Accumulator;
  private readonly epochs: Epochs | undefined;
  private readonly dispatcher: Dispatcher;
  private readonly onClosed: () => void;
  private closing: Promise<void> | undefined;

  constructor(
    link: Link,
    metadata: Metadata,
    settings: ProducerSettings<V>,
    onClosed: () => void = () => {},
  ) {
    this.link = link;
    this.metadata = metadata;
    this.settings = settings;
    this.onClosed = onClosed;
    this.brokerCodecs = new BrokerCodecs(link, settings.compression);
    this.brokerCodecs.check();
    this.gate = new Gate(WAITING_FACTOR * settings.maxBufferedBytes);
    this.accumulator = new Accumulator(settings, link, (lane) => this.dispatcher.touch(lane));
    this.epochs = settings.idempotent
      ? this.epochsOf(new Identity(link, settings.name))
      : undefined;
    this.dispatcher = new Dispatcher(link, metadata, settings, this.epochs, (batch) =>
      this.accumulator.settled(batch),
    );
  }

  /** Bytes of messages that are taken and have no outcome yet. */
  get bufferedBytes(): number {
    return this.accumulator.bufferedBytes;
  }

  /**
   * Sends one message; resolves once it is on the broker's disk. Waits for room while the buffer is full. Messages of
   * one partition keep the order of the calls. Throws UNKNOWN_TOPIC, UNKNOWN_PARTITION, CODEC_FAILED, UNSUPPORTED_CODEC,
   * MESSAGE_TOO_LARGE, INVALID_REQUEST before sending; STORAGE_FULL and the like once the delivery timeout is over;
   * DEADLINE_EXCEEDED where nobody can tell by then whether it was appended, OUTCOME_UNKNOWN where nobody can tell for
   * other reasons; OFFSET_MISMATCH; PRODUCER_FENCED; LIMIT_EXCEEDED where callers do not wait.
   */
  send(message: OutgoingMessage<V>, options: SendOptions = {}): Promise<SentMessage> {
    if (!TRACES.send.hasSubscribers) return this.sendOne(message, options);
    const context = this.trace(message.topic, [message]);
    const first = () => context.messages[0] as OutgoingMessage<V>;
    return TRACES.send.tracePromise(() => this.sendOne(first(), options), context);
  }

  private sendOne(message: OutgoingMessage<V>, options: SendOptions): Promise<SentMessage> {
    const { topic, partition, expectedOffset } = message;
    let record: RecordInput;
    try {
      if (expectedOffset !== undefined) checkExpected(expectedOffset, partition);
      record = encodeAlone(message, this.settings.codec, this.bytesMax());
    } catch (thrown) {
      const error = thrown as MillraceError;
      return Promise.reject(error);
    }
    const info = this.metadata.cached(topic);
    if (info !== undefined && this.mayGo(info, partition ?? 0, options.signal)) {
      return orAborted(this.append(info, record, partition, expectedOffset), options.signal);
    }
    return this.sendInTurn({ topic, partition, expectedOffset }, record, options.signal);
  }

  /**
   * Sends many messages of one topic: the fast path. Resolves with all offsets once all are on the broker's disk.
   * Where some fail it throws SendBatchError, which has the offsets of the others. Nothing is sent if one cannot be
   * encoded or is too large.
   */
  sendBatch(
    topic: string,
    messages: readonly BatchMessage<V>[],
    options: SendOptions = {},
  ): Promise<SentBatch> {
    if (!TRACES.send.hasSubscribers) return this.sendMany(topic, messages, options);
    const context = this.trace(topic, messages);
    const copies = context.messages as OutgoingMessage<V>[];
    return TRACES.send.tracePromise(() => this.sendMany(topic, copies, options), context);
  }

  private trace(topic: string, messages: readonly BatchMessage<V>[]): SendTrace {
    const { clientName } = this.link.options;
    return { topic, messages: messages.map((message) => ({ ...message, topic })), clientName };
  }

  private async sendMany(
    topic: string,
    messages: readonly BatchMessage<V>[],
    options: SendOptions,
  ): Promise<SentBatch> {
    if (messages.length === 0) {
      return { topic, topicId: -1, offsets: [], partitions: [], duplicates: [] };
    }
    const { codec } = this.settings;
    const bytesMax = this.bytesMax();
    const records = messages.map((message) => encodeMessage(message, codec, bytesMax));
    const highest = messages.reduce((most, { partition }) => Math.max(most, partition ?? -1), -1);
    const hasWishes = messages.some(({ partition }) => partition !== undefined);
    const wishes = hasWishes ? messages.map(({ partition }) => partition) : undefined;
    const call = new BatchCall(topic, records.length);
    const info = this.metadata.cached(topic);
    let added = 0;
    if (info !== undefined && this.mayGo(info, highest, options.signal)) {
      added = this.accumulator.appendAll(info, call, records, wishes, 0);
    }
    if (added < records.length) {
      await this.appendInTurn({ call, records, wishes, highest }, added, options.signal);
    }
    return orAborted(call.outcome, options.signal);
  }

  /** Sends what waits for its linger time; resolves once all messages sent before have their outcome. */
  async flush(options: SendOptions = {}): Promise<void> {
    throwIfAborted(options.signal);
    await orAborted(this.flushAll(), options.signal);
  }

  /** Flushes, then refuses: CLIENT_CLOSED. What has no outcome when the time is over gets CLIENT_CLOSED too. */
  close(options: CloseOptions = {}): Promise<void> {
    this.closing ??= this.finish(options.timeoutMs ?? CLOSE_TIMEOUT_MS);
    return this.closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Of a message that is sent now. Throws what keeps the producer from sending any. */
  private bytesMax(): number {
    if (this.closing !== undefined) throw new MillraceError('CLIENT_CLOSED');
    this.brokerCodecs.check();
    return messageBytesMax(this.link.limits);
  }

  private mayGo(info: TopicInfo, partition: number, signal: AbortSignal | undefined): boolean {
    const isKnown = partition < info.partitions;
    return isKnown && this.gate.isOpen && this.accumulator.hasRoom && !signal?.aborted;
  }

  private epochsOf(identity: Identity): Epochs {
    return new Epochs(identity, {
      leftMs: () => this.accumulator.leftMs,
      onEpoch: (lanes) => {
        for (const lane of lanes) this.dispatcher.touch(lane);
      },
      onNoEpoch: (error) => this.accumulator.failWaiting(error),
    });
  }

  private append(
    info: TopicInfo,
    record: RecordInput,
    partition: number | undefined,
    expectedOffset: number | undefined,
  ): Promise<SentMessage> {
    if (partition === undefined || expectedOffset === undefined) {
      return this.accumulator.append(info, record, partition);
    }
    return this.accumulator.appendAlone(info, record, partition, expectedOffset);
  }

  private async sendInTurn(
    { topic, partition, expectedOffset }: Place,
    record: RecordInput,
    signal: AbortSignal | undefined,
  ): Promise<SentMessage> {
    const deadlineAt = performance.now() + this.settings.deliveryTimeoutMs;
    const step = async () => {
      const info = await this.topicWith(topic, partition ?? 0);
      await this.whenRoom(deadlineAt, signal);
      // In an object, so that the next in turn does not wait for the outcome too.
      return { outcome: this.append(info, record, partition, expectedOffset) };
    };
    const { outcome } = await this.gate.pass(recordSize(record), signal, step);
    return orAborted(outcome, signal);
  }

  private async appendInTurn(
    { call, records, wishes, highest }: Unsent,
    from: number,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const deadlineAt = performance.now() + this.settings.deliveryTimeoutMs;
    let at = from;
    const step = async () => {
      const info = await this.topicWith(call.topic, highest);
      while (at < records.length) {
        await this.whenRoom(deadlineAt, signal);
        at = this.accumulator.appendAll(info, call, records, wishes, at);
      }
    };
    // The caller holds these messages anyway: a large batch takes no more of the waiting room than one buffer.
    let bytes = 0;
    for (const record of records) bytes += recordSize(record);
    bytes = Math.min(bytes, this.settings.maxBufferedBytes);
    try {
      await this.gate.pass(bytes, signal, step);
    } catch (error) {
      if (at === 0) throw error;
      call.arrived(records.length - at, error as MillraceError);
    }
  }

  /** The topic, asked for anew where it seems to have too few partitions: some may have been added. */
  private async topicWith(topic: string, partition: number): Promise<TopicInfo> {
    const info = await this.metadata.get(topic);
    return partition < info.partitions ? info : this.metadata.refresh(topic);
  }

  private async whenRoom(deadlineAt: number, signal: AbortSignal | undefined): Promise<void> {
    for (;;) {
      throwIfAborted(signal);
      if (this.accumulator.hasRoom) return;
      this.accumulator.hurry();
      const leftMs = deadlineAt - performance.now();
      if (leftMs <= 0) {
        const text = "No room came in the producer's buffer within the delivery timeout.";
        throw new MillraceError('DEADLINE_EXCEEDED', text);
      }
      await this.accumulator.room.waitAtMost(leftMs, signal);
    }
  }

  private async flushAll(): Promise<void> {
    await this.gate.passed();
    await this.accumulator.flush();
  }

  private async finish(timeoutMs: number): Promise<void> {
    await settledWithin(this.flushAll(), timeoutMs);
    this.dispatcher.close();
    this.epochs?.close();
    this.accumulator.close();
    this.onClosed();
  }
}

function checkExpected(expectedOffset: number, partition: number | undefined): void {
  const isOffset = Number.isSafeInteger(expectedOffset) && expectedOffset >= 0;
  if (isOffset && partition !== undefined) return;
  const text = isOffset
    ? 'An expected offset is that of a partition: give the partition too.'
    : `expectedOffset is an offset, not ${String(expectedOffset)}.`;
  throw new MillraceError('INVALID_REQUEST', text, {
    field: isOffset ? 'partition' : 'expectedOffset',
  });
}
