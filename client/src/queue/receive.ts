// One Receive request to leases with their messages. Leases that nobody will work on are given back at once.

import {
  BatchRecords,
  MillraceError,
  type RequestInput,
  type ResponseOf,
} from '@millrace/protocol';
import type { Codec } from '../codecs.ts';
import type { Metadata } from '../metadata.ts';
import type { Link, RequestOptions } from '../net/link.ts';
import { abortedError } from '../wait.ts';
import type { Ack } from './ack.ts';
import type { Acknowledger } from './acknowledger.ts';
import { errorText } from './error-text.ts';
import { HeldMessage, type Lease } from './lease.ts';

export interface ReceiveSource<V> {
  readonly link: Link;
  readonly metadata: Metadata;
  readonly acknowledger: Acknowledger;
  readonly codec: Codec<V>;
  /** Of results. */
  readonly resultCodec: Codec<unknown>;
}

type Granted = ResponseOf<'Receive'>['leases'][number];

/**
 * The request's deadline counts from the end of its waiting. With an attempt id it is sent again after a lost reply: the
 * same leases come. Throws ABORTED, and what the API throws.
 */
export async function receiveLeases<V>(
  source: ReceiveSource<V>,
  body: RequestInput<'Receive'>,
  options: RequestOptions = {},
): Promise<Lease<V>[]> {
  const { link } = source;
  const timeoutMs = (options.timeoutMs ?? link.options.requestTimeoutMs) + (body.maxWaitMs ?? 0);
  const repeatable = typeof body.attemptId === 'string';
  const how = { signal: options.signal, timeoutMs, repeatable };
  const asked = link.broker.connectionId;
  const reply = await link.request('Receive', body, how);
  if (options.signal?.aborted) {
    for (const granted of reply.leases) giveBack(source, granted, { kind: 'return' });
    throw abortedError(options.signal);
  }
  await learnNames(source.metadata, body.topics, reply.leases);
  const leases: Lease<V>[] = [];
  for (const granted of reply.leases) {
    const lease = readLease(source, granted);
    if (lease !== undefined) lease.mayBeOld = link.broker.connectionId !== asked;
    if (lease !== undefined) leases.push(lease);
  }
  return leases;
}

/** Replies name topics by id only. */
async function learnNames(
  metadata: Metadata,
  topics: readonly string[],
  granted: readonly Granted[],
): Promise<void> {
  if (granted.every(({ topicId }) => metadata.nameOf(topicId) !== undefined)) return;
  await Promise.allSettled(topics.map((topic) => metadata.refresh(topic)));
}

function readLease<V>(source: ReceiveSource<V>, granted: Granted): Lease<V> | undefined {
  const { topicId, partition, firstOffset, lastOffset, token, batches } = granted;
  const topic = source.metadata.nameOf(topicId);
  if (topic === undefined) {
    giveBack(source, granted, { kind: 'return' });
    return undefined;
  }
  const lease: Lease<V> = {
    topic,
    topicId,
    partition,
    token,
    groupId: null,
    codec: source.codec,
    resultCodec: source.resultCodec,
    acknowledger: source.acknowledger,
    deliveries: granted.deliveries,
    deadlineMs: granted.deadlineMs,
    firstDeliveredAtMs: granted.firstDeliveredAtMs,
    messages: [],
    holder: undefined,
    bagIndex: -1,
    mayBeOld: false,
    open: lastOffset - firstOffset + 1,
    renewAt: Number.POSITIVE_INFINITY,
    endsAt: 0,
  };
  try {
    for (const batch of batches) {
      const records = new BatchRecords(batch);
      records.walk({ from: firstOffset, to: lastOffset }, (at, offset) => {
        lease.messages.push(new HeldMessage(lease, records, at, offset));
      });
    }
    if (lease.messages.length === lastOffset - firstOffset + 1) return lease;
    throw new MillraceError('CORRUPT_BATCH', 'The broker leased messages that it did not send.');
  } catch (error) {
    const where = { topic, partition, firstOffset, lastOffset };
    source.link.options.logger.error?.('leased messages cannot be read', { error, ...where });
    giveBack(source, granted, { kind: 'release', errorText: errorText(error) });
    return undefined;
  }
}

function giveBack<V>(
  source: ReceiveSource<V>,
  { topicId, partition, token, firstOffset, lastOffset }: Granted,
  what: Pick<Ack, 'kind' | 'errorText'>,
): void {
  const lease = { topicId, partition, token };
  source.acknowledger.add({ lease, firstOffset, lastOffset, ...what, settle: () => {} });
}
