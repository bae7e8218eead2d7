// Changes in a transaction: what an operator decides about messages that nobody has leased, with the rest or not at all.

import { LIMITS } from '@millrace/protocol';
import { describe, expect, it } from 'vitest';
import {
  assertInvariants,
  counters,
  decideChangeMessages,
  getMessage,
  listMessages,
} from '../../src/index.ts';
import { appendBatch, ORDERS, receive, sharedTopic } from '../share/share-setup.ts';
import { batchOf } from '../support/batches.ts';
import type { Machine } from '../support/machine.ts';
import {
  acks,
  batch,
  item,
  leased,
  refusalOf,
  SHIPPED,
  type Transaction,
  transact,
  transaction,
} from './transact-setup.ts';

type Change = NonNullable<Transaction['changes']>[number];

function change(action: Change['action'], first: number, last = first): Change {
  const range = { topicId: ORDERS, partition: 0, firstOffset: first, lastOffset: last };
  return { group: 'workers', action, ...range };
}

function countsOf(machine: Machine) {
  const [counts] = machine.run(counters, { group: 'workers' }).partitions;
  return counts;
}

function listed(machine: Machine, state: 'acknowledged' | 'dead' | 'fresh') {
  const query = { group: 'workers', topic: 'orders', partition: 0, state };
  const { ranges } = machine.run(listMessages, { ...query, fromOffset: 0, maxRanges: 100 });
  return ranges.map(({ firstOffset, lastOffset }) => [firstOffset, lastOffset]);
}

/** Ten fresh messages. */
function fresh(): Machine {
  const machine = leased();
  transact(machine, transaction('t0', { acknowledgements: [acks(item(0, 3, 1))] }));
  appendBatch(machine, batchOf(['4', '5', '6', '7', '8', '9']));
  return machine;
}

function rescheduled(offset: number) {
  const place = { groupId: 1, topicId: ORDERS, partition: 0 };
  const range = { firstOffset: offset, lastOffset: offset };
  return { ...place, ...range, action: 'reschedule' as const, delayMs: 60_000, rowsMax: 100 };
}

describe('changes of a transaction', () => {
  it('leave the oldest message that nobody resolved to be told, also ahead of the cursor [L-35]', () => {
    const machine = fresh();
    const oldest = () => {
      const { oldestUnresolvedMs, firstUnresolvedOffset } = countsOf(machine) ?? {};
      return [firstUnresolvedOffset, oldestUnresolvedMs !== null];
    };
    expect(oldest()).toEqual([4, true]);
    transact(machine, transaction('t1', { changes: [change('resolve', 5)] }));
    expect(oldest()).toEqual([4, true]);
    transact(machine, transaction('t2', { changes: [change('cancel', 4), change('cancel', 6)] }));
    expect(oldest()).toEqual([7, true]);
    machine.run(decideChangeMessages, rescheduled(8));
    transact(machine, transaction('t3', { changes: [change('resolve', 7)] }));
    expect(oldest()).toEqual([8, true]);
    transact(machine, transaction('t4', { changes: [change('resolve', 8, 9)] }));
    expect(countsOf(machine)).toMatchObject({ fresh: 0, scheduled: 0 });
    expect(oldest()).toEqual([10, false]);
  });

  it('finish a message for good that waits ahead of the cursor [L-55] [L-106]', () => {
    const machine = fresh();
    const range = { firstOffset: 6, lastOffset: 9 };
    machine.run(decideChangeMessages, { ...rescheduled(6), ...range });
    transact(machine, transaction('t1', { changes: [change('resolve', 7, 8)] }));
    for (const isAgain of [false, true]) {
      if (isAgain) machine.reload();
      expect(countsOf(machine)).toMatchObject({ fresh: 2, scheduled: 2, acknowledged: 6, dead: 0 });
      const at = { group: 'workers', topicId: ORDERS, partition: 0, offset: 7 };
      expect(machine.run(getMessage, at).state).toMatchObject({ state: 'acknowledged' });
    }
    const again = transaction('t2', { changes: [change('resolve', 7)] });
    expect(refusalOf(machine, again)).toMatchObject({ code: 'ALREADY_RESOLVED' });
    const leases = receive(machine, { maxMessages: 10 });
    expect(leases.map((lease) => [lease.firstOffset, lease.lastOffset])).toEqual([[4, 5]]);
    expect(countsOf(machine)).toMatchObject({ leased: 2, scheduled: 2, acknowledged: 6 });
    assertInvariants(machine.state);
  });

  it('replace a message by a corrected copy: the one or the other is there [L-106]', () => {
    const machine = fresh();
    const request = transaction('t1', {
      batches: [batch(SHIPPED, 'better')],
      changes: [change('resolve', 7)],
    });
    const { reply } = transact(machine, request);
    expect(reply.batches[0]?.baseOffset).toBe(0);
    expect(transact(machine, request).reply.repeated).toBe(true);
    for (const isAgain of [false, true]) {
      if (isAgain) machine.reload();
      expect(countsOf(machine)).toMatchObject({ fresh: 5, acknowledged: 5, dead: 0 });
      expect(listed(machine, 'acknowledged')).toEqual([
        [0, 3],
        [7, 7],
      ]);
      expect(listed(machine, 'fresh')).toEqual([
        [4, 6],
        [8, 9],
      ]);
      expect(listed(machine, 'dead')).toEqual([]);
      const at = { group: 'workers', topicId: ORDERS, partition: 0, offset: 7 };
      expect(machine.run(getMessage, at).state).toMatchObject({
        state: 'acknowledged',
        deadReason: null,
      });
    }
    const leases = receive(machine, { maxMessages: 10 });
    expect(leases.map((lease) => [lease.firstOffset, lease.lastOffset])).toEqual([
      [4, 6],
      [8, 9],
    ]);
    expect(countsOf(machine)).toMatchObject({ fresh: 0, leased: 5, acknowledged: 5 });
    expect(listed(machine, 'acknowledged')).toEqual([
      [0, 3],
      [7, 7],
    ]);
  });

  it('cancel, retry and dead-letter too, beside acknowledgements of the same group [L-106]', () => {
    const machine = leased();
    transact(
      machine,
      transaction('t0', {
        acknowledgements: [acks(item(0, 1, 1, { kind: 'release', delayMs: 60_000 }))],
      }),
    );
    appendBatch(machine, batchOf(['4']));
    const { deadLettered } = transact(
      machine,
      transaction('t1', {
        acknowledgements: [acks(item(2, 2, 1), item(3, 3, 1, { kind: 'reject' }))],
        changes: [change('retry', 0), change('cancel', 1), change('deadLetter', 4)],
      }),
    );
    expect([...deadLettered]).toEqual([[1, 2]]);
    expect(countsOf(machine)).toMatchObject({ ready: 1, scheduled: 0, acknowledged: 1, dead: 3 });
  });

  it('are refused with the error of the message, and nothing is done [L-107]', () => {
    const machine = fresh();
    receive(machine, { maxMessages: 1 });
    const rest = { batches: [batch(SHIPPED, 'x')] };
    const refused = (...changes: Change[]) =>
      refusalOf(machine, transaction('t1', { ...rest, changes }));
    const field = 'changes[1]';
    const good = change('cancel', 9);
    for (const action of ['resolve', 'cancel', 'retry', 'deadLetter'] as const) {
      const error = refused(good, change(action, 4, 5));
      expect(error).toMatchObject({ code: 'MESSAGE_LEASED', detail: { field } });
    }
    expect(refused(good, change('resolve', 3))).toMatchObject({ code: 'ALREADY_RESOLVED' });
    expect(refused(good, change('resolve', 10))).toMatchObject({ code: 'OFFSET_OUT_OF_RANGE' });
    expect(refused(good, change('retry', 8))).toMatchObject({ code: 'MESSAGE_FRESH' });
    expect(refused(good, change('resolve', 6, 5))).toMatchObject({
      code: 'INVALID_REQUEST',
      detail: { field: 'changes[1].lastOffset' },
    });
    expect(refused(good, { ...change('resolve', 5), group: 'nobody' })).toMatchObject({
      code: 'UNKNOWN_GROUP',
      detail: { field: 'changes[1].group' },
    });
    expect(refused(good, { ...change('resolve', 5), topicId: SHIPPED })).toMatchObject({
      code: 'TOPIC_NOT_IN_GROUP',
    });
    expect(refused(good, change('resolve', 9, 9))).toMatchObject({
      code: 'INVALID_REQUEST',
      detail: { field },
    });
    expect(countsOf(machine)).toMatchObject({ fresh: 5, leased: 1, acknowledged: 4, dead: 0 });
  });

  it('names no more messages than one turn can bear [L-108]', () => {
    const machine = sharedTopic();
    const max = LIMITS.transactionChangesMax;
    appendBatch(machine, batchOf(Array.from({ length: max + 1 }, String)));
    const all = [change('deadLetter', 0, max - 2), change('resolve', max - 1, max)];
    expect(refusalOf(machine, transaction('t1', { changes: all }))).toMatchObject({
      code: 'LIMIT_EXCEEDED',
      detail: { field: 'changes', limit: `${max} messages` },
    });
    const { deadLettered } = transact(machine, transaction('t1', { changes: all.slice(0, 1) }));
    expect([...deadLettered]).toEqual([[1, max - 1]]);
    expect(countsOf(machine)).toMatchObject({ fresh: 2, dead: max - 1 });
  });
});
