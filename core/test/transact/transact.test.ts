// What a transaction does: all of it in one commit, once, whatever is sent again.

import { LIMITS } from '@millrace/protocol';
import { describe, expect, it } from 'vitest';
import { decideCreateTopic, decideExpireRows, getEffect } from '../../src/index.ts';
import { createGroup, DEAD_LETTERS, ORDERS, receive } from '../share/share-setup.ts';
import { appendRecords } from '../support/batches.ts';
import type { Machine } from '../support/machine.ts';
import {
  acks,
  batch,
  claim,
  effect,
  item,
  leased,
  offsets,
  refusalOf,
  rowsOf,
  SHIPPED,
  transact,
  transaction,
} from './transact-setup.ts';

const endOf = (machine: Machine, topicId: number) => machine.state.logs.at(topicId, 0).nextOffset;

describe('a transaction', () => {
  it('appends, acknowledges, commits offsets and ends effects, all together [L-98] [L-99]', () => {
    const machine = leased();
    const token = claim(machine, 'ship-1');
    const request = transaction('t1', {
      batches: [batch(SHIPPED, 'x', 'y'), batch(SHIPPED, 'z')],
      acknowledgements: [
        acks(
          item(0, 1, 1),
          item(2, 2, 1, { kind: 'release', errorText: 'later' }),
          item(3, 3, 1, { kind: 'reject' }),
        ),
      ],
      offsets: [offsets('audit', [ORDERS, 0, 2]), offsets('mirror', [ORDERS, 0, 4])],
      effects: [effect('ship-1', token)],
    });
    const { reply, ...sizes } = transact(machine, request);
    const at = { appendTimeMs: machine.nowMs, duplicates: null };
    expect(reply).toEqual({
      repeated: false,
      batches: [
        { baseOffset: 0, ...at },
        { baseOffset: 2, ...at },
      ],
    });
    expect(sizes).toMatchObject({ records: 3 });
    expect([...sizes.deadLettered.values()]).toEqual([1]);
    machine.reload();
    const share = machine.state.shares.at(1, ORDERS, 0);
    expect([share.row[3], share.row[4], share.count('ready')]).toEqual([2, 1, 1]);
    expect([endOf(machine, SHIPPED), endOf(machine, DEAD_LETTERS)]).toEqual([3, 1]);

    expect(machine.view.all('offsets').map(([, [offset]]) => offset)).toEqual([2, 4]);
    expect(machine.run(getEffect, { group: 'workers', key: 'ship-1' }).state).toBe('done');
  });

  it('tells its outcome again, also after a restart, and does nothing then [L-100]', () => {
    const machine = leased();
    const request = () =>
      transaction('t1', {
        batches: [batch(SHIPPED, 'x')],
        acknowledgements: [acks(item(0, 3, 1))],
      });
    const { reply } = transact(machine, request());
    const rows = rowsOf(machine);
    expect(transact(machine, request()).reply).toEqual({ ...reply, repeated: true });
    machine.reload();
    machine.nowMs += LIMITS.transactionOutcomeMs - 1;
    expect(transact(machine, request()).reply).toEqual({ ...reply, repeated: true });
    expect(rowsOf(machine)).toBe(rows);
    machine.nowMs += 1;
    expect(refusalOf(machine, request())).toMatchObject({ code: 'TRANSACTION_CONFLICT' });
    machine.run(decideExpireRows, { rowsMax: 9 });
    expect(machine.view.count('transactions')).toBe(0);
  });

  it('is not mistaken for another one with its id [L-100]', () => {
    const machine = leased();
    const request = transaction('t1', { acknowledgements: [acks(item(0, 1, 1))] });
    transact(machine, request);
    const others = [
      transaction('t1'),
      transaction('t1', { acknowledgements: [acks(item(0, 2, 1))] }),
      transaction('t1', { ...request, batches: [batch(SHIPPED, 'x')] }),
      transaction('t1', { acknowledgements: [acks(item(0, 1, 1, { kind: 'reject' }))] }),
    ];
    for (const other of others) {
      const detail = { field: 'transactionId' };
      expect(refusalOf(machine, other)).toMatchObject({ code: 'INVALID_REQUEST', detail });
    }
  });

  it('of one user is not that of another, nor in its way; what was kept before users were asked is for all [L-100]', () => {
    const machine = leased();
    const request = (first: number) =>
      transaction('t1', { acknowledgements: [acks(item(first, first, 1))] });
    for (const [at, user] of ['eve', 'ada'].entries()) {
      expect(transact(machine, request(at), user).reply.repeated).toBe(false);
      machine.reload();
      expect(transact(machine, request(at), user).reply.repeated).toBe(true);
    }
    const before = transaction('t0', { acknowledgements: [acks(item(2, 2, 1))] });
    transact(machine, before);
    expect(transact(machine, before, 'ada').reply.repeated).toBe(true);
  });

  it('that was refused is not remembered: the id may be used again [L-100]', () => {
    const machine = leased();
    refusalOf(machine, transaction('t1', { acknowledgements: [acks(item(0, 0, 9))] }));
    const request = transaction('t1', { acknowledgements: [acks(item(0, 0, 1))] });
    expect(transact(machine, request)).toMatchObject({ reply: { repeated: false } });
  });

  it('drops duplicates, those of its own batches too, and finds a batch that cannot be cut before it begins [L-98][L-99]', () => {
    const machine = leased();
    const config = { dedup: 'id' } as never;
    const topic = { name: 'once', partitions: 1, config, annotations: null, validateOnly: false };
    const { topicId } = machine.run(decideCreateTopic, topic);
    const records = (ids: readonly number[], codec: 'none' | 'gzip' = 'none') => {
      const list = ids.map((id) => ({
        dedup: new Uint8Array(16).fill(id),
        value: new Uint8Array(999),
      }));
      return { ...appendRecords(topicId, 0, list, codec), expectedOffset: null };
    };
    const broken = records([1, 2], 'gzip');
    broken.batch.fill(0xff, broken.batch.length - 20);
    const pair = (second: { batch: Uint8Array }) => [
      records([1]),
      { topicId, partition: 0, ...second, expectedOffset: null },
    ];
    const accepted = { acknowledgements: [acks(item(0, 3, 1))] };
    const refused = refusalOf(machine, transaction('t1', { ...accepted, batches: pair(broken) }));
    expect(refused).toMatchObject({ code: 'CORRUPT_BATCH', detail: { field: 'batches[1]' } });
    const batches = pair(records([1, 2], 'gzip'));
    const { reply } = transact(machine, transaction('t1', { ...accepted, batches }));
    expect(reply.batches).toMatchObject([
      { baseOffset: 0, duplicates: null },
      { baseOffset: 1, duplicates: [{ index: 0, partition: 0, offset: 0 }] },
    ]);
    const again = transaction('t1', { ...accepted, batches: pair(records([1, 2], 'gzip')) });
    expect(transact(machine, again).reply).toEqual({ ...reply, repeated: true });
    const other = { batches: [records([2, 1])] };
    expect(transact(machine, transaction('t2', other)).reply.batches[0]).toMatchObject({
      baseOffset: -1,
      appendTimeMs: -1,
    });
  });

  it('takes items of one lease one by one, and of several groups [L-98]', () => {
    const machine = leased();
    createGroup(machine, 'others', {});
    receive(machine, { groupId: 2 });
    const single = [2, 0, 3, 1].map((at) => item(at, at, 1));
    const request = transaction('t1', {
      acknowledgements: [acks(...single), { ...acks(item(1, 2, 1)), group: 'others' }],
    });
    transact(machine, request);
    const taken = [1, 2].map((groupId) => machine.state.shares.at(groupId, ORDERS, 0).row[3]);
    expect(taken).toEqual([4, 2]);
  });
});
