// The machine and the naive partition with ordering by key side by side.
import { deepEqual, equal, ok } from 'node:assert/strict';
import { errorName } from '@millrace/protocol';
import {
  assertInvariants,
  createShardState,
  decideAcknowledge,
  decideAppend,
  decideChangeMessages,
  decideCreateShareGroup,
  decideCreateTopic,
  decideDue,
  decideReceive,
  decideRemoved,
  decideRetention,
  type Lease,
  loadShardState,
  peek,
  type ShardState,
} from '../../../src/index.ts';
import { laneNumber } from '../../../src/share/lanes/lane-number.ts';
import { appendRecords } from '../../support/batches.ts';
import { Machine } from '../../support/machine.ts';
import { topicChange } from '../../support/topic-change.ts';
import { type NaiveAck, type NaiveLaneConfig, NaiveLanes } from './naive-lanes.ts';

const PLACE = { topicId: 1, partition: 0 };
const KEY = { groupId: 1, ...PLACE };
const TEXT = new TextEncoder();

export interface Appended {
  readonly key: string | null;
  readonly delayMs: number;
}

export class LaneTwins {
  readonly machine = new Machine();
  readonly naive: NaiveLanes;
  readonly leases: Lease[] = [];

  constructor(config: NaiveLaneConfig) {
    this.naive = new NaiveLanes(config);
    const topic = { name: 'orders', partitions: 1, annotations: null, validateOnly: false };
    const limits = topicChange({ segmentMs: 1_000, retentionMs: 3_000 });
    this.machine.run(decideCreateTopic, { ...topic, config: limits });
    this.machine.run(decideCreateShareGroup, {
      group: 'workers',
      topics: ['orders'],
      startAt: -2,
      deadLetterTopic: null,
      config: { ...config, backoff: 'fixed', jitter: 'none' },
    });
  }

  get #log() {
    return this.machine.state.logs.at(PLACE.topicId, PLACE.partition);
  }

  append(records: readonly Appended[], codec: 'none' | 'gzip'): void {
    const input = records.map(({ key, delayMs }) => ({
      key: key === null ? null : TEXT.encode(key),
      value: TEXT.encode('value'),
      ...(delayMs > 0 ? { delayMs } : {}),
    }));
    this.machine.run(decideAppend, appendRecords(1, 0, input, codec));
    for (const { key, delayMs } of records) this.naive.append(key, this.machine.nowMs + delayMs);
  }

  receive(memberId: string, maxMessages: number, visibilityTimeoutMs: number | null): Lease[] {
    const { machine, naive } = this;
    const command = { ...KEY, memberId, maxMessages, maxBytes: 1_000_000, visibilityTimeoutMs };
    const { startOffset, durableEnd } = this.#log;
    const eligible = naive.eligible(durableEnd, startOffset, machine.nowMs);
    const { leases } = machine.run(decideReceive, command);
    const given = new Map(
      leases.flatMap((lease) => offsetsOf(lease).map((at) => [at, lease.token])),
    );
    ok(given.size <= maxMessages);
    const room = Math.min(maxMessages, eligible.length);
    ok(given.size >= room, `${given.size} of ${eligible.length} that could be given were`);
    const ms = visibilityTimeoutMs ?? naive.config.visibilityTimeoutMs;
    const { cursor } = machine.state.shares.at(1, 1, 0);
    naive.lease(given, cursor, machine.nowMs, ms, startOffset);
    for (const lease of leases) {
      this.leases.push(lease);
      for (const at of offsetsOf(lease)) equal(lease.deliveries, naive.at(at).deliveries);
    }
    return [...leases];
  }

  acknowledge(firstOffset: number, lastOffset: number, ack: NaiveAck): void {
    const { machine, naive } = this;
    const command = { ...KEY, firstOffset, lastOffset, errorText: null, ...ack };
    const reply = machine.run(decideAcknowledge, command);
    const outcomes = reply.outcomes.flatMap((outcome) => {
      const name = errorName(outcome.errorCode) ?? 'done';
      return Array.from({ length: outcome.lastOffset - outcome.firstOffset + 1 }, () => name);
    });
    const { startOffset } = this.#log;
    const { nowMs } = machine;
    deepEqual(outcomes, naive.acknowledge(firstOffset, lastOffset, ack, startOffset, nowMs));
  }

  due(): void {
    while (this.machine.run(decideDue, { runsMax: 1_000, graceUntilMs: 0 }).more);
    this.naive.due(this.machine.nowMs, this.#log.startOffset);
  }

  retain(): void {
    while (this.machine.run(decideRetention, { ...PLACE, rowsMax: 3 }).more);
    while (this.machine.run(decideRemoved, { ...KEY, rowsMax: 3 }).more);
    this.naive.remove(this.#log.startOffset);
  }

  restart(): void {
    deepEqual(this.#loaded(), lanesOf(this.machine.state));
    this.machine.reload();
  }

  /** What a restart would know of lanes. */
  #loaded() {
    const loaded = createShardState();
    loadShardState(loaded, this.machine.view);
    assertInvariants(loaded);
    return lanesOf(loaded);
  }

  compare(): void {
    this.#compareStates();
    this.#compareLanes();
  }

  #compareStates(): void {
    const { startOffset, durableEnd } = this.#log;
    const request = { group: 'workers', topic: 'orders', partition: 0, maxBytes: 1 };
    const range = { fromOffset: startOffset, maxMessages: 1_000 };
    const { ranges } = this.machine.run(peek, { ...request, ...range });
    let next = startOffset;
    for (const { firstOffset, lastOffset, state, deliveries, untilMs } of ranges) {
      equal(firstOffset, next);
      for (; next <= lastOffset; next += 1) {
        const message = this.naive.at(next);
        equal(state, message.state, `state of ${next}`);
        if (state === 'fresh' || state === 'acknowledged' || state === 'dead') continue;
        deepEqual([deliveries, untilMs ?? 0], [message.deliveries, message.untilMs], `${next}`);
      }
    }
    equal(next, durableEnd);
  }

  /** Memory and rows against what the messages say. */
  #compareLanes(): void {
    const { view, state } = this.machine;
    const expected = new Map<number, [active: number, parked: number, scheduled: number]>();
    for (const { key, state: of, offset } of this.naive.messages) {
      if (offset >= this.naive.cursor) continue;
      const lane = laneOf(key);
      const counts = expected.get(lane) ?? [0, 0, 0];
      expected.set(lane, counts);
      if (of === 'parked') counts[1] += 1;
      if (lane === 0) continue;
      if (of === 'leased' || of === 'blocked') counts[0] += 1;
      if (of === 'scheduled') counts[2] += 1;
    }
    const lanes = state.shares.at(1, 1, 0).lanes;
    let held = 0;
    for (const [lane, counts] of expected) {
      const [parked = 0, scheduled = 0, heldAt = -1] = lanes?.waitingOf(lane) ?? [];
      deepEqual([lanes?.activeOf(lane) ?? 0, parked, scheduled], counts, `lane ${lane}`);
      if (counts.some((count) => count > 0)) held += 1;
      if (heldAt >= 0) this.#checkHold(lane, heldAt);
    }
    equal(lanes?.size ?? 0, held, 'lanes without anything unresolved are forgotten');
    for (const [[, , , lane, first]] of view.all('waitLanes')) {
      equal(laneOf(this.naive.at(first).key), lane, 'a row that waits is found by its lane');
    }
    const indexed = new Set(view.all('waitLanes').map(([[, , , , first]]) => first));
    for (const [[, , , first], [last]] of view.all('waiting')) {
      const [{ key, state: of }, ...rest] = this.naive.messages.slice(first, last + 1) as [
        NaiveLanes['messages'][number],
      ];
      for (const other of rest as typeof this.naive.messages) equal(other.key, key, 'one lane');
      equal(indexed.delete(first), of === 'parked' || key !== null, `${first} is indexed`);
    }
    equal(indexed.size, 0, 'no index row is left behind');
  }

  #checkHold(lane: number, heldAt: number): void {
    equal(this.naive.at(heldAt).state, 'scheduled');
    for (const { key, offset, state } of this.naive.messages) {
      if (laneOf(key) === lane && state === 'parked') ok(offset > heldAt, 'it is behind');
    }
  }

  /** Every message reaches an end once members accept what they get and operators let blocked ones go. */
  drain(): void {
    for (let round = 0; round < 500; round += 1) {
      this.machine.nowMs += 20_000;
      this.due();
      for (const { offset } of this.naive.messages.filter(({ state }) => state === 'blocked')) {
        this.change(offset, 'retry', 0);
      }
      const leases = this.receive('drain', 1 + (round % 7), 10_000);
      for (const { firstOffset, lastOffset, token } of leases) {
        this.acknowledge(firstOffset, lastOffset, { token, kind: 'accept', delayMs: null });
      }
      const open = this.naive.messages.filter(
        ({ state }) => state !== 'acknowledged' && state !== 'dead' && state !== 'removed',
      );
      if (open.length === 0) return;
    }
    throw new Error('something is never given');
  }

  /** An operator decides about one message that the cursor has passed. */
  change(offset: number, action: 'retry' | 'reschedule' | 'cancel', delayMs: number): void {
    const { machine, naive } = this;
    const { startOffset } = this.#log;
    if (offset >= naive.cursor || offset < startOffset) return;
    const range = { firstOffset: offset, lastOffset: offset };
    const command = { ...KEY, ...range, action, delayMs, rowsMax: 10 };
    const [outcome] = machine.run(decideChangeMessages, command).outcomes;
    const expected = naive.change(offset, action, delayMs, machine.nowMs);
    equal(errorName(outcome?.errorCode ?? -1) ?? 'done', expected);
  }
}

function laneOf(key: string | null): number {
  if (key === null) return 0;
  const bytes = TEXT.encode(key);
  return laneNumber(bytes, 0, bytes.length);
}

export function offsetsOf({ firstOffset, lastOffset }: Lease): number[] {
  return Array.from({ length: lastOffset - firstOffset + 1 }, (_, i) => firstOffset + i);
}

/** What memory holds of lanes, but for the order of turns, which a restart may change. */
function lanesOf({ shares }: ShardState) {
  return [...shares.all()].map((share) => {
    const { lanes } = share;
    const known = lanes === undefined ? [] : [...lanes.all()].toSorted((a, b) => a - b);
    return known.map((lane) => [lane, lanes?.activeOf(lane), lanes?.waitingOf(lane)]);
  });
}
