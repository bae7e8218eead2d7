// Transactions in groups with ordering by key, where the end of one message gives back the later ones of its key.

import { describe, expect, it } from 'vitest';
import { counters, decideAppend, peek } from '../../src/index.ts';
import { ORDERS, receive, sharedTopic } from '../share/share-setup.ts';
import { appendRecords } from '../support/batches.ts';
import type { Machine } from '../support/machine.ts';
import { acks, item, transact, transaction } from './transact-setup.ts';

/** Three messages of one key, leased together under token 1. */
function leasedKey(): Machine {
  const machine = sharedTopic({ backoff: 'none', ordering: 'key', maxDeliveries: 0 });
  const key = new TextEncoder().encode('k');
  const records = ['a', 'b', 'c'].map((value) => ({
    key,
    value: new TextEncoder().encode(value),
  }));
  machine.run(decideAppend, appendRecords(ORDERS, 0, records));
  const [lease] = receive(machine);
  expect(lease).toMatchObject({ firstOffset: 0, lastOffset: 2 });
  return machine;
}

describe('a transaction in a group with ordering by key [L-105]', () => {
  it.each([
    ['release', 'release', 'release'],
    ['return', 'release', 'accept'],
    ['accept', 'return', 'return'],
  ] as const)('gives every message of a key the end that was asked for: %s, %s, %s', (...kinds) => {
    const machine = leasedKey();
    const items = kinds.map((kind, at) => item(at, at, 1, { kind }));
    transact(machine, transaction('t1', { acknowledgements: [acks(...items)] }));
    const place = { group: 'workers', topic: 'orders', partition: 0, fromOffset: 0 };
    const { ranges } = machine.run(peek, { ...place, maxMessages: 3, maxBytes: 1 });
    const deliveries = ranges.flatMap(({ firstOffset, lastOffset, deliveries: count }) =>
      Array.from({ length: lastOffset - firstOffset + 1 }, () => count),
    );
    // A message that was given back has one delivery less; one that was accepted tells none.
    const counts = { release: 1, return: 0, accept: 0 };
    expect(deliveries).toEqual(kinds.map((kind) => counts[kind]));
  });

  it('also where the items of the group are in several parts', () => {
    const machine = leasedKey();
    const acknowledgements = [
      acks(item(0, 0, 1, { kind: 'release' })),
      acks(item(1, 1, 1, { kind: 'accept' })),
      acks(item(2, 2, 1, { kind: 'release' })),
    ];
    transact(machine, transaction('t1', { acknowledgements }));
    const { partitions } = machine.run(counters, { group: 'workers' });
    expect(partitions[0]).toMatchObject({ parked: 2, acknowledged: 1, leased: 0 });
  });
});
