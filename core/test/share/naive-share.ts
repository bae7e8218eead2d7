// A share partition the dumb way: one plain object an offset, looked through from end to end for everything.
// It knows nothing of runs, rows or batches.
import type { AckKind, ErrorName, MessageState } from '@millrace/protocol';

export interface NaiveConfig {
  visibilityTimeoutMs: number;
  maxDeliveries: number;
  backoff: 'none' | 'fixed' | 'exponential';
  backoffBaseMs: number;
  backoffFactor: number;
  backoffMaxMs: number;
  jitter: 'none' | 'equal' | 'full';
  onExhausted: 'dlq' | 'drop';
}

export interface NaiveMessage {
  state: MessageState | 'removed';
  deliveries: number;
  untilMs: number;
  token: number;
  memberId: string;
  leasedAtMs: number;
  firstDeliveredAtMs: number;
  firstFailedAtMs: number;
  error: string | null;
  reason: 'exhausted' | 'rejected' | null;
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

const TWELVE_HOURS = 12 * 3_600_000;

export class NaiveShare {
  config: NaiveConfig;
  /** Offsets that have a record. */
  readonly messages = new Map<number, NaiveMessage>();
  readonly deaths: NaiveDeath[] = [];
  cursor = 0;
  lastToken = 0;
  /** Fresh offsets that retention took, records or not. */
  passedOver = 0;
  /** Messages that retention took after they had been delivered. */
  takenAway = 0;

  constructor(config: NaiveConfig) {
    this.config = config;
  }

  append(offset: number): void {
    this.messages.set(offset, {
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
    });
  }

  /** Offsets that a receive of `max` messages gives. */
  receivable(max: number, start: number, durableEnd: number): number[] {
    const inLog = [...this.messages].filter(([offset]) => offset >= start && offset < durableEnd);
    const ready = inLog.filter(([, { state }]) => state === 'ready');
    const fresh = inLog.filter(([, { state }]) => state === 'fresh');
    return [...ready, ...fresh].slice(0, max).map(([offset]) => offset);
  }

  lease(
    offsets: number[],
    tokenOf: (offset: number) => number,
    memberId: string,
    now: number,
    ms: number,
  ) {
    for (const offset of offsets) {
      const message = this.at(offset);
      message.state = 'leased';
      message.deliveries += 1;
      message.untilMs = now + ms;
      message.token = tokenOf(offset);
      message.memberId = memberId;
      message.leasedAtMs = now;
      message.firstDeliveredAtMs ||= now;
      this.lastToken = Math.max(this.lastToken, message.token);
    }
  }

  /** Where a receive that had room for more stopped looking. */
  passTo(offset: number, start: number): void {
    if (start > this.cursor) this.removeFresh(start);
    this.cursor = Math.max(this.cursor, offset);
  }

  removeFresh(start: number): void {
    for (const [offset, message] of this.messages) {
      if (message.state === 'fresh' && offset < start) message.state = 'removed';
    }
    this.passedOver += Math.max(start - this.cursor, 0);
    this.cursor = Math.max(this.cursor, start);
  }

  at(offset: number): NaiveMessage {
    const message = this.messages.get(offset);
    if (message === undefined) throw new Error(`no message ${offset}`);
    return message;
  }

  acknowledge(offset: number, ack: NaiveAck, start: number, now: number): ErrorName | 'done' {
    if (ack.token < 1 || ack.token > this.lastToken || offset >= this.cursor)
      return 'UNKNOWN_RECEIPT';
    const message = this.messages.get(offset);
    if (message === undefined || !isOpen(message)) return 'ALREADY_RESOLVED';
    if (message.token !== ack.token) {
      return message.token > ack.token ? 'STALE_LEASE' : 'UNKNOWN_RECEIPT';
    }
    if (ack.kind === 'return') return this.#giveBack(message);
    switch (ack.kind) {
      case 'accept':
        message.state = 'acknowledged';
        break;
      case 'reject':
        this.#die(offset, 'rejected', ack.errorText ?? message.error, start, now);
        break;
      case 'release':
        return this.#release(offset, ack, start, now);
      case 'extend':
        return this.#extend(offset, ack.delayMs ?? this.config.visibilityTimeoutMs, start, now);
    }
    return 'done';
  }

  #release(offset: number, ack: NaiveAck, start: number, now: number): 'done' {
    const message = this.at(offset);
    if (message.state === 'leased') {
      this.endAttempt(offset, ack.errorText, ack.delayMs, start, now);
      return 'done';
    }
    message.firstFailedAtMs ||= now;
    message.error = ack.errorText ?? message.error;
    if (ack.delayMs !== null) this.#wait(message, ack.delayMs, now);
    return 'done';
  }

  #extend(offset: number, byMs: number, start: number, now: number): ErrorName | 'done' {
    const message = this.at(offset);
    if (message.state !== 'leased') return 'STALE_LEASE';
    if (byMs === 0) {
      this.endAttempt(offset, null, 0, start, now);
    } else if (now + byMs - message.leasedAtMs > TWELVE_HOURS) {
      return 'LEASE_TOO_LONG';
    } else {
      message.untilMs = now + byMs;
    }
    return 'done';
  }

  /** The receipt is spent: it is as stale as those before it. */
  #giveBack(message: NaiveMessage): ErrorName | 'done' {
    if (message.state !== 'leased') return 'STALE_LEASE';
    message.state = 'ready';
    message.untilMs = 0;
    message.deliveries -= 1;
    if (message.deliveries === 0) message.firstDeliveredAtMs = 0;
    message.token += 0.5;
    message.memberId = '';
    return 'done';
  }

  endAttempt(
    offset: number,
    error: string | null,
    delayMs: number | null,
    start: number,
    now: number,
  ): void {
    const message = this.at(offset);
    const { maxDeliveries } = this.config;
    if (maxDeliveries !== 0 && message.deliveries >= maxDeliveries) {
      this.#die(offset, 'exhausted', error, start, now);
      return;
    }
    message.firstFailedAtMs ||= now;
    message.error = error;
    this.#wait(message, delayMs ?? this.#backoffMs(message.deliveries), now);
  }

  #wait(message: NaiveMessage, delayMs: number, now: number): void {
    message.state = delayMs === 0 ? 'ready' : 'scheduled';
    message.untilMs = delayMs === 0 ? 0 : now + delayMs;
  }

  /** With a random source that always gives one half. */
  #backoffMs(deliveries: number): number {
    const { backoff, backoffBaseMs, backoffFactor, backoffMaxMs, jitter } = this.config;
    const doublings = backoff === 'exponential' ? deliveries - 1 : 0;
    let ms = backoff === 'none' ? 0 : backoffBaseMs;
    for (let i = 0; i < doublings; i += 1) ms *= backoffFactor;
    ms = Math.min(ms, backoffMaxMs);
    return Math.round(ms * { none: 1, equal: 0.75, full: 0.5 }[jitter]);
  }

  #die(
    offset: number,
    reason: 'exhausted' | 'rejected',
    error: string | null,
    start: number,
    now: number,
  ): void {
    const message = this.at(offset);
    if (offset < start) {
      message.state = 'removed';
      this.takenAway += 1;
      return;
    }
    message.state = 'dead';
    message.reason = reason;
    message.error = error;
    const { deliveries } = message;
    const firstFailedAtMs = message.firstFailedAtMs || now;
    if (this.config.onExhausted === 'dlq') {
      this.deaths.push({ offset, deliveries, reason, error, firstFailedAtMs, lastFailedAtMs: now });
    }
  }

  due(now: number, graceUntilMs: number, start: number): void {
    for (const [offset, message] of this.messages) {
      if (message.state === 'scheduled' && message.untilMs <= now) {
        message.state = 'ready';
        message.untilMs = 0;
      } else if (message.state === 'leased' && message.untilMs <= now && now >= graceUntilMs) {
        this.endAttempt(offset, `lease expired; held by ${message.memberId}`, null, start, now);
      }
    }
  }

  /** What retention took away is forgotten. */
  remove(start: number): void {
    this.removeFresh(start);
    for (const [offset, message] of this.messages) {
      if (!isOpen(message) || offset >= start) continue;
      message.state = 'removed';
      this.takenAway += 1;
    }
  }

  /** Messages by state, with what retention took counted as removed whether or not anybody noticed. */
  counts(start: number, durableEnd: number) {
    const all = [...this.messages];
    const of = (state: NaiveMessage['state'], from: number) =>
      all.filter(([offset, message]) => message.state === state && offset >= from).length;
    const below = all.filter(([offset, message]) => isOpen(message) && offset < start).length;
    return {
      fresh: Math.max(durableEnd - Math.max(this.cursor, start), 0),
      ready: of('ready', start),
      scheduled: of('scheduled', start),
      leased: of('leased', start),
      acknowledged: of('acknowledged', 0),
      dead: of('dead', 0),
      removed: this.passedOver + this.takenAway + below + Math.max(start - this.cursor, 0),
    };
  }
}

function isOpen({ state }: NaiveMessage): boolean {
  return state === 'ready' || state === 'scheduled' || state === 'leased';
}
