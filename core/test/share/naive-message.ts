// What the naive share partition keeps of each message: one plain object an offset.
import type { AckKind, MessageState, RequestOf } from '@millrace/protocol';

export interface NaiveConfig {
  visibilityTimeoutMs: number;
  maxDeliveries: number;
  backoff: 'none' | 'fixed' | 'exponential';
  backoffBaseMs: number;
  backoffFactor: number;
  backoffMaxMs: number;
  jitter: 'none' | 'equal' | 'full';
  onExhausted: 'dlq' | 'drop' | 'block';
  exhaustedAt: 'end' | 'receive';
  fence: boolean;
  lateReceipts: 'accept' | 'refuse';
  maxInFlight: number;
  onExpired: 'drop' | 'dlq';
}

/** What a producer says of a message; 0: nothing. */
export interface NaiveRecord {
  delayMs: number;
  ttlMs: number;
  maxDeliveries: number;
  /** Redriven for another share group. */
  isForeign: boolean;
}

export interface NaiveMessage {
  state: MessageState | 'removed' | 'skipped';
  deliveries: number;
  untilMs: number;
  token: number;
  memberId: string;
  leasedAtMs: number;
  firstDeliveredAtMs: number;
  firstFailedAtMs: number;
  error: string | null;
  reason: string | null;
  readonly visibleMs: number;
  readonly expiresMs: number;
  readonly maxDeliveries: number;
  readonly isForeign: boolean;
}

export interface NaiveAck {
  token: number;
  kind: AckKind;
  delayMs: number | null;
  errorText: string | null;
}

export interface NaiveDeath {
  offset: number;
  deliveries: number;
  reason: string;
  error: string | null;
  firstFailedAtMs: number;
  lastFailedAtMs: number;
}

export type ChangeAction = RequestOf<'ChangeMessages'>['action'];

export const PLAIN: NaiveRecord = { delayMs: 0, ttlMs: 0, maxDeliveries: 0, isForeign: false };

export function naiveMessage(record: NaiveRecord, topicTtlMs: number, now: number): NaiveMessage {
  const visibleMs = now + record.delayMs;
  const ttlMs = record.ttlMs || (topicTtlMs < 0 ? Number.POSITIVE_INFINITY : topicTtlMs);
  return {
    state: 'fresh',
    deliveries: 0,
    untilMs: 0,
    token: 0,
    memberId: '',
    leasedAtMs: 0,
    firstDeliveredAtMs: 0,
    firstFailedAtMs: 0,
    error: null,
    reason: null,
    visibleMs,
    expiresMs: visibleMs + ttlMs,
    maxDeliveries: record.maxDeliveries,
    isForeign: record.isForeign,
  };
}

/** Delivered or scheduled, and not resolved. */
export function isOpen({ state }: NaiveMessage): boolean {
  return ['ready', 'scheduled', 'leased', 'parked', 'blocked'].includes(state);
}

/** With a random source that always gives one half. */
export function naiveBackoffMs(config: NaiveConfig, deliveries: number): number {
  const { backoff, backoffBaseMs, backoffFactor, backoffMaxMs, jitter } = config;
  const doublings = backoff === 'exponential' ? deliveries - 1 : 0;
  let ms = backoff === 'none' ? 0 : backoffBaseMs;
  for (let i = 0; i < doublings; i += 1) ms *= backoffFactor;
  ms = Math.min(ms, backoffMaxMs);
  return Math.round(ms * { none: 1, equal: 0.75, full: 0.5 }[jitter]);
}

/** The receipt says something. */
export function isEnough(config: NaiveConfig, message: NaiveMessage, ack: NaiveAck): boolean {
  const isNewest = message.token === ack.token;
  if (config.lateReceipts === 'refuse') return isNewest && message.state === 'leased';
  return isNewest || (!config.fence && ack.kind !== 'return');
}

/** The same delivery goes on, unless it was returned or an operator had it begin anew. */
export function extendLate(
  { fence }: NaiveConfig,
  message: NaiveMessage,
  byMs: number,
  now: number,
): 'STALE_LEASE' | 'done' {
  const { state, deliveries, memberId } = message;
  if (fence || state === 'blocked' || deliveries === 0 || memberId === '') return 'STALE_LEASE';
  if (byMs > 0) {
    message.state = 'leased';
    message.untilMs = now + byMs;
    message.leasedAtMs = now;
  } else if (state === 'scheduled') {
    message.state = 'ready';
    message.untilMs = 0;
  }
  return 'done';
}
