// Settings of topics and share groups in the words of Amazon SQS, and back. What cannot be said in those words is brought
// to the nearest that can.

import type { ShareGroupDescription, TopicDescription } from '@millrace/client';
import { LIMITS } from '@millrace/protocol';
import { annotationOf } from './annotations.ts';
import type { Ground } from './attributes.ts';
import type { QueueChange } from './queue-change.ts';
import type { GroupChange, QueueState, TopicChange } from './queue-state.ts';
import type { RedrivePolicy } from './redrive-policy.ts';

const DAY_MS = 24 * 60 * 60_000;
export const DEDUP_WINDOW_MS = 5 * 60_000;
export const RETENTION_SECONDS_MAX = 1_209_600;
const MESSAGE_BYTES_MAX = 1_048_576;
const IN_FLIGHT_MAX = 120_000;
const SCOPES = { topic: 'queue', key: 'messageGroup' } as const;

/** Of a new topic, beside what its attributes say. */
export function newTopic(isFifo: boolean): Partial<TopicChange> {
  // A record has its key and headers beside the message: the size of messages is for the actions on messages.
  const common = { retentionAcked: true, messageBytesMax: LIMITS.messageBytesMax } as const;
  if (!isFifo) return { ...common, dedup: 'none' };
  return { ...common, dedupWindowMs: DEDUP_WINDOW_MS };
}

/** Of a new share group, beside what its attributes say. */
export function newGroup(isFifo: boolean): Partial<GroupChange> {
  return {
    exhaustedAt: 'receive',
    fence: false,
    backoff: 'none',
    maxDeliveries: 0,
    onExhausted: 'drop',
    onExpired: 'drop',
    deadLetterLoops: true,
    maxInFlight: IN_FLIGHT_MAX,
    ...(isFifo ? { ordering: 'fifo', lateReceipts: 'refuse' } : { fairness: 'tenant' }),
  };
}

export function isOrdered({
  ordering,
}: Pick<ShareGroupDescription['config'], 'ordering'>): boolean {
  return ordering !== 'none';
}

/** Whole seconds, rounded down: nobody is told that something lasts longer than it does. */
export function seconds(ms: number): string {
  return String(Math.floor(ms / 1_000));
}

/** The log keeps dedup ids for no longer than records, so it keeps these for as long; they expire in time all the same. */
export function retention(
  messageTtlMs: number,
  { dedupWindowMs }: Pick<Ground, 'dedupWindowMs'>,
): Partial<TopicChange> {
  const retentionMs = Math.max(messageTtlMs, dedupWindowMs);
  return { messageTtlMs, retentionMs, segmentMs: Math.min(retentionMs, DAY_MS) };
}

/** The shorter of the two; what lasts for longer than the longest period is shown as that. */
export function retentionSeconds({ config }: TopicDescription): string {
  const limits = [config?.messageTtlMs ?? -1, config?.retentionMs ?? -1].filter((ms) => ms >= 0);
  return seconds(Math.min(RETENTION_SECONDS_MAX * 1_000, ...limits));
}

/** As given; never more than the topic takes. */
export function shownMessageBytesMax({ topic }: QueueState): string {
  const given = Number(topic.annotations[annotationOf('MaximumMessageSize')]);
  const byTopic = Math.min(MESSAGE_BYTES_MAX, topic.config?.messageBytesMax ?? MESSAGE_BYTES_MAX);
  return String(given > 0 ? Math.min(given, byTopic) : byTopic);
}

/** Dead letters go somewhere after so many receives. */
export function redriveOf({ group, deadLetterTopic }: QueueState): RedrivePolicy | undefined {
  const { maxDeliveries, onExhausted } = group.config;
  if (deadLetterTopic === null || onExhausted !== 'dlq' || maxDeliveries === 0) return undefined;
  return { target: deadLetterTopic, maxReceiveCount: maxDeliveries };
}

const SCOPE = annotationOf('DeduplicationScope');

/** The scope acts as the queue was made: a later change is shown and no more. */
export function scopeChange(value: string, { isNew, dedupScope }: Ground): QueueChange {
  if (isNew) return { topic: { dedupScope: value === 'queue' ? 'topic' : 'key' } };
  return { annotations: { [SCOPE]: value === SCOPES[dedupScope] ? null : value } };
}

export function shownScope({ topic }: QueueState): string {
  const shown = topic.annotations[SCOPE];
  if (shown === SCOPES.topic || shown === SCOPES.key) return shown;
  return SCOPES[topic.config?.dedupScope ?? 'topic'];
}

export function lastModified({ topic }: QueueState): string {
  const given = Number(topic.annotations[annotationOf('LastModifiedTimestamp')] ?? 0);
  const created = Math.floor(topic.createdAtMs / 1_000);
  return String(Number.isSafeInteger(given) ? Math.max(given, created) : created);
}

/** As `LastModifiedTimestamp` has it. */
export function nowSeconds(): string {
  return seconds(Date.now());
}
