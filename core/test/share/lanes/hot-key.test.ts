// A key with a million messages ahead: others are given, slice by slice, and memory does not grow with it.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { batchHeader, encodeBatch } from '@millrace/protocol';
import { expect, it } from 'vitest';
import {
  decideAcknowledge,
  decideAppend,
  decideCreateShareGroup,
  decideCreateTopic,
  decideReceive,
  receivablePartitions,
} from '../../../src/index.ts';
import { Machine } from '../../support/machine.ts';
import { topicChange } from '../../support/topic-change.ts';

const KEY = { groupId: 1, topicId: 1, partition: 0 };
const TEXT = new TextEncoder();
const BATCHES = 100;
const RECORDS = 10_000;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

function heapUsed(): number {
  collect();
  return process.memoryUsage().heapUsed;
}

function append(machine: Machine, batch: Uint8Array): void {
  const copy = new Uint8Array(batch);
  const command = { topicId: 1, partition: 0, batch: copy, header: batchHeader(copy) };
  machine.run(decideAppend, command);
}

function receive(machine: Machine, maxMessages: number) {
  const command = { ...KEY, memberId: 'm', maxMessages, maxBytes: 1_000_000 };
  return machine.run(decideReceive, { ...command, visibilityTimeoutMs: 3_600_000 });
}

it('does not stop others, and costs no memory [L-61] [L-65]', { timeout: 120_000 }, () => {
  const machine = new Machine();
  const topic = { name: 'orders', partitions: 1, annotations: null, validateOnly: false };
  machine.run(decideCreateTopic, { ...topic, config: topicChange({}) });
  const group = { group: 'workers', topics: ['orders'], startAt: -2, deadLetterTopic: null };
  machine.run(decideCreateShareGroup, { ...group, config: { ordering: 'key' } });
  const hot = Array.from({ length: RECORDS }, () => ({ key: TEXT.encode('hot') }));
  const batch = encodeBatch(hot, { nowMs: 0 });
  for (let i = 0; i < BATCHES; i += 1) append(machine, batch);
  const others = Array.from({ length: 10 }, (_, i) => ({ key: TEXT.encode(`other-${i}`) }));
  append(machine, encodeBatch(others, { nowMs: 0 }));

  const [first] = receive(machine, 10).leases;
  expect(first?.lastOffset).toBe(9);
  let slices = 0;
  let found = receive(machine, 10);
  for (; found.leases.length === 0; found = receive(machine, 10)) {
    expect(found.more, 'there is more to look at').toBe(true);
    slices += 1;
  }
  expect(slices).toBe(BATCHES - 1);
  expect(found.leases.map(({ firstOffset, lastOffset }) => [firstOffset, lastOffset])).toEqual([
    [BATCHES * RECORDS, BATCHES * RECORDS + 9],
  ]);
  expect([...receivablePartitions(machine.state, 1, [1], 0)]).toEqual([]);

  const share = machine.state.shares.at(1, 1, 0);
  expect(share.count('parked')).toBe(BATCHES * RECORDS - 10);
  expect([share.lanes?.size, share.runs]).toEqual([11, 2]);
  const before = heapUsed();
  const old = machine.state;
  machine.reload();
  const bytes = heapUsed() - before;
  expect(old.shares).not.toBe(machine.state.shares);
  expect(bytes, 'what a restart loads').toBeLessThan(4 * 1024 * 1024);

  // The hot key goes on where it was, in order.
  const done = { ...KEY, firstOffset: 0, lastOffset: 9, token: first?.token ?? 0 };
  const rest = { kind: 'accept' as const, delayMs: null, errorText: null };
  machine.run(decideAcknowledge, { ...done, ...rest });
  const next = receive(machine, 300).leases;
  expect(next.flatMap(({ firstOffset, lastOffset }) => [firstOffset, lastOffset])).toEqual([
    10, 137, 138, 265, 266, 309,
  ]);
});
