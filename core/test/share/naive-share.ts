// A share partition the dumb way: one plain object an offset, looked through for everything. It knows no runs or rows.
import type { ErrorName } from '@millrace/protocol';
import {
  type ChangeAction,
  extendLate,
  isEnough,
  isOpen,
  type NaiveAck,
  type NaiveConfig,
  type NaiveDeath,
  type NaiveMessage,
  type NaiveRecord,
  naiveBackoffMs,
  naiveMessage,
} from './naive-message.ts';

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

  readonly topicTtlMs: number;

  constructor(config: NaiveConfig, topicTtlMs: number) {
    this.config = config;
    this.topicTtlMs = topicTtlMs;
  }

  append(offset: number, record: NaiveRecord, now: number): void {
    this.messages.set(offset, naiveMessage(record, this.topicTtlMs, now));
  }

  /** Offsets that a receive of `max` messages gives; what is not to be given goes where it belongs. */
  receivable(max: number, start: number, durableEnd: number, now: number): number[] {
    const leased = [...this.messages.values()].filter(({ state }) => state === 'leased').length;
    const room = Math.min(max, (this.config.maxInFlight || Number.POSITIVE_INFINITY) - leased);
    const found: number[] = [];
    if (room <= 0) return found;
    for (const [offset, message] of this.messages) {
      if (found.length === room) return found;
      if (offset < start || message.state !== 'ready') continue;
      if (message.expiresMs <= now) this.#die(offset, 'expired', message.error, start, now);
      else if (this.config.exhaustedAt === 'receive' && this.#isExhausted(message, true))
        this.#exhaust(offset, 'exhausted', message.error, start, now);
      else found.push(offset);
    }
    if (found.length === room) return found;
    this.removeFresh(start);
    while (this.cursor < durableEnd && found.length < room) {
      if (this.#siftAt(this.cursor, now)) found.push(this.cursor);
      this.cursor += 1;
    }
    return found;
  }

  /** Without a receive: up to the first message that can be given. Gives its offset. */
  sift(durableEnd: number, now: number): number {
    let at = this.cursor;
    while (at < durableEnd && !this.#siftAt(at, now)) at += 1;
    return at;
  }

  /** True: the message at the cursor can be given. */
  #siftAt(offset: number, now: number): boolean {
    const message = this.messages.get(offset);
    if (message === undefined) return false;
    if (message.state === 'scheduled' && message.untilMs <= now) {
      message.state = 'ready';
      message.untilMs = 0;
    }
    if (message.state !== 'fresh') return false;
    if (message.isForeign) message.state = 'skipped';
    else if (message.visibleMs > now) {
      message.state = 'scheduled';
      message.untilMs = message.visibleMs;
    } else if (message.expiresMs <= now) this.#die(offset, 'expired', null, 0, now);
    return message.state === 'fresh';
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

  removeFresh(start: number): void {
    for (const [offset, message] of this.messages) {
      if (message.state === 'fresh' && offset < start) message.state = 'removed';
    }
    for (; this.cursor < start; this.cursor += 1) {
      if (this.messages.get(this.cursor)?.state === 'removed' || !this.messages.has(this.cursor))
        this.passedOver += 1;
    }
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
    if (message.token < ack.token) return 'UNKNOWN_RECEIPT';
    if (!isEnough(this.config, message, ack)) return 'STALE_LEASE';
    if (ack.kind === 'return') return this.#giveBack(message);
    switch (ack.kind) {
      case 'accept':
        message.state = 'acknowledged';
        break;
      case 'reject':
        this.#exhaust(offset, 'rejected', ack.errorText ?? message.error, start, now);
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
    if (ack.delayMs !== null && message.state !== 'blocked') this.#wait(message, ack.delayMs, now);
    return 'done';
  }

  #extend(offset: number, byMs: number, start: number, now: number): ErrorName | 'done' {
    const message = this.at(offset);
    if (message.state !== 'leased') return extendLate(this.config, message, byMs, now);
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
    if (this.config.exhaustedAt === 'end' && this.#isExhausted(message, offset >= start)) {
      this.#exhaust(offset, 'exhausted', error, start, now);
      return;
    }
    message.firstFailedAtMs ||= now;
    message.error = error;
    this.#wait(message, delayMs ?? naiveBackoffMs(this.config, message.deliveries), now);
  }

  #wait(message: NaiveMessage, delayMs: number, now: number): void {
    message.state = delayMs === 0 ? 'ready' : 'scheduled';
    message.untilMs = delayMs === 0 ? 0 : now + delayMs;
  }

  #isExhausted({ maxDeliveries, deliveries }: NaiveMessage, isInLog: boolean): boolean {
    const max = (isInLog && maxDeliveries) || this.config.maxDeliveries;
    return max !== 0 && deliveries >= max;
  }

  #exhaust(
    offset: number,
    reason: 'exhausted' | 'rejected',
    error: string | null,
    start: number,
    now: number,
  ): void {
    const message = this.at(offset);
    if (this.config.onExhausted !== 'block') {
      this.#die(offset, reason, error, start, now);
      return;
    }
    message.state = 'blocked';
    message.untilMs = 0;
    message.firstFailedAtMs ||= now;
    message.error = error;
  }

  #die(offset: number, reason: string, error: string | null, start: number, now: number): void {
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
    const { onExhausted, onExpired } = this.config;
    const isCopied =
      reason === 'dead-lettered' ||
      (reason === 'expired' ? onExpired === 'dlq' : onExhausted === 'dlq');
    if (isCopied && reason !== 'cancelled') {
      this.deaths.push({ offset, deliveries, reason, error, firstFailedAtMs, lastFailedAtMs: now });
    }
  }

  /** An operator decides about one message. */
  change(
    offset: number,
    action: ChangeAction,
    delayMs: number,
    range: { start: number; floor: number; durableEnd: number; now: number },
  ): ErrorName | 'done' {
    const { start, floor, durableEnd, now } = range;
    const message = this.messages.get(offset);
    if (offset >= Math.max(durableEnd, this.cursor)) return 'OFFSET_OUT_OF_RANGE';
    if (message === undefined || offset < Math.max(start, floor)) return 'ALREADY_RESOLVED';
    const { state } = message;
    if (state === 'leased') return 'MESSAGE_LEASED';
    const isFresh = state === 'fresh' && !message.isForeign;
    if (!isFresh && !isOpen(message)) return 'ALREADY_RESOLVED';
    if (isFresh && action === 'retry') return 'MESSAGE_FRESH';
    if (action === 'cancel' || action === 'deadLetter') {
      const reason = action === 'cancel' ? 'cancelled' : 'dead-lettered';
      this.#die(offset, reason, message.error, start, now);
      return 'done';
    }
    const byMs = action === 'retry' ? 0 : delayMs;
    if (state === 'blocked') message.firstDeliveredAtMs = 0;
    if (state === 'blocked') message.deliveries = 0;
    message.state = byMs > 0 || offset >= this.cursor ? 'scheduled' : 'ready';
    message.untilMs = message.state === 'scheduled' ? now + byMs : 0;
    return 'done';
  }

  due(now: number, graceUntilMs: number, start: number): void {
    for (const [offset, message] of this.messages) {
      if (message.state === 'scheduled' && message.untilMs <= now && offset < this.cursor) {
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
}
