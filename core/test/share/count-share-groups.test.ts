// Counts of all share groups: what the counters of each say, topic by topic, some groups at a time.
import { batchHeader, encodeBatch } from '@millrace/protocol';
import { expect, it } from 'vitest';
import {
  counters,
  countShareGroups,
  decideAppend,
  decideCreateShareGroup,
  decideCreateTopic,
  decideReceive,
} from '../../src/index.ts';
import { Machine } from '../support/machine.ts';

const ALL = { afterId: 0, maxGroups: 1_000 };

function machineWith(topics: Record<string, number>): Machine {
  const machine = new Machine();
  for (const [name, partitions] of Object.entries(topics)) {
    const topic = { name, partitions, annotations: null, validateOnly: false, config: null };
    machine.run(decideCreateTopic, topic);
  }
  return machine;
}

function createGroup(machine: Machine, group: string, topics: string[]): void {
  const command = { group, topics, startAt: -2, deadLetterTopic: null, config: null };
  machine.run(decideCreateShareGroup, command);
}

it('tells of each topic what the counters of its partitions come to [L-35]', () => {
  const machine = machineWith({ mails: 2, orders: 1, quiet: 1 });
  createGroup(machine, 'workers', ['mails', 'orders']);
  createGroup(machine, 'idle', ['quiet']);
  for (const [topicId, partition] of [
    [1, 0],
    [1, 1],
    [2, 0],
  ] as const) {
    const records = Array.from({ length: 3 + topicId }, () => ({ value: Uint8Array.of(1) }));
    const batch = encodeBatch(records, { nowMs: machine.nowMs });
    machine.run(decideAppend, { topicId, partition, batch, header: batchHeader(batch) });
    machine.nowMs += 1_000;
  }
  const key = { groupId: 1, topicId: 1, partition: 1 };
  const wish = { memberId: 'ann', maxMessages: 2, maxBytes: 1_000, visibilityTimeoutMs: 60_000 };
  machine.run(decideReceive, { ...key, ...wish });
  const { groups, nextAfterId } = machine.run(countShareGroups, ALL);
  expect(nextAfterId).toBe(null);
  expect(groups.map(({ group }) => group)).toEqual(['workers', 'idle']);
  const { partitions } = machine.run(counters, { group: 'workers' });
  const [first, second, orders] = partitions;
  expect(groups[0]?.topics).toMatchObject([
    { topic: 'mails', fresh: 6, leased: 2, oldestUnresolvedMs: first?.oldestUnresolvedMs },
    { topic: 'orders', fresh: 5, leased: 0, oldestUnresolvedMs: orders?.oldestUnresolvedMs },
  ]);
  expect((first?.fresh ?? 0) + (second?.fresh ?? 0)).toBe(6);
  expect(groups[1]?.topics).toMatchObject([{ topic: 'quiet', fresh: 0, oldestUnresolvedMs: null }]);
});

it('goes on where it ended, after as many groups as were asked for or partitions enough', () => {
  const machine = machineWith({ one: 1, wide: 1_000 });
  const names = ['c', 'a', 'b'];
  for (const name of names) createGroup(machine, name, ['one']);
  const page = machine.run(countShareGroups, { afterId: 0, maxGroups: 2 });
  expect(page.groups.map(({ group }) => group)).toEqual(['c', 'a']);
  const rest = machine.run(countShareGroups, { afterId: page.nextAfterId ?? 0, maxGroups: 2 });
  expect(rest.groups.map(({ group }) => group)).toEqual(['b']);
  expect(rest.nextAfterId).toBe(null);
  for (const name of ['w1', 'w2', 'w3']) createGroup(machine, name, ['wide']);
  const wide = machine.run(countShareGroups, ALL);
  expect(wide.groups.map(({ group }) => group)).toEqual([...names, 'w1', 'w2']);
  const last = machine.run(countShareGroups, { ...ALL, afterId: wide.nextAfterId ?? 0 });
  expect(last).toMatchObject({ groups: [{ group: 'w3' }], nextAfterId: null });
});
