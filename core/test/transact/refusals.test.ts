// What refuses a transaction: then nothing of it is done.

import { LIMITS } from '@millrace/protocol';
import { describe, expect, it } from 'vitest';
import { appendBatch, ORDERS, receive, sharedTopic } from '../share/share-setup.ts';
import { batchOf } from '../support/batches.ts';
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
  SHIPPED,
  transact,
  transaction,
} from './transact-setup.ts';

describe('a part that cannot be done', () => {
  function conflictIn(machine: Machine, parts: Parameters<typeof transaction>[1]) {
    const good = { batches: [batch(SHIPPED, 'x')], offsets: [offsets('audit', [ORDERS, 0, 1])] };
    return refusalOf(machine, transaction('t1', { ...good, ...parts })) as Error;
  }

  it.each([
    ['a lease that was given to somebody else', item(1, 1, 1), 'STALE_LEASE'],
    ['a message that was accepted', item(3, 3, 1), 'ALREADY_RESOLVED'],
    ['a receipt that nobody was given', item(0, 0, 7), 'UNKNOWN_RECEIPT'],
    [
      'a topic that the group does not take from',
      item(0, 0, 1, { topicId: SHIPPED }),
      'TOPIC_NOT_IN_GROUP',
    ],
    [
      'a lease that gets too long',
      item(0, 0, 1, { kind: 'extend', delayMs: 13 * 3_600_000 }),
      'LEASE_TOO_LONG',
    ],
  ])('is told with its field and its cause, and nothing is done: %s [L-101]', (_, bad, cause) => {
    const machine = leased();
    transact(
      machine,
      transaction('before', {
        acknowledgements: [acks(item(3, 3, 1), item(1, 1, 1, { kind: 'release' }))],
      }),
    );
    receive(machine);
    const refused = conflictIn(machine, { acknowledgements: [acks(item(2, 2, 1)), acks(bad)] });
    expect(refused).toMatchObject({
      code: 'TRANSACTION_CONFLICT',
      detail: { field: 'acknowledgements[1].items[0]' },
    });
    expect(refused.message).toContain(cause);
  });

  it('may be an offset or an effect as well [L-101]', () => {
    const machine = leased();
    const past = conflictIn(machine, {
      offsets: [offsets('audit', [ORDERS, 0, 1], [ORDERS, 1, 0])],
    });
    expect(past).toMatchObject({ detail: { field: 'offsets[0].offsets[1]' } });
    expect(past.message).toContain('UNKNOWN_PARTITION');
    const member = { ...offsets('audit', [ORDERS, 0, 1]), memberId: 'm', memberEpoch: 1 };
    expect(conflictIn(machine, { offsets: [member] }).message).toContain('UNKNOWN_MEMBER');
    const token = claim(machine, 'k');
    const stale = conflictIn(machine, { effects: [effect('k', token + 1)] });
    expect(stale).toMatchObject({ code: 'TRANSACTION_CONFLICT', detail: { field: 'effects[0]' } });
    expect(stale.message).toContain('STALE_CLAIM');
    machine.nowMs += 1_000;
    expect(conflictIn(machine, { effects: [effect('k', token)] }).message).toContain('STALE_CLAIM');
  });

  it('keeps its code where the request or a batch is wrong [L-101]', () => {
    const machine = leased();
    const group = { ...acks(item(0, 0, 1)), group: 'nobody' };
    const codes = [
      [{ acknowledgements: [group] }, 'UNKNOWN_GROUP', 'acknowledgements[0].group'],
      [
        { acknowledgements: [{ group: 'nobody', items: [] }] },
        'UNKNOWN_GROUP',
        'acknowledgements[0].group',
      ],
      [
        { offsets: [offsets('workers', [ORDERS, 0, 1])] },
        'GROUP_KIND_MISMATCH',
        'offsets[0].group',
      ],
      [{ batches: [batch(SHIPPED, 'x'), batch(99, 'x')] }, 'UNKNOWN_TOPIC', 'batches[1]'],
      [
        { acknowledgements: [acks(item(1, 0, 1))] },
        'INVALID_REQUEST',
        'acknowledgements[0].items[0].lastOffset',
      ],
      [{ effects: [effect('a\0', 1)] }, 'INVALID_REQUEST', 'effects[0].key'],
    ] as const;
    for (const [parts, code, field] of codes) {
      expect(conflictIn(machine, parts as never)).toMatchObject({ code, detail: { field } });
    }
  });
});

describe('what a transaction must not ask for', () => {
  it('is two things about one message, one offset or one effect [L-102]', () => {
    const machine = leased();
    const refused = [
      [
        { acknowledgements: [acks(item(0, 2, 1)), acks(item(2, 3, 1))] },
        'acknowledgements[1].items[0]',
      ],
      [{ acknowledgements: [acks(item(3, 3, 1), item(0, 3, 1))] }, 'acknowledgements[0].items[0]'],
      [
        { offsets: [offsets('a', [ORDERS, 0, 1]), offsets('a', [ORDERS, 0, 2])] },
        'offsets[1].offsets[0]',
      ],
      [{ effects: [effect('k', 1), effect('k', 2)] }, 'effects[1]'],
    ] as const;
    for (const [parts, field] of refused) {
      const error = refusalOf(machine, transaction('t', parts as never));
      expect(error).toMatchObject({ code: 'INVALID_REQUEST', detail: { field } });
    }
  });

  it('is more than one turn and one commit can bear [L-103]', () => {
    const machine = leased();
    const many = Array.from({ length: LIMITS.transactionItemsMax + 1 }, (_, at) => at);
    const wide = Array.from({ length: 101 }, (_, at) => item(at * 1_000, at * 1_000 + 999, 1));
    const refused = [
      [{ acknowledgements: [acks(...many.map((at) => item(at, at, 1)))] }, 'acknowledgements'],
      [{ offsets: [offsets('a', ...many.map((at) => [at, 0, 1] as const))] }, 'offsets'],
      [{ acknowledgements: [acks(...wide)] }, 'acknowledgements'],
    ] as const;
    for (const [parts, field] of refused) {
      const error = refusalOf(machine, transaction('t', parts as never));
      expect(error).toMatchObject({ code: 'LIMIT_EXCEEDED', detail: { field } });
    }
  });

  it('is more dead letters than a batch may hold bytes [L-103]', () => {
    const machine = sharedTopic({ maxDeliveries: 0 });
    const large = 'x'.repeat(900_000);
    for (let at = 0; at < 10; at += 1) appendBatch(machine, batchOf([large]));
    for (let at = 0; at < 10; at += 1) receive(machine);
    const items = machine.view
      .all('runs')
      .map(([[, , , first], [last, , , , token]]) => item(first, last, token, { kind: 'reject' }));
    const error = refusalOf(machine, transaction('t', { acknowledgements: [acks(...items)] }));
    expect(error).toMatchObject({ code: 'LIMIT_EXCEEDED', detail: { field: 'acknowledgements' } });
    transact(machine, transaction('t', { acknowledgements: [acks(...items.slice(0, 1))] }));
  });

  it('is an id that cannot be a key [L-91]', () => {
    const detail = { field: 'transactionId' };
    for (const id of ['', 'a\nb']) {
      expect(refusalOf(leased(), transaction(id))).toMatchObject({
        code: 'INVALID_REQUEST',
        detail,
      });
    }
  });
});
