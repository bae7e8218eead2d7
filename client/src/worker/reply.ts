// Replies to requests: the headers that ask for one, and what goes back. Who asks is in request/.

import { type Codec, codecs, encodeValue } from '../codecs.ts';
import { messageText } from '../queue/error-text.ts';
import type { HeldMessage } from '../queue/lease.ts';
import type { Job } from './job.ts';
import type { WorkerSettings } from './options.ts';

/** Headers of requests and replies; their values are text. */
export const REPLY_HEADERS = {
  /** Of a request: topic for the reply. */
  replyTo: 'millrace-reply-to',
  /** Of a request: partition of that topic; absent: any. */
  replyPartition: 'millrace-reply-partition',
  /** Of both. */
  correlationId: 'millrace-correlation-id',
  /** Of a reply: the request was rejected, and why. */
  error: 'millrace-reply-error',
} as const;

interface Return {
  readonly topic: string;
  readonly partition: number | undefined;
  readonly correlationId: string;
}

export function okReply<V>(
  { resultCodec }: WorkerSettings<V>,
  job: Job<V>,
  message: HeldMessage<V>,
  result: unknown,
): void {
  const to = returnOf(message);
  if (to !== undefined) send(job, to, encodeValue(resultCodec, result), {});
}

export function errorReply<V>(job: Job<V>, message: HeldMessage<V>, error: Error): void {
  const to = returnOf(message);
  if (to !== undefined) send(job, to, null, { [REPLY_HEADERS.error]: messageText(error) });
}

/** Undefined: nobody waits for a reply. */
function returnOf<V>(message: HeldMessage<V>): Return | undefined {
  const topic = message.header(REPLY_HEADERS.replyTo);
  const correlationId = message.header(REPLY_HEADERS.correlationId);
  if (topic === undefined || correlationId === undefined) return undefined;
  const partition = Number(message.header(REPLY_HEADERS.replyPartition) ?? Number.NaN);
  const isPartition = Number.isInteger(partition) && partition >= 0;
  return { topic, correlationId, partition: isPartition ? partition : undefined };
}

/** A reply topic that is gone fails nothing: nobody waits there any more. */
function send<V>(
  job: Job<V>,
  { topic, partition, correlationId }: Return,
  value: Uint8Array | null,
  headers: { readonly [name: string]: string },
): void {
  const all = { [REPLY_HEADERS.correlationId]: correlationId, ...headers };
  const codec = codecs.bytes as Codec<unknown>;
  job.outbox.add({ topic, partition, value, headers: all }, { codec, optional: true });
}
