// The machine and the naive share partition side by side: every command goes to both, and what they answer and what
// they hold afterwards must be the same.
import { deepEqual, equal, ok } from 'node:assert/strict';
import { DEAD_LETTER_HEADERS, errorName, readRecords } from '@millrace/protocol';
import {
  counters,
  createShardState,
  decideAcknowledge,
  decideAlterShareGroup,
  decideAppend,
  decideCreateShareGroup,
  decideCreateTopic,
  decideDue,
  decideReceive,
  decideRemoved,
  decideRetention,
  type Lease,
  loadShardState,
  nextDueMs,
  peek,
  type ShardState,
} from '../../src/index.ts';
import { appendOf } from '../support/batches.ts';
import { Machine } from '../support/machine.ts';
import { gappedBatch, placeCompacted } from './gapped-batch.ts';
import { type NaiveAck, type NaiveConfig, NaiveShare } from './naive-share.ts';

export const TOPIC = 1;
const DEAD_LETTERS = 2;
const PLACE = { topicId: TOPIC, partition: 0 };
const KEY = { groupId: 1, ...PLACE };
export const GRACE_MS = 500;
const RETENTION = {
  retentionMs: 3_000,
  retentionBytes: null,
  segmentBytes: null,
  segmentMs: 1_000,
  messageBytesMax: null,
  messageTtlMs: null,
  dedup: null,
  dedupWindowMs: null,
  dedupScope: null,
  retentionAcked: null,
  deadLettersFrom: null,
  deadLetterSources: null,
};
const TEXT = new TextDecoder();

export class Twins {
  readonly machine = new Machine();
  readonly naive: NaiveShare;
  /** Every lease ever given. */
  readonly leases: Lease[] = [];
  graceUntilMs = 0;

  constructor(config: NaiveConfig) {
    this.naive = new NaiveShare(config);
    const topic = { name: 'orders', partitions: 1, annotations: null, validateOnly: false };
    this.machine.run(decideCreateTopic, { ...topic, config: RETENTION });
    const group = { group: 'workers', topics: ['orders'], startAt: -2, deadLetterTopic: null };
    this.machine.run(decideCreateShareGroup, { ...group, config });
  }

  get #log() {
    return this.machine.state.logs.at(TOPIC, 0);
  }

  append(count: number, gaps: readonly number[]): void {
    const base = this.#log.nextOffset;
    const values = Array.from({ length: count }, (_, i) => `${base + i}`);
    let delta = -1;
    const deltas = values.map((_, i) => {
      delta += 1 + (gaps[i] ?? 0);
      return delta;
    });
    const end = delta + 1 + (gaps[count] ?? 0);
    const command = appendOf(TOPIC, 0, values);
    if (end === count) this.machine.run(decideAppend, command);
    else this.machine.run(placeCompacted, gappedBatch(values, deltas, end));
    for (const at of deltas) this.naive.append(base + at);
  }

  receive(memberId: string, maxMessages: number, visibilityTimeoutMs: number | null): void {
    const { startOffset, durableEnd } = this.#log;
    const { nowMs } = this.machine;
    const command = { ...KEY, memberId, maxMessages, maxBytes: 1_000_000, visibilityTimeoutMs };
    const { leases } = this.machine.run(decideReceive, command);
    const expected = this.naive.receivable(maxMessages, startOffset, durableEnd);
    const granted = leases.flatMap((lease) => offsetsOf(lease));
    deepEqual(granted, expected);
    const byOffset = new Map(leases.flatMap((lease) => offsetsOf(lease).map((at) => [at, lease])));
    const ms = visibilityTimeoutMs ?? this.naive.config.visibilityTimeoutMs;
    const hasRoomAfterReady = expected.filter((at) => at < this.naive.cursor).length < maxMessages;
    this.naive.lease(expected, (at) => byOffset.get(at)?.token ?? 0, memberId, nowMs, ms);
    if (hasRoomAfterReady && this.naive.cursor < durableEnd) {
      const isFull = expected.length === maxMessages;
      this.naive.passTo(isFull ? (expected.at(-1) ?? 0) + 1 : durableEnd, startOffset);
    }
    for (const lease of leases) this.#checkLease(lease, nowMs + ms);
  }

  /** It is new, says what its messages are, and brings them. */
  #checkLease(lease: Lease, deadlineMs: number): void {
    for (const other of this.leases) ok(other.token < lease.token, 'tokens grow');
    this.leases.push(lease);
    const read = lease.batches.flatMap((batch) =>
      readRecords(batch, { from: lease.firstOffset, to: lease.lastOffset }),
    );
    deepEqual(
      read.map(({ offset }) => offset),
      offsetsOf(lease),
    );
    for (const at of offsetsOf(lease)) {
      const { deliveries, firstDeliveredAtMs } = this.naive.at(at);
      deepEqual(
        [lease.deliveries, lease.firstDeliveredAtMs, lease.deadlineMs],
        [deliveries, firstDeliveredAtMs, deadlineMs],
      );
    }
  }

  acknowledge(firstOffset: number, lastOffset: number, ack: NaiveAck): void {
    const { nowMs } = this.machine;
    const { startOffset } = this.#log;
    const reply = this.machine.run(decideAcknowledge, { ...KEY, firstOffset, lastOffset, ...ack });
    const outcomes: string[] = [];
    let next = firstOffset;
    for (const outcome of reply.outcomes) {
      equal(outcome.firstOffset, next, 'outcomes have no gap');
      const name = errorName(outcome.errorCode) ?? 'done';
      for (; next <= outcome.lastOffset; next += 1) outcomes.push(name);
    }
    const died = this.naive.deaths.length;
    const expected: string[] = [];
    for (let at = firstOffset; at <= lastOffset; at += 1) {
      expected.push(this.naive.acknowledge(at, ack, startOffset, nowMs));
    }
    deepEqual(outcomes, expected);
    equal(reply.deadLettered, this.naive.deaths.length - died);
  }

  due(runsMax: number): void {
    const { machine } = this;
    for (let more = true; more; ) {
      const command = { runsMax, graceUntilMs: this.graceUntilMs };
      more = machine.run(decideDue, command).more;
    }
    this.naive.due(machine.nowMs, this.graceUntilMs, this.#log.startOffset);
    const nextMs = nextDueMs(machine.state.shares, machine.view, this.graceUntilMs);
    ok(nextMs === undefined || nextMs > machine.nowMs, 'nothing that is due is left');
  }

  retain(): void {
    while (this.machine.run(decideRetention, { ...PLACE, rowsMax: 3 }).more);
  }

  remove(rowsMax: number): void {
    while (this.machine.run(decideRemoved, { ...KEY, rowsMax }).more);
    this.naive.remove(this.#log.startOffset);
  }

  restart(): void {
    deepEqual(this.loaded(), this.held());
    this.machine.reload();
    this.graceUntilMs = this.machine.nowMs + GRACE_MS;
  }

  alter(maxDeliveries: number): void {
    const command = { group: 'workers', addTopics: null, startAt: -2, deadLetterTopic: null };
    this.machine.run(decideAlterShareGroup, { ...command, config: { maxDeliveries } });
    this.naive.config = { ...this.naive.config, maxDeliveries };
  }

  compare(): void {
    const { machine, naive } = this;
    const { startOffset, durableEnd } = this.#log;
    const [found] = machine.run(counters, { group: 'workers' }).partitions;
    ok(found !== undefined);
    const { fresh, ready, scheduled, leased, acknowledged, dead, removed } = found;
    deepEqual(
      { fresh, ready, scheduled, leased, acknowledged, dead, removed },
      naive.counts(startOffset, durableEnd),
    );
    this.#compareStates(startOffset, durableEnd);
  }

  /** All that memory holds of share partitions. */
  held() {
    return runsOf(this.machine.state);
  }

  /** What a restart would load. */
  loaded() {
    const loaded = createShardState();
    loadShardState(loaded, this.machine.view);
    return runsOf(loaded);
  }

  #compareStates(startOffset: number, durableEnd: number): void {
    const request = { group: 'workers', topic: 'orders', partition: 0, maxBytes: 1 };
    const range = { fromOffset: startOffset, maxMessages: 1_000 };
    const { ranges } = this.machine.run(peek, { ...request, ...range });
    let next = startOffset;
    for (const { firstOffset, lastOffset, state, ...seen } of ranges) {
      equal(firstOffset, next);
      for (; next <= lastOffset; next += 1) {
        const message = this.naive.messages.get(next);
        const absent = next < this.naive.cursor ? 'acknowledged' : 'fresh';
        equal(state, message?.state ?? absent, `state of ${next}`);
        if (message === undefined || state === 'fresh' || state === 'acknowledged') continue;
        const { deliveries, error, reason, memberId, untilMs } = message;
        deepEqual([seen.deliveries, seen.lastError, seen.deadReason], [deliveries, error, reason]);
        if (state !== 'dead') equal(seen.memberId, memberId || null);
        if (state !== 'dead') equal(seen.untilMs ?? 0, untilMs);
      }
    }
    equal(next, durableEnd);
  }

  /** Exactly one copy of each message that died, with what is known of its end. */
  compareDeadLetters(): void {
    const copies = this.machine.view
      .all('batches')
      .filter(([[topicId]]) => topicId === DEAD_LETTERS)
      .flatMap(([, batch]) => readRecords(batch));
    const found = copies.map(({ value, headers }) => {
      const text = new Map(headers.map(([name, bytes]) => [name, TEXT.decode(bytes)]));
      const number = (name: string) => Number(text.get(name));
      const offset = number(DEAD_LETTER_HEADERS.offset);
      ok(TEXT.decode(value ?? new Uint8Array()) !== '', 'the value is copied');
      return {
        offset,
        deliveries: number(DEAD_LETTER_HEADERS.deliveries),
        reason: text.get(DEAD_LETTER_HEADERS.reason),
        error: text.get(DEAD_LETTER_HEADERS.error) ?? null,
        firstFailedAtMs: number(DEAD_LETTER_HEADERS.firstFailedAt),
        lastFailedAtMs: number(DEAD_LETTER_HEADERS.lastFailedAt),
      };
    });
    const byOffset = (a: { offset: number }, b: { offset: number }) => a.offset - b.offset;
    deepEqual(found.toSorted(byOffset), this.naive.deaths.toSorted(byOffset));
  }
}

export function offsetsOf({ firstOffset, lastOffset }: Lease): number[] {
  return Array.from({ length: lastOffset - firstOffset + 1 }, (_, i) => firstOffset + i);
}

function runsOf({ shares }: ShardState) {
  const all = [...shares.all()].map((share) => ({ row: share.row, runs: [...share.runsFrom(0)] }));
  return { all, leaseEnds: shares.leaseEnds.size };
}
