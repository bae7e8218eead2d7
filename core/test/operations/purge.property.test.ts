// Purges and their undo against a model that keeps one object an offset: any order of appends, receives,
// acknowledgements, retention, restarts and slices. Counts are exact after every command.
import { deepEqual, equal, ok } from 'node:assert/strict';
import { batchHeader, encodeBatch } from '@millrace/protocol';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  counters,
  createShardState,
  decideAcknowledge,
  decideAppend,
  decideChangeMessages,
  decideCreateShareGroup,
  decideCreateTopic,
  decideDue,
  decidePurge,
  decideReceive,
  decideRemoved,
  decideRestorePurged,
  decideRetention,
  decideSweepPurged,
  decideUndoPurge,
  type Lease,
  loadShardState,
} from '../../src/index.ts';
import { Machine } from '../support/machine.ts';
import { NaivePurge } from './naive-purge.ts';
import { type Op, orderings, PUT_OFF_PURGED_LOST_AND_UNDONE, steps } from './purge-steps.ts';

const PLACE = { topicId: 1, partition: 0 };
const KEY = { groupId: 1, ...PLACE };
const TARGET = { group: 'workers', topic: null };
const LONG_MS = 3_600_000;

class Pair {
  readonly machine = new Machine();
  readonly naive = new NaivePurge();
  readonly leases: Lease[] = [];

  readonly #isPlain: boolean;
  #isExact: boolean;

  constructor(ordering: 'none' | 'key') {
    this.#isPlain = ordering === 'none';
    this.#isExact = this.#isPlain;
    const config = { segmentMs: 1_000, retentionMs: 6_000 };
    const topic = { name: 'orders', partitions: 1, annotations: null, validateOnly: false };
    this.machine.run(decideCreateTopic, { ...topic, config: config as never });
    const group = { ...TARGET, topics: ['orders'], startAt: -2, deadLetterTopic: null };
    const settings = { visibilityTimeoutMs: LONG_MS, onExhausted: 'drop' as const, ordering };
    this.machine.run(decideCreateShareGroup, { ...group, config: settings });
  }

  get startOffset(): number {
    return this.machine.state.logs.at(1, 0).startOffset;
  }

  append(count: number): void {
    const records = Array.from({ length: count }, (_, i) => ({ key: Uint8Array.of(i % 3) }));
    const batch = encodeBatch(records, { nowMs: this.machine.nowMs });
    this.machine.run(decideAppend, { ...PLACE, batch, header: batchHeader(batch) });
    this.naive.append(count);
  }

  receive(maxMessages: number): void {
    const command = { ...KEY, memberId: 'ann', maxMessages, maxBytes: 1_000_000 };
    const { leases } = this.machine.run(decideReceive, { ...command, visibilityTimeoutMs: null });
    for (const lease of leases) {
      this.leases.push(lease);
      for (let at = lease.firstOffset; at <= lease.lastOffset; at += 1) {
        const message = this.naive.at(at);
        const isFree = !this.#isPlain || message.state !== 'leased';
        equal(this.naive.isOpen(at) && isFree, true, `${at} can be given`);
        message.state = 'leased';
      }
    }
  }

  acknowledge(back: number, kind: 'accept' | 'release' | 'return', delayMs: number): void {
    const lease = this.leases.at(-1 - back);
    if (lease === undefined) return;
    const { firstOffset, lastOffset, token } = lease;
    const item = { ...KEY, firstOffset, lastOffset, token, kind, delayMs, errorText: 'no' };
    const { outcomes } = this.machine.run(decideAcknowledge, item);
    for (const outcome of outcomes) {
      for (let at = outcome.firstOffset; at <= outcome.lastOffset; at += 1) {
        if (this.naive.at(at).isPurged) equal(outcome.errorCode, 51, 'purged: ALREADY_RESOLVED');
        if (outcome.errorCode !== 0) continue;
        // A lease whose message retention removed may still be accepted. [L-31]
        const isRemoved = this.naive.at(at).state === 'removed';
        equal(isRemoved || this.naive.isOpen(at), true, `${at} is open`);
        if (isRemoved && kind !== 'accept') continue;
        const later = delayMs > 0 ? 'scheduled' : 'ready';
        const next = { accept: 'acknowledged', release: later, return: 'ready' } as const;
        this.naive.at(at).state = next[kind];
      }
    }
  }

  /** Scheduled messages become ready; which ones is asked of the machine through its counts. */
  due(): void {
    this.machine.nowMs += 1_000;
    while (this.machine.run(decideDue, { runsMax: 2, graceUntilMs: 0 }).more);
    for (const [, message] of this.naive.messages.entries()) {
      if (message.state === 'scheduled' && !message.isPurged) message.state = 'ready';
    }
  }

  /** An operator puts off what nobody has reached yet, from some offset after the cursor on. */
  putOff(skip: number): void {
    const first = this.naive.messages.findIndex(({ state }) => state === 'fresh') + skip;
    if (first < skip) return;
    const range = { firstOffset: first, lastOffset: first + 1, rowsMax: 100 };
    this.#isExact = false;
    const change = { action: 'reschedule' as const, delayMs: 3_000 };
    const { outcomes } = this.machine.run(decideChangeMessages, { ...KEY, ...range, ...change });
    for (const { firstOffset, lastOffset, errorCode } of outcomes) {
      if (errorCode !== 0) continue;
      for (let at = firstOffset; at <= lastOffset; at += 1) {
        equal(this.naive.isOpen(at), true, `${at} is open`);
        this.naive.at(at).state = 'scheduled';
      }
    }
  }

  purge(undoMs: number): void {
    const { machine, naive } = this;
    const request = { ...TARGET, undoMs };
    if (naive.isPending(machine.nowMs)) {
      const refused = machine.refused(decidePurge, { ...request, dryRun: false });
      equal(refused.code, 'PURGE_PENDING');
      return;
    }
    const dry = machine.run(decidePurge, { ...request, dryRun: true });
    const { partitions } = machine.run(decidePurge, { ...request, dryRun: false });
    deepEqual(dry.partitions, partitions);
    equal(partitions[0]?.messages ?? 0, naive.purge(machine.nowMs + undoMs));
  }

  undo(rowsMax: number, restartsBetween: boolean): void {
    const { machine, naive } = this;
    if (!naive.isPending(machine.nowMs)) {
      equal(machine.refused(decideUndoPurge, TARGET).code, 'NOTHING_TO_UNDO');
      return;
    }
    machine.run(decideUndoPurge, TARGET);
    equal(
      machine.refused(decidePurge, { ...TARGET, undoMs: 0, dryRun: false }).code,
      'PURGE_PENDING',
    );
    let restored = 0;
    for (let more = true; more; ) {
      if (restartsBetween) machine.reload();
      const reply = machine.run(decideRestorePurged, { ...KEY, rowsMax });
      restored += reply.restored;
      more = reply.more;
    }
    equal(restored, naive.undo(this.startOffset));
  }

  sweep(rowsMax: number): void {
    const { machine, naive } = this;
    if (!naive.isPending(machine.nowMs)) naive.finish();
    while (machine.run(decideSweepPurged, { ...KEY, rowsMax }).more);
  }

  retain(): void {
    while (this.machine.run(decideRetention, { ...PLACE, rowsMax: 3 }).more);
    this.naive.remove(this.startOffset);
  }

  compare(): void {
    const [found] = this.machine.run(counters, { group: 'workers' }).partitions;
    if (found === undefined) throw new Error('no partition');
    const { fresh, ready, scheduled, leased, parked, acknowledged, removed, purged } = found;
    const naive = this.naive.counts();
    deepEqual(
      { acknowledged, removed, purged },
      { acknowledged: naive.acknowledged, removed: naive.removed, purged: naive.purged },
    );
    const open = { fresh: naive.fresh, ready: naive.ready, scheduled: naive.scheduled };
    // With keys messages wait for each other, and what was put off waits for the cursor: which of them waits for
    // what is not for this test.
    if (this.#isExact) deepEqual({ fresh, ready, scheduled }, open);
    const all = open.fresh + open.ready + open.scheduled + naive.leased;
    equal(fresh + ready + scheduled + parked + leased, all);
  }

  held() {
    return heldOf(this.machine.state);
  }

  loaded() {
    const state = createShardState();
    loadShardState(state, this.machine.view);
    return heldOf(state);
  }
}

function heldOf({ shares }: Machine['state']) {
  return [...shares.all()].map((share) => {
    const { row, purge } = share;
    return { row, purge, runs: [...share.runsFrom(0)] };
  });
}

function run(pair: Pair, step: Op): void {
  switch (step[0]) {
    case 'append':
      pair.machine.nowMs += 300;
      pair.append(step[1]);
      break;
    case 'receive':
      pair.receive(step[1]);
      break;
    case 'ack':
      pair.acknowledge(step[1], step[2], step[3]);
      break;
    case 'putOff':
      pair.putOff(step[1]);
      break;
    case 'due':
      pair.due();
      break;
    case 'purge':
      pair.purge(step[1]);
      break;
    case 'undo':
      pair.undo(step[1], step[2]);
      break;
    case 'sweep':
      pair.sweep(step[1]);
      break;
    case 'retain':
      pair.retain();
      break;
    case 'remove':
      while (pair.machine.run(decideRemoved, { ...KEY, rowsMax: step[1] }).more);
      break;
    case 'restart':
      deepEqual(pair.loaded(), pair.held());
      pair.machine.reload();
  }
}

it('counts exactly what a purge takes and what its undo brings back [L-110]-[L-115]', () => {
  fc.assert(
    fc.property(orderings, steps, (keys, all) => {
      const pair = new Pair(keys);
      for (const step of all) {
        run(pair, step);
        pair.compare();
      }
      pair.machine.nowMs += 100_000;
      pair.sweep(100);
      pair.compare();
      expect(pair.machine.view.count('purges'), 'the purge is over').toBe(0);
      equal(pair.machine.view.count('waitLanes') > 0 && keys === 'none', false);
      const stored = pair.machine.view.count('runs') + pair.machine.view.count('waiting');
      const [share] = pair.machine.state.shares.all();
      ok(share === undefined || stored >= share.runs, 'what is held is stored');
    }),
    { numRuns: 300, examples: [['none', PUT_OFF_PURGED_LOST_AND_UNDONE]] },
  );
}, 120_000);
