// A share partition with ordering by key, the dumb way: one plain object an offset, looked through from end to end. It
// does not say which messages a receive gives, only whether those that were given could be, and what becomes of all.
import { ok } from 'node:assert/strict';
import type { AckKind, ErrorName } from '@millrace/protocol';

export interface NaiveLaneConfig {
  visibilityTimeoutMs: number;
  maxDeliveries: number;
  backoffBaseMs: number;
  onExhausted: 'dlq' | 'drop' | 'block';
  fence: boolean;
  lateReceipts: 'accept' | 'refuse';
  /** fifo: what becomes of one message of a key does not touch the others that are leased. */
  ordering: 'key' | 'fifo';
}

export interface NaiveAck {
  token: number;
  kind: AckKind;
  delayMs: number | null;
}

type State =
  | 'fresh'
  | 'leased'
  | 'scheduled'
  | 'parked'
  | 'blocked'
  | 'acknowledged'
  | 'dead'
  | 'removed';

export interface NaiveMessage {
  readonly offset: number;
  readonly key: string | null;
  readonly visibleAtMs: number;
  state: State;
  deliveries: number;
  untilMs: number;
  token: number;
  /** Its newest receipt still says something. */
  hasReceipt: boolean;
}

export class NaiveLanes {
  readonly config: NaiveLaneConfig;
  readonly messages: NaiveMessage[] = [];
  cursor = 0;
  lastToken = 0;

  constructor(config: NaiveLaneConfig) {
    this.config = config;
  }

  append(key: string | null, visibleAtMs: number): void {
    const offset = this.messages.length;
    const nothing = { deliveries: 0, untilMs: 0, token: 0, hasReceipt: false };
    this.messages.push({ offset, key, visibleAtMs, state: 'fresh', ...nothing });
  }

  at(offset: number): NaiveMessage {
    const message = this.messages[offset];
    if (message === undefined) throw new Error(`no message ${offset}`);
    return message;
  }

  /** Unresolved messages of the same key before this one. */
  before({ key, offset }: NaiveMessage): NaiveMessage[] {
    if (key === null) return [];
    return this.messages.slice(0, offset).filter((other) => other.key === key && isOpen(other));
  }

  /** Could be given alone. */
  eligible(durableEnd: number, start: number, now: number): NaiveMessage[] {
    return this.messages.filter((message) => {
      const { state, offset, visibleAtMs } = message;
      if (offset >= durableEnd || offset < start) return false;
      if (state !== 'parked' && (state !== 'fresh' || visibleAtMs > now)) return false;
      return this.before(message).length === 0 && !this.#isStopped(message);
    });
  }

  /** A blocked message stops its whole key, what comes before it included. [L-62] [L-66] */
  #isStopped({ key }: NaiveMessage): boolean {
    if (this.config.ordering === 'fifo' || key === null) return false;
    return this.messages.some((other) => other.key === key && other.state === 'blocked');
  }

  /** A receive gave these, each under its token, and moved the cursor. */
  lease(given: Map<number, number>, cursor: number, now: number, ms: number, start: number): void {
    for (const offset of given.keys()) {
      const message = this.at(offset);
      ok(offset >= start, 'only what the log holds is given');
      ok(message.state === 'parked' || message.state === 'fresh', `${offset} waits for a member`);
      ok(message.state === 'parked' || message.visibleAtMs <= now, `${offset} is visible`);
      for (const other of this.before(message)) {
        ok(given.has(other.offset), `${other.offset} comes before ${offset} of the same key [I5]`);
      }
    }
    for (const message of this.messages.slice(this.cursor, cursor)) {
      if (message.state !== 'fresh' || given.has(message.offset)) continue;
      if (message.offset < start) message.state = 'removed';
      else if (message.visibleAtMs > now) this.#wait(message, message.visibleAtMs);
      else {
        // With `fifo` it may have been passed for more of another key.
        const hadTo = this.config.ordering === 'fifo' || this.before(message).length > 0;
        ok(hadTo, `${message.offset} had to be parked`);
        message.state = 'parked';
      }
    }
    ok(cursor >= this.cursor, 'the cursor never goes back');
    this.cursor = cursor;
    for (const [offset, token] of given) {
      const message = this.at(offset);
      ok(offset < cursor);
      message.state = 'leased';
      message.deliveries += 1;
      message.untilMs = now + ms;
      message.token = token;
      message.hasReceipt = true;
      this.lastToken = Math.max(this.lastToken, token);
    }
  }

  /** An item: what each offset of it is told. */
  acknowledge(first: number, last: number, ack: NaiveAck, start: number, now: number): string[] {
    const returned = new Set<number>();
    const outcomes: string[] = [];
    for (let offset = first; offset <= last; offset += 1) {
      const isDone = returned.has(offset) && this.#isEnough(this.at(offset), ack, true);
      if (isDone) outcomes.push('done');
      else outcomes.push(this.#settle(offset, ack, start, now, returned));
    }
    // Who rejects means each message by itself: only what was not named goes back.
    if (ack.kind === 'reject') this.#giveBackAfterBlocked(first, last);
    return outcomes;
  }

  #settle(
    offset: number,
    ack: NaiveAck,
    start: number,
    now: number,
    returned: Set<number>,
  ): ErrorName | 'done' {
    if (ack.token < 1 || ack.token > this.lastToken || offset >= this.cursor) {
      return 'UNKNOWN_RECEIPT';
    }
    const message = this.messages[offset];
    if (message === undefined || !isOpen(message)) return 'ALREADY_RESOLVED';
    if (message.token < ack.token) return 'UNKNOWN_RECEIPT';
    const { state } = message;
    if (!this.#isEnough(message, ack, state === 'leased')) return 'STALE_LEASE';
    if (ack.kind === 'accept') message.state = 'acknowledged';
    else if (ack.kind === 'reject') this.#reject(message, start);
    else if (ack.kind === 'release') {
      if (state === 'leased') this.#fail(message, ack.delayMs, start, now, returned);
      else if (ack.delayMs !== null && state !== 'blocked') this.#pause(message, ack.delayMs, now);
    } else if (state !== 'leased') return this.#extendLate(message, ack, now);
    else if (ack.kind === 'return') {
      this.#giveBack(message);
      this.#giveBackRest(message, returned);
    } else if (ack.delayMs === 0) this.#fail(message, 0, start, now, returned);
    else message.untilMs = now + (ack.delayMs ?? this.config.visibilityTimeoutMs);
    return 'done';
  }

  /** `isLeased`: or was, when the item began. */
  #isEnough({ token, hasReceipt }: NaiveMessage, ack: NaiveAck, isLeased: boolean): boolean {
    const isNewest = token === ack.token && (hasReceipt || isLeased);
    if (this.config.lateReceipts === 'refuse') return isNewest && isLeased;
    return isNewest || (!this.config.fence && ack.kind !== 'return' && token > 0);
  }

  /** Only the first of its key begins anew, and only while nothing of the key is leased or blocked. */
  #extendLate(message: NaiveMessage, ack: NaiveAck, now: number): ErrorName | 'done' {
    const { state, hasReceipt, deliveries, key } = message;
    const isOver = !hasReceipt || deliveries === 0 || state === 'blocked';
    if (ack.kind === 'return' || this.config.fence || isOver) return 'STALE_LEASE';
    if (ack.delayMs === 0) {
      if (state === 'scheduled') this.#pause(message, 0, now);
      return 'done';
    }
    const isHeld = (other: NaiveMessage) =>
      other.key === key && (other.state === 'leased' || other.state === 'blocked');
    const isOrdered = this.config.ordering === 'key' && key !== null;
    const isStopped = isOrdered && this.messages.some((other) => isHeld(other));
    if (isStopped || (isOrdered && this.before(message).length > 0)) return 'STALE_LEASE';
    message.state = 'leased';
    message.untilMs = now + (ack.delayMs ?? this.config.visibilityTimeoutMs);
    return 'done';
  }

  #reject(message: NaiveMessage, start: number): void {
    message.untilMs = 0;
    if (this.config.onExhausted === 'block') message.state = 'blocked';
    else message.state = message.offset < start ? 'removed' : 'dead';
  }

  #giveBackAfterBlocked(first: number, last: number): void {
    for (const message of this.messages.slice(first, last + 1)) {
      if (message.state === 'blocked') this.#giveBackRest(message, new Set());
    }
  }

  /** The attempt ended without success; the rest of the key goes back. */
  #fail(
    message: NaiveMessage,
    delayMs: number | null,
    start: number,
    now: number,
    returned: Set<number>,
  ): void {
    const { maxDeliveries, backoffBaseMs, onExhausted } = this.config;
    if (maxDeliveries !== 0 && message.deliveries >= maxDeliveries) {
      if (onExhausted !== 'block') {
        message.state = message.offset < start ? 'removed' : 'dead';
        return;
      }
      message.state = 'blocked';
      message.untilMs = 0;
    } else {
      this.#pause(message, delayMs ?? backoffBaseMs, now);
    }
    this.#giveBackRest(message, returned);
  }

  #pause(message: NaiveMessage, delayMs: number, now: number): void {
    if (delayMs > 0) this.#wait(message, now + delayMs);
    else {
      message.state = 'parked';
      message.untilMs = 0;
    }
  }

  #wait(message: NaiveMessage, untilMs: number): void {
    message.state = 'scheduled';
    message.untilMs = untilMs;
  }

  #giveBack(message: NaiveMessage): void {
    message.state = 'parked';
    message.deliveries -= 1;
    message.untilMs = 0;
    message.hasReceipt = false;
  }

  #giveBackRest({ key, offset }: NaiveMessage, returned: Set<number>): void {
    if (key === null || this.config.ordering === 'fifo') return;
    for (const other of this.messages.slice(offset + 1)) {
      if (other.key !== key || other.state !== 'leased') continue;
      this.#giveBack(other);
      returned.add(other.offset);
    }
  }

  due(now: number, start: number): void {
    const due = this.messages.filter(({ untilMs }) => untilMs > 0 && untilMs <= now);
    for (const message of due.toSorted((a, b) => a.untilMs - b.untilMs || a.offset - b.offset)) {
      if (message.state === 'scheduled') this.#pause(message, 0, now);
      else if (message.state === 'leased') this.#fail(message, null, start, now, new Set());
    }
  }

  remove(start: number): void {
    for (const message of this.messages.slice(0, start)) {
      if (isOpen(message)) message.state = 'removed';
    }
    this.cursor = Math.max(this.cursor, start);
  }

  /** An operator decides. */
  change(
    offset: number,
    action: 'retry' | 'reschedule' | 'cancel',
    delayMs: number,
    now: number,
  ): ErrorName | 'done' {
    const message = this.at(offset);
    if (!isOpen(message)) return 'ALREADY_RESOLVED';
    if (message.state === 'leased') return 'MESSAGE_LEASED';
    if (action === 'cancel') {
      message.state = 'dead';
      return 'done';
    }
    if (message.state === 'blocked') message.deliveries = 0;
    this.#pause(message, action === 'retry' ? 0 : delayMs, now);
    return 'done';
  }
}

export function isOpen({ state }: NaiveMessage): boolean {
  return state !== 'acknowledged' && state !== 'dead' && state !== 'removed';
}
