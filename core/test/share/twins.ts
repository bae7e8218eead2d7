// The machine and the naive share partition side by side: every command goes to both, and what they answer and what
// they hold afterwards must be the same.
import { deepEqual, equal, ok } from 'node:assert/strict';
import { encodeBatch, errorName, type RecordInput, readRecords } from '@millrace/protocol';
import {
  type ChangeReply,
  counters,
  createShardState,
  decideAcknowledge,
  decideAlterShareGroup,
  decideChangeMessages,
  decideCreateShareGroup,
  decideCreateTopic,
  decideDue,
  decideReceive,
  decideRemoved,
  decideRetention,
  decideSift,
  type Lease,
  loadShardState,
  nextDueMs,
  peek,
  type ShardState,
} from '../../src/index.ts';
import { Machine } from '../support/machine.ts';
import { gappedBatch, placeCompacted } from './gapped-batch.ts';
import { naiveCounts } from './naive-counts.ts';
import {
  type ChangeAction,
  type NaiveAck,
  type NaiveConfig,
  type NaiveRecord,
  PLAIN,
} from './naive-message.ts';
import { NaiveShare } from './naive-share.ts';

export const TOPIC = 1;
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
  cleanupPolicy: null,
  compactionLagMs: null,
  tombstoneRetentionMs: null,
  compactionDirtyRatio: null,
};

export class Twins {
  readonly machine = new Machine();
  readonly naive: NaiveShare;
  /** Every lease ever given. */
  readonly leases: Lease[] = [];
  graceUntilMs = 0;

  constructor(config: NaiveConfig, topicTtlMs: number) {
    this.naive = new NaiveShare(config, topicTtlMs);
    const topic = { name: 'orders', partitions: 1, annotations: null, validateOnly: false };
    this.machine.run(decideCreateTopic, {
      ...topic,
      config: { ...RETENTION, messageTtlMs: topicTtlMs },
    });
    const group = { group: 'workers', topics: ['orders'], startAt: -2, deadLetterTopic: null };
    this.machine.run(decideCreateShareGroup, { ...group, config });
  }

  get #log() {
    return this.machine.state.logs.at(TOPIC, 0);
  }

  /** Records with gaps between them say nothing of themselves. */
  append(count: number, gaps: readonly number[], records: readonly NaiveRecord[]): void {
    const base = this.#log.nextOffset;
    const { nowMs } = this.machine;
    const values = Array.from({ length: count }, (_, i) => `${base + i}`);
    let delta = -1;
    const deltas = values.map((_, i) => {
      delta += 1 + (gaps[i] ?? 0);
      return delta;
    });
    const end = delta + 1 + (gaps[count] ?? 0);
    const isDense = end === count;
    const specs = values.map((_, i) => (isDense ? (records[i % records.length] ?? PLAIN) : PLAIN));
    if (!isDense) this.machine.run(placeCompacted, gappedBatch(values, deltas, end));
    else this.machine.run(placeCompacted, batchWith(values, specs));
    for (const [i, at] of deltas.entries()) this.naive.append(base + at, specs[i] ?? PLAIN, nowMs);
  }

  receive(memberId: string, maxMessages: number, visibilityTimeoutMs: number | null): void {
    const { startOffset, durableEnd } = this.#log;
    const { nowMs } = this.machine;
    const command = { ...KEY, memberId, maxMessages, maxBytes: 1_000_000, visibilityTimeoutMs };
    const { leases } = this.machine.run(decideReceive, command);
    const expected = this.naive.receivable(maxMessages, startOffset, durableEnd, nowMs);
    const granted = leases.flatMap((lease) => offsetsOf(lease));
    deepEqual(granted, expected);
    const byOffset = new Map(leases.flatMap((lease) => offsetsOf(lease).map((at) => [at, lease])));
    const ms = visibilityTimeoutMs ?? this.naive.config.visibilityTimeoutMs;
    this.naive.lease(expected, (at) => byOffset.get(at)?.token ?? 0, memberId, nowMs, ms);
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

  sift(): void {
    const { machine } = this;
    while (machine.run(decideSift, KEY).more);
    if (this.naive.cursor < this.#log.startOffset) return;
    const stop = this.naive.sift(this.#log.durableEnd, machine.nowMs);
    const { cursor } = machine.state.shares.at(1, TOPIC, 0);
    ok(cursor <= stop && cursor >= this.naive.cursor, 'it stops at the first that can be given');
    for (let at = cursor; at < stop; at += 1) ok(!this.naive.messages.has(at));
    this.naive.cursor = cursor;
  }

  /** In slices of a few rows. */
  change(firstOffset: number, lastOffset: number, action: ChangeAction, delayMs: number): void {
    const { machine, naive } = this;
    const { onExhausted, onExpired } = naive.config;
    if (action === 'deadLetter' && onExhausted !== 'dlq' && onExpired !== 'dlq') return;
    const { startOffset: start, durableEnd } = this.#log;
    const range = { start, floor: 0, durableEnd, now: machine.nowMs };
    let next: number | null = firstOffset;
    while (next !== null) {
      const item = { firstOffset: next, lastOffset, action, delayMs, rowsMax: 2 };
      const reply: ChangeReply = machine.run(decideChangeMessages, { ...KEY, ...item });
      for (const outcome of reply.outcomes) {
        equal(outcome.firstOffset, next, 'outcomes have no gap');
        for (; next <= outcome.lastOffset; next += 1) {
          const expected = naive.change(next, action, delayMs, range);
          equal(errorName(outcome.errorCode) ?? 'done', expected, `change of ${next}`);
        }
      }
      ok(reply.nextOffset === null ? next === lastOffset + 1 : reply.nextOffset === next);
      next = reply.nextOffset;
    }
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
    const { fresh, ready, scheduled, leased, blocked } = found;
    const { acknowledged, dead, removed, skipped } = found;
    deepEqual(
      { fresh, ready, scheduled, leased, blocked, acknowledged, dead, skipped, removed },
      naiveCounts(naive, startOffset, durableEnd),
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
        const known = message?.state === 'skipped' ? 'acknowledged' : message?.state;
        equal(state, known ?? absent, `state of ${next}`);
        if (message === undefined || state === 'fresh' || state === 'acknowledged') continue;
        const { deliveries, error, reason, memberId, untilMs } = message;
        deepEqual([seen.deliveries, seen.lastError, seen.deadReason], [deliveries, error, reason]);
        if (state !== 'dead') equal(seen.memberId, memberId || null);
        if (state !== 'dead') equal(seen.untilMs ?? 0, untilMs);
      }
    }
    equal(next, durableEnd);
  }
}

const BYTES = new TextEncoder();

function batchWith(values: readonly string[], records: readonly NaiveRecord[]): Uint8Array {
  const inputs = values.map((value, i): RecordInput => {
    const { delayMs, ttlMs, maxDeliveries, isForeign } = records[i] ?? PLAIN;
    const said = { delayMs, ttlMs, maxDeliveries, groupId: isForeign ? 99 : 0 };
    return { value: BYTES.encode(value), ...said };
  });
  return encodeBatch(inputs, { nowMs: 0 });
}

export function offsetsOf({ firstOffset, lastOffset }: Lease): number[] {
  return Array.from({ length: lastOffset - firstOffset + 1 }, (_, i) => firstOffset + i);
}

function runsOf({ shares }: ShardState) {
  const all = [...shares.all()].map((share) => ({ row: share.row, runs: [...share.runsFrom(0)] }));
  return { all, leaseEnds: shares.leaseEnds.size };
}
