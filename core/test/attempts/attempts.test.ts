import { LIMITS } from '@millrace/protocol';
import { describe, expect, it } from 'vitest';
import {
  decideExpireRows,
  decideKeepAttempt,
  decidePurge,
  repeatReceive,
} from '../../src/index.ts';
import { acknowledge, appendBatch, KEY, receive, sharedTopic } from '../share/share-setup.ts';
import { batchOf, recordsOf } from '../support/batches.ts';
import type { Machine } from '../support/machine.ts';

const COMMAND = { groupId: 1, memberId: 'ann', attemptId: 'first', maxBytes: 1_000_000 };
const { topicId, partition } = KEY;

/** Messages 0 to 2 under token 1 and, where 0 was released before, that one under a token of its own. */
function received(): Machine {
  const machine = sharedTopic({ backoff: 'none' });
  appendBatch(machine, batchOf(['a', 'b', 'c', 'd']));
  receive(machine, { maxMessages: 1 });
  acknowledge(machine, 'release', [0, 0], 1);
  const leases = receive(machine, { maxMessages: 3 });
  const placed = leases.map((lease) => ({ topicId, partition, ...lease }));
  machine.run(decideKeepAttempt, { groupId: 1, attemptId: 'first', leases: placed });
  return machine;
}

const repeated = (machine: Machine, change: Partial<typeof COMMAND> = {}) =>
  machine.run(repeatReceive, { ...COMMAND, ...change });

describe('a receive that is repeated [L-104]', () => {
  it('gets the same leases with their messages, and leases nothing', () => {
    const machine = received();
    machine.reload();
    const leases = repeated(machine);
    expect(machine.writes).toEqual([]);
    const told = leases?.map(({ batches, ...lease }) => ({
      ...lease,
      values: batches
        .flatMap((bytes) => recordsOf(bytes))
        .filter(([offset]) => offset >= lease.firstOffset && offset <= lease.lastOffset)
        .map(([, value]) => value),
    }));
    const place = { topicId, partition, deadlineMs: 1_030_000, firstDeliveredAtMs: 1_000_000 };
    expect(told).toEqual([
      { ...place, firstOffset: 0, lastOffset: 0, token: 2, deliveries: 2, values: ['a'] },
      { ...place, firstOffset: 1, lastOffset: 2, token: 3, deliveries: 1, values: ['b', 'c'] },
    ]);
  });

  it('tells the earliest deadline, where a part was extended', () => {
    const machine = received();
    machine.nowMs += 10_000;
    acknowledge(machine, 'extend', [1, 1], 3, { delayMs: 60_000 });
    expect(repeated(machine)?.map(({ deadlineMs }) => deadlineMs)).toEqual([1_030_000, 1_030_000]);
    acknowledge(machine, 'extend', [2, 2], 3, { delayMs: 40_000 });
    expect(repeated(machine)?.map(({ deadlineMs }) => deadlineMs)).toEqual([1_030_000, 1_050_000]);
  });

  it.each(['accept', 'release', 'reject', 'return'] as const)(
    'is a fresh one once a part of a lease ended: %s',
    (kind) => {
      const machine = received();
      acknowledge(machine, kind, [2, 2], 3);
      expect(repeated(machine)).toBeNull();
      receive(machine);
      expect(repeated(machine)).toBeNull();
    },
  );

  it('is a fresh one for another member or id, or when the deadline or the time to repeat is over', () => {
    const machine = received();
    expect(repeated(machine, { memberId: 'bob' })).toBeNull();
    expect(repeated(machine, { attemptId: 'second' })).toBeNull();
    expect(repeated(machine)).toHaveLength(2);
    machine.nowMs += 30_000;
    expect(repeated(machine)).toBeNull();
    const long = received();
    for (const at of [0, 1, 2]) {
      const token = at === 0 ? 2 : 3;
      acknowledge(long, 'extend', [at, at], token, { delayMs: 2 * LIMITS.attemptMs });
    }
    long.nowMs += LIMITS.attemptMs - 1;
    expect(repeated(long)).toHaveLength(2);
    long.nowMs += 1;
    expect(repeated(long)).toBeNull();
    expect(long.run(decideExpireRows, { rowsMax: 9 }).rowsRemoved).toBe(1);
    expect(long.view.count('attempts')).toBe(0);
  });

  it('is a fresh one after a purge took the messages away', () => {
    const machine = received();
    machine.run(decidePurge, { group: 'workers', topic: null, dryRun: false, undoMs: 1_000 });
    expect(repeated(machine)).toBeNull();
  });

  it('takes its id from an attempt that cannot be repeated, and its place in the index', () => {
    const machine = received();
    acknowledge(machine, 'accept', [0, 0], 2);
    machine.nowMs += 5;
    const leases = receive(machine).map((lease) => ({ topicId, partition, ...lease }));
    machine.run(decideKeepAttempt, { groupId: 1, attemptId: 'first', leases });
    expect(repeated(machine)?.map(({ token }) => token)).toEqual([4]);
    expect(machine.view.count('expiries')).toBe(1);
  });

  it('is refused where the id cannot be a key [L-91]', () => {
    const refused = sharedTopic().refused(repeatReceive, { ...COMMAND, attemptId: 'a\0' });
    expect(refused).toMatchObject({ code: 'INVALID_REQUEST', detail: { field: 'attemptId' } });
  });
});
