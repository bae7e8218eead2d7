// How often a receive walks the store to find the batch of a message that came back: counted, not timed.
import { encodeBatch } from '@millrace/protocol';
import { expect, it } from 'vitest';
import { BatchHints } from '../../src/share/batch-hints.ts';
import { acknowledge, appendBatch, receive, sharedTopic } from './share-setup.ts';

const BATCHES = 40;
const RECORDS = 5;

it('finds the batches of messages that came back without a walk', () => {
  const machine = sharedTopic();
  const records = Array.from({ length: RECORDS }, () => ({ value: Buffer.from([0]) }));
  for (let i = 0; i < BATCHES; i += 1)
    appendBatch(machine, encodeBatch(records, { nowMs: machine.nowMs }));
  const { view } = machine;
  const range = view.range.bind(view);
  let walks = 0;
  view.range = (table, query) => {
    if (table === 'batches') walks += 1;
    return range(table, query);
  };
  const walked = [];
  const came = [];
  for (let round = 0; round < 5; round += 1) {
    const before = walks;
    const leases = receive(machine);
    walked.push(walks - before);
    for (const { firstOffset, lastOffset, token } of leases) {
      const last = lastOffset - (lastOffset % RECORDS);
      for (let at = firstOffset - (firstOffset % RECORDS); at <= last; at += RECORDS)
        acknowledge(machine, 'release', [at + 2, at + 2], token, { delayMs: 0 });
    }
    came.push(leases.length);
  }
  expect(came.slice(1)).toEqual([BATCHES, BATCHES, BATCHES, BATCHES]);
  // The partition is not remembered before its first lease, and its batches not before somebody looks back.
  expect(walked[2]).toBeLessThanOrEqual(BATCHES);
  expect(walked.slice(3)).toEqual([0, 0]);
});

it('keeps one batch until somebody looks back, and then a bounded number', () => {
  const hints = new BatchHints();
  for (let base = 0; base < 1_000; base += 10) hints.note(base, base + 10);
  expect([hints.baseOf(985), hints.baseOf(995)]).toEqual([undefined, 990]);
  hints.note(500, 510);
  expect([hints.baseOf(505), hints.baseOf(999), hints.baseOf(1_000)]).toEqual([
    500,
    990,
    undefined,
  ]);
  for (let base = 1_000; base < 6_000; base += 10) hints.note(base, base + 10);
  const known = Array.from({ length: 600 }, (_, i) => hints.baseOf(i * 10 + 5));
  expect(known.filter((base) => base !== undefined)).toHaveLength(256);
  expect(known.at(-1)).toBe(5_990);
});
