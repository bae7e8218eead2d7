// Groups of both kinds that come, work, fail and go, against a plain list of what each has left: retention removes all
// segments that every group is done with, and never a message that some group may still give.
import { deepEqual } from 'node:assert/strict';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  counters,
  decideAcknowledge,
  decideAppend,
  decideCreateShareGroup,
  decideCreateTopic,
  decideDeleteShareGroup,
  decideDue,
  decideOffsetCommit,
  decideReceive,
  decideRemoved,
  decideRetention,
  sharesBehindLog,
} from '../../src/index.ts';
import { commitRequest } from '../consumer/group-requests.ts';
import { appendOf } from '../support/batches.ts';
import { Machine } from '../support/machine.ts';
import { topicChange } from '../support/topic-change.ts';
import { NaiveLog } from './naive-log.ts';

const TOPIC = 1;
const GROUPS = ['a', 'b'] as const;
const SETTINGS = {
  retentionAcked: true,
  retentionMs: -1,
  segmentBytes: 64 * 1024,
  segmentMs: 2_000,
};
const group = fc.constantFrom(...GROUPS);

const ops = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('append' as const),
      count: fc.integer({ min: 1, max: 3 }),
      bytes: fc.constantFrom(1, 20_000, 40_000),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('receive' as const),
      group,
      maxMessages: fc.integer({ min: 1, max: 6 }),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('end' as const),
      group,
      lease: fc.nat(),
      part: fc.constantFrom(0, 0, 0, 1),
      how: fc.constantFrom('accept', 'accept', 'reject', 'release', 'return'),
      delayMs: fc.constantFrom(0, 1_000),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('commit' as const), back: fc.nat({ max: 4 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('time' as const),
      byMs: fc.constantFrom(1, 1_000, 40_000),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('group' as const), group, latest: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('retain' as const),
      rowsMax: fc.integer({ min: 1, max: 5 }),
    }),
  },
);
type Op = typeof ops extends fc.Arbitrary<infer T> ? T : never;
type OpOf<K extends Op['kind']> = Extract<Op, { kind: K }>;

interface Lease {
  readonly first: number;
  readonly last: number;
  readonly token: number;
}

class NaiveGroup {
  readonly groupId: number;
  /** Offsets that it has not resolved, of those it began with and of all after. */
  readonly left: Set<number>;
  leases: Lease[] = [];

  constructor(groupId: number, left: readonly number[]) {
    this.groupId = groupId;
    this.left = new Set(left);
  }
}

class Twins {
  readonly machine = new Machine();
  readonly log = new NaiveLog();
  readonly groups = new Map<string, NaiveGroup>();
  committed: number | undefined;

  constructor() {
    const topic = { name: 'orders', partitions: 1, annotations: null, validateOnly: false };
    this.machine.run(decideCreateTopic, { ...topic, config: topicChange(SETTINGS) });
  }

  get config() {
    const topic = this.machine.state.catalog.topics.get(TOPIC);
    if (topic === undefined) throw new Error('the topic is there');
    return topic.config;
  }

  run(op: Op): void {
    const { machine } = this;
    if (op.kind === 'append') this.#append(op);
    if (op.kind === 'receive') this.#receive(op);
    if (op.kind === 'end') this.#end(op);
    if (op.kind === 'commit') this.#commit(op);
    if (op.kind === 'group') this.#group(op);
    if (op.kind === 'restart') machine.reload();
    if (op.kind === 'retain') this.retain(op);
    if (op.kind !== 'time') return;
    machine.nowMs += op.byMs;
    machine.run(decideDue, { runsMax: 1_000, graceUntilMs: 0 });
  }

  #append({ count, bytes }: OpOf<'append'>): void {
    const values = Array.from({ length: count }, () => ''.padEnd(bytes / count, '.'));
    const command = appendOf(TOPIC, 0, values);
    for (let i = 0; i < count; i += 1) {
      for (const { left } of this.groups.values()) left.add(this.log.nextOffset + i);
    }
    const columns = { delayMs: 0, expires: false };
    this.log.append(values, command.batch.length, this.machine.nowMs, this.config, columns);
    this.log.durableEnd = this.log.nextOffset;
    this.machine.run(decideAppend, command);
  }

  #receive({ group: name, maxMessages }: OpOf<'receive'>): void {
    const found = this.groups.get(name);
    if (found === undefined) return;
    const key = { groupId: found.groupId, topicId: TOPIC, partition: 0 };
    const limits = { maxMessages, maxBytes: 8_000_000, visibilityTimeoutMs: null };
    const { leases } = this.machine.run(decideReceive, { ...key, memberId: 'm', ...limits });
    for (const { firstOffset: first, lastOffset: last, token } of leases) {
      found.leases.push({ first, last, token });
    }
  }

  /** A part of a lease, or all of it; what becomes of it is read off the reply. */
  #end({ group: name, lease, part, how, delayMs }: OpOf<'end'>): void {
    const found = this.groups.get(name);
    if (found === undefined || found.leases.length === 0) return;
    const { first, last, token } = found.leases[lease % found.leases.length] as Lease;
    const from = part === 1 ? last : first;
    const key = { groupId: found.groupId, topicId: TOPIC, partition: 0 };
    const range = { firstOffset: from, lastOffset: last, token };
    const told = { kind: how, delayMs: how === 'release' ? delayMs : null, errorText: null };
    const reply = this.machine.run(decideAcknowledge, { ...key, ...range, ...told, result: null });
    if (how !== 'accept' && how !== 'reject') return;
    for (const { firstOffset, lastOffset, errorCode } of reply.outcomes) {
      if (errorCode !== 0) continue;
      for (let at = firstOffset; at <= lastOffset; at += 1) found.left.delete(at);
    }
  }

  #commit({ back }: OpOf<'commit'>): void {
    const offset = Math.max(this.log.nextOffset - back, this.log.startOffset);
    const commit = commitRequest([{ topicId: TOPIC, partition: 0, offset }], { group: 'c' });
    this.machine.run(decideOffsetCommit, commit);
    this.committed = offset;
  }

  /** Makes the group, or deletes it. */
  #group({ group: name, latest }: OpOf<'group'>): void {
    const { machine, log } = this;
    if (this.groups.delete(name)) {
      machine.run(decideDeleteShareGroup, { group: name });
      return;
    }
    const startAt = latest ? -1 : -2;
    const config = { onExhausted: 'drop', maxDeliveries: 0 } as const;
    const topics = { group: name, topics: ['orders'], startAt, deadLetterTopic: null };
    machine.run(decideCreateShareGroup, { ...topics, config });
    const groupId = machine.state.catalog.groupIds.get(name) ?? 0;
    const from = latest ? log.nextOffset : log.startOffset;
    const left = Array.from({ length: log.nextOffset - from }, (_, i) => from + i);
    this.groups.set(name, new NaiveGroup(groupId, left));
  }

  retain({ rowsMax }: { readonly rowsMax: number }): void {
    const { machine, log } = this;
    const needs = [...this.groups.values()].map(({ left }) => Math.min(...left, log.nextOffset));
    if (this.committed !== undefined) needs.push(this.committed);
    const ackedEnd = needs.length === 0 ? 0 : Math.min(...needs);
    log.retain(machine.nowMs, this.config, ackedEnd);
    for (let more = true; more; ) {
      more = machine.run(decideRetention, { topicId: TOPIC, partition: 0, rowsMax }).more;
    }
    for (const key of sharesBehindLog(machine.state)) {
      machine.run(decideRemoved, { ...key, rowsMax: 1_000 });
    }
    deepEqual(machine.state.logs.at(TOPIC, 0).startOffset, log.startOffset);
  }

  /** Unresolved and removed messages of each group, by its counters. */
  counts(): [unresolved: number, removed: number][] {
    return [...this.groups.keys()].map((name) => {
      const [counts] = this.machine.run(counters, { group: name }).partitions;
      if (counts === undefined) throw new Error('the topic has a partition');
      const { fresh, ready, scheduled, leased, removed } = counts;
      return [fresh + ready + scheduled + leased, removed];
    });
  }
}

it('removes what every group is done with, and nothing that one still needs [G-17]', () => {
  fc.assert(
    fc.property(fc.array(ops, { maxLength: 60 }), (list) => {
      const twins = new Twins();
      twins.run({ kind: 'group', group: 'a', latest: false });
      for (const op of list) twins.run(op);
      twins.retain({ rowsMax: 3 });
      expect(twins.counts()).toEqual([...twins.groups.values()].map(({ left }) => [left.size, 0]));
    }),
    { numRuns: 250 },
  );
});
