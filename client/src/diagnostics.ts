// What can be watched through node:diagnostics_channel: the names of the tracing channels and what they carry. Without
// subscribers nothing of it is made. It changes nothing, but for messages to which a subscriber adds headers, and what a
// subscriber puts around a handler.

import { type TracingChannel, tracingChannel } from 'node:diagnostics_channel';
import type { ApiName, MillraceError, RequestInput, ResponseOf } from '@millrace/protocol';
import type { TopicPartition } from './consumer/claims.ts';
import type { Message } from './message.ts';
import type { BrokerInfo } from './net/session.ts';
import type { BatchMessage, OutgoingMessage } from './producer/outgoing.ts';
import type { SentMessage } from './producer/places.ts';
import type { SentBatch } from './producer/receivers.ts';
import type { LeasedMessage } from './queue/lease.ts';

/** What every context gets in the end: one of the two. */
export interface Outcome<R> {
  result?: R;
  error?: unknown;
}

/** One request to the broker with all its attempts, from the call to the outcome. */
export interface RequestTrace<N extends ApiName = ApiName> extends Outcome<ResponseOf<N>> {
  readonly api: N;
  /** The bytes of its batches may be those of other batches after the outcome: who keeps them copies them. */
  readonly body: RequestInput<N>;
  readonly clientName: string;
}

/** A call of `send` or `sendBatch`. The messages are copies: who subscribes to `start` may add headers to them. */
export interface SendTrace extends Outcome<SentMessage | SentBatch> {
  readonly topic: string;
  readonly messages: OutgoingMessage<unknown>[];
  readonly clientName: string;
}

/** An event: only `start` and `end`. A message that a handler sends together with its own end. */
export interface CreateTrace {
  readonly topic: string;
  /** A copy: who subscribes to `start` may replace it, to add headers. */
  message: OutgoingMessage<unknown>;
  /** What the handler was called with, where the handler has ended already. */
  readonly cause: readonly Message<unknown>[] | undefined;
}

/** A call of `Queue.receive`. */
export interface LeaseTrace extends Outcome<readonly LeasedMessage<unknown>[]> {
  readonly group: string;
  readonly topics: readonly string[];
  readonly clientName: string;
}

/** A call of a handler. */
export interface ProcessTrace extends Outcome<unknown> {
  readonly by: 'consumer' | 'transformer' | 'worker';
  readonly group: string | undefined;
  readonly messages: readonly Message<unknown>[];
  /** Who subscribes to `start` may set it: calls the handler, in a context of its own, and returns what that returns. */
  around?: ((handler: () => unknown) => unknown) | undefined;
}

/** One attempt to connect to one broker. */
export interface ConnectTrace extends Outcome<BrokerInfo> {
  readonly address: string;
  readonly clientName: string;
}

/** An event: only `start` and `end`, one after the other. */
export interface DisconnectTrace {
  readonly address: string;
  readonly clientName: string;
  readonly reason: MillraceError;
}

/** An event: only `start` and `end`, one after the other. */
export interface RebalanceTrace {
  readonly group: string;
  readonly memberId: string;
  readonly memberEpoch: number;
  /** assigned: they came. revoked: finished and given up. lost: they may be somebody else's already. */
  readonly kind: 'assigned' | 'revoked' | 'lost';
  readonly partitions: readonly TopicPartition[];
}

/** What the channels carry: `tracingChannel('millrace:client:' + name)`. */
export interface ClientTraces {
  readonly request: RequestTrace;
  readonly produce: RequestTrace<'Produce'>;
  readonly fetch: RequestTrace<'Fetch'>;
  readonly receive: RequestTrace<'Receive'>;
  readonly acknowledge: RequestTrace<'Acknowledge'>;
  readonly commit: RequestTrace<'OffsetCommit'>;
  readonly transact: RequestTrace<'Transact'>;
  readonly send: SendTrace;
  readonly create: CreateTrace;
  readonly lease: LeaseTrace;
  readonly process: ProcessTrace;
  readonly connect: ConnectTrace;
  readonly disconnect: DisconnectTrace;
  readonly rebalance: RebalanceTrace;
}

function channel<N extends keyof ClientTraces>(name: N): TracingChannel<unknown, ClientTraces[N]> {
  return tracingChannel<unknown, ClientTraces[N]>(`millrace:client:${name}`);
}

export const TRACES: { readonly [N in keyof ClientTraces]: ReturnType<typeof channel<N>> } = {
  request: channel('request'),
  produce: channel('produce'),
  fetch: channel('fetch'),
  receive: channel('receive'),
  acknowledge: channel('acknowledge'),
  commit: channel('commit'),
  transact: channel('transact'),
  send: channel('send'),
  create: channel('create'),
  lease: channel('lease'),
  process: channel('process'),
  connect: channel('connect'),
  disconnect: channel('disconnect'),
  rebalance: channel('rebalance'),
};

/** Requests with a channel of their own, beside that of all requests. */
export const TRACE_OF: { readonly [N in ApiName]?: Traced } = {
  Produce: TRACES.produce,
  Fetch: TRACES.fetch,
  Receive: TRACES.receive,
  Acknowledge: TRACES.acknowledge,
  OffsetCommit: TRACES.commit,
  Transact: TRACES.transact,
};

type Traced = TracingChannel<unknown, object>;

/** `run`, told of where somebody listens. `context` is made only then. */
export function traced<C extends object, T>(
  traces: TracingChannel<unknown, C>,
  context: () => C,
  run: (context: C | undefined) => Promise<T>,
): Promise<T> {
  if (!traces.hasSubscribers) return run(undefined);
  const given = context();
  return traces.tracePromise(() => run(given), given);
}

/** As `traced`, for handlers, which may return at once: they do so as long as nobody listens. */
export function tracedHandler(context: () => ProcessTrace, run: () => unknown): unknown {
  if (!TRACES.process.hasSubscribers) return run();
  const given = context();
  const call = async () => (given.around === undefined ? run() : given.around(run));
  return TRACES.process.tracePromise(call, given);
}

/** The message as a subscriber has left it. */
export function createdMessage(
  topic: string,
  message: BatchMessage<unknown>,
  cause?: readonly Message<unknown>[],
): BatchMessage<unknown> {
  if (!TRACES.create.hasSubscribers) return message;
  const context: CreateTrace = { topic, message: { ...message, topic }, cause };
  TRACES.create.traceSync(() => undefined, context);
  return context.message;
}

/** Tells of something that has happened. */
export function announce<C extends object>(
  traces: TracingChannel<unknown, C>,
  context: () => C,
): void {
  if (traces.hasSubscribers) traces.traceSync(() => undefined, context());
}
