// What the soak's witnesses must see: each fault planted once, and none where there is none.

import { describe, expect, test } from 'vitest';
import { Findings } from '../../src/soak/findings.ts';
import { LogWitness } from '../../src/soak/log-witness.ts';
import { payloadOf, stampOf } from '../../src/soak/payload.ts';
import { QueueWitness } from '../../src/soak/queue-witness.ts';
import { SequenceSet } from '../../src/soak/sequence-set.ts';

const BYTES = 100;
const MANY = 70_000;
const value = (stream: number, sequence: number) => payloadOf({ stream, sequence }, BYTES);

function log(records: number) {
  const findings = new Findings();
  const witness = new LogWitness('log', 2, findings);
  const stamps = Array.from({ length: records }, () => witness.issue(1));
  const kinds = () => findings.list().map(({ kind, count }) => [kind, count]);
  return { witness, stamps, kinds };
}

describe('a log', () => {
  test('all read once, some offsets again: nothing', () => {
    const { witness, kinds } = log(MANY);
    for (let n = 0; n < MANY; n += 1) witness.read(1, n * 2, value(1, n));
    for (let n = MANY - 50; n < MANY; n += 1) witness.read(1, n * 2, value(1, n));
    expect(witness.isComplete).toBe(true);
    witness.conclude();
    expect(kinds()).toEqual([]);
  });

  test.each([0, 65_536, MANY - 1])('number %i is lost', (lost) => {
    const { witness, kinds } = log(MANY);
    for (let n = 0; n < MANY; n += 1) if (n !== lost) witness.read(1, n, value(1, n));
    expect(witness.isComplete).toBe(false);
    witness.conclude();
    expect(kinds()).toEqual([['lost', 1]]);
  });

  test('one whose outcome nobody knows may be missing, or there', () => {
    const { witness, stamps, kinds } = log(3);
    for (const stamp of stamps.slice(1)) witness.uncertain(stamp);
    witness.read(1, 0, value(1, 0));
    witness.read(1, 1, value(1, 2));
    expect(witness.isComplete).toBe(true);
    witness.conclude();
    expect(kinds()).toEqual([]);
  });

  test('doubled, out of order, invented, altered, replaced', () => {
    const { witness, kinds } = log(4);
    witness.read(1, 0, value(1, 0));
    witness.read(1, 1, value(1, 0));
    witness.read(1, 2, value(1, 2));
    witness.read(1, 3, value(1, 1));
    witness.read(1, 4, value(1, 9));
    witness.read(1, 4, value(0, 0));
    const bytes = value(1, 3);
    bytes[50] = (bytes[50] ?? 0) ^ 1;
    witness.read(1, 5, bytes);
    witness.read(1, 0, value(1, 3));
    expect(kinds()).toEqual([
      ['doubled', 1],
      ['unordered', 1],
      ['invented', 2],
      ['altered', 2],
    ]);
  });
});

describe('a queue', () => {
  const queue = (messages: number) => {
    const findings = new Findings();
    const witness = new QueueWitness('queue', findings);
    for (let n = 0; n < messages; n += 1) witness.issue();
    return { witness, kinds: () => findings.list().map(({ kind, count }) => [kind, count]) };
  };

  test('given twice and accepted once: nothing', () => {
    const { witness, kinds } = queue(2);
    for (const n of [0, 0, 1]) expect(witness.given(value(0, n))).toBe(n);
    witness.uncertain(0);
    witness.accepted(0);
    witness.accepted(1);
    expect([witness.isComplete, witness.bounds]).toEqual([true, [2, 2]]);
    witness.conclude();
    expect(kinds()).toEqual([]);
  });

  test('one is lost; one comes again after it was accepted; one nobody sent', () => {
    const { witness, kinds } = queue(3);
    witness.accepted(0);
    witness.accepted(2);
    expect(witness.given(value(0, 2))).toBeUndefined();
    expect(witness.given(value(0, 3))).toBeUndefined();
    expect(witness.isComplete).toBe(false);
    witness.conclude();
    expect(kinds()).toEqual([
      ['resurrected', 1],
      ['invented', 1],
      ['lost', 1],
    ]);
  });

  test('keys in order, again from an earlier one, and out of order', () => {
    const { witness, kinds } = queue(40);
    for (const n of [3, 13, 13, 3, 13, 23]) witness.handled(n, 3, 10);
    expect(kinds()).toEqual([]);
    witness.handled(14, 4, 10);
    witness.handled(5, 5, 10);
    witness.handled(25, 5, 10);
    expect(kinds()).toEqual([['unordered', 2]]);
  });
});

test('a set of numbers holds what was added, and chunks that are full are let go', () => {
  const set = new SequenceSet();
  let added = 0;
  for (let n = MANY - 1; n >= 0; n -= 1) if (n !== 5 && set.add(n)) added += 1;
  expect(added).toBe(MANY - 1);
  expect([set.add(7), set.has(5), set.has(6), set.has(MANY), set.size]).toEqual([
    false,
    false,
    true,
    false,
    MANY - 1,
  ]);
  expect([...set.missing(MANY)]).toEqual([5]);
  set.add(5);
  expect([...set.missing(MANY + 1)]).toEqual([MANY]);
});

test('a payload is known again, and no other bytes are', () => {
  const bytes = payloadOf({ stream: 3, sequence: 2 ** 40 }, BYTES);
  expect(stampOf(bytes)).toEqual({ stream: 3, sequence: 2 ** 40 });
  expect(stampOf(null)).toBeUndefined();
  expect(stampOf(Buffer.alloc(BYTES))).toBeUndefined();
  expect(stampOf(bytes.subarray(0, 50))).toBeUndefined();
});
