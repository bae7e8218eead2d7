// Batches of a transaction that say where their partition has to end.

import { stampProducer } from '@millrace/protocol';
import { describe, expect, it } from 'vitest';
import { DEAD_LETTERS } from '../share/share-setup.ts';
import {
  acks,
  batch,
  item,
  leased,
  refusalOf,
  rowsOf,
  SHIPPED,
  transact,
  transaction,
} from './transact-setup.ts';

describe('an expected offset in a transaction [G-61]', () => {
  it('counts the batches before it', () => {
    const machine = leased();
    const batches = [
      { ...batch(SHIPPED, 'a', 'b'), expectedOffset: 0 },
      { ...batch(SHIPPED, 'c'), expectedOffset: 2 },
    ];
    const { reply } = transact(machine, transaction('t1', { batches }));
    expect(reply.batches.map(({ baseOffset }) => baseOffset)).toEqual([0, 2]);
  });

  it('refuses all of it where it is not met, also by its own batches', () => {
    const machine = leased();
    const rows = rowsOf(machine);
    for (const expectedOffset of [0, 1, 3]) {
      const batches = [batch(SHIPPED, 'a', 'b'), { ...batch(SHIPPED, 'c'), expectedOffset }];
      const request = transaction('t1', { batches, acknowledgements: [acks(item(0, 1, 1))] });
      expect(refusalOf(machine, request)).toMatchObject({
        code: 'TRANSACTION_CONFLICT',
        message: `OFFSET_MISMATCH in batches[1]: The partition ends at offset 2, not at ${expectedOffset}.`,
        detail: { field: 'batches[1]' },
      });
    }
    expect(rowsOf(machine)).toBe(rows);
  });

  it('cannot be met where dead letters go to the same partition', () => {
    const machine = leased();
    const rows = rowsOf(machine);
    const batches = [{ ...batch(DEAD_LETTERS, 'a'), expectedOffset: 0 }];
    const reject = acks(item(0, 0, 1, { kind: 'reject' }));
    const request = transaction('t1', { batches, acknowledgements: [reject] });
    expect(refusalOf(machine, request)).toMatchObject({
      code: 'TRANSACTION_CONFLICT',
      detail: { field: 'batches[0]' },
    });
    expect(rowsOf(machine)).toBe(rows);
  });

  it('is part of what the transaction asks for', () => {
    const machine = leased();
    const asked = (expectedOffset: number) =>
      transaction('t1', { batches: [{ ...batch(SHIPPED, 'a'), expectedOffset }] });
    transact(machine, asked(0));
    expect(transact(machine, asked(0)).reply.repeated).toBe(true);
    expect(refusalOf(machine, asked(1))).toMatchObject({ detail: { field: 'transactionId' } });
  });
});

it('a batch of a transaction names no producer [G-61]', () => {
  const machine = leased();
  const named = batch(SHIPPED, 'a');
  stampProducer(named.batch, { producerId: 1, producerEpoch: 0, sequence: 0 });
  const request = transaction('t1', { batches: [batch(SHIPPED, 'x'), named] });
  expect(refusalOf(machine, request)).toMatchObject({
    code: 'INVALID_REQUEST',
    detail: { field: 'batches[1]' },
  });
});
