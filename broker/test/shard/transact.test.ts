// Transactions on a shard: one commit, and what is told when that commit is late, aborted, or its reply was lost.

import type { RequestOf } from '@millrace/protocol';
import { MemoryStore, type Store } from '@millrace/storage';
import { FaultyStore, gate } from '@millrace/storage/testing';
import { describe, expect, test } from 'vitest';
import {
  batchOf,
  countsOf,
  createQueue,
  openTestShard,
  produce,
  receiveOf,
  soon,
  type TestShard,
} from './open-test-shard.ts';

type Transaction = RequestOf<'Transact'>;

const CLAIM = { group: 'g', key: 'charge-1', memberId: 'm', ttlMs: 60_000 };
const EFFECT = { group: 'g', key: 'charge-1' };

/** One message of `t` leased and one effect claimed; `request` accepts, appends to `t`, commits and ends the effect. */
async function prepared(store: Store = new MemoryStore()) {
  const shard = openTestShard(store);
  const topicId = await createQueue(shard);
  await produce(shard, topicId, 'in');
  const { leases } = await shard.call('Receive', receiveOf(0));
  const { token: effectToken } = await shard.call('ClaimEffect', CLAIM);
  const lease = { topicId, partition: 0, firstOffset: 0, lastOffset: 0 };
  const item = { ...lease, token: leases[0]?.token ?? 0, kind: 'accept' as const };
  const end = { ...EFFECT, token: effectToken ?? 0, end: 'done' as const };
  const request = (): Transaction => ({
    transactionId: 't1',
    batches: [{ topicId, partition: 0, batch: batchOf('out'), expectedOffset: null }],
    acknowledgements: [
      { group: 'g', items: [{ ...item, delayMs: null, errorText: null, result: null }] },
    ],
    offsets: [
      {
        group: 'audit',
        memberId: null,
        memberEpoch: -1,
        offsets: [{ topicId, partition: 0, offset: 1, metadata: null }],
      },
    ],
    effects: [{ ...end, value: null, ttlMs: 60_000 }],
    changes: null,
  });
  return { shard, topicId, request };
}

async function standOf(shard: TestShard) {
  const { state } = await shard.call('GetEffect', EFFECT);
  const { groups } = await shard.call('ListGroups', {});
  const counts = await countsOf(shard);
  const { acknowledged, leased, endOffset } = counts ?? {};
  return { state, groups: groups.length, acknowledged, leased, endOffset };
}

const BEFORE = { state: 'started', groups: 1, acknowledged: 0, leased: 1, endOffset: 1 };
const AFTER = { state: 'done', groups: 2, acknowledged: 1, leased: 0, endOffset: 2 };

describe('a transaction and the disk', () => {
  test('all of it and its outcome are one commit, and it is answered when that is flushed [L-99]', async () => {
    const store = new FaultyStore(new MemoryStore());
    const { shard, request } = await prepared(store);
    const commits = store.commits.length;
    const reply = await shard.call('Transact', request());
    expect(reply).toMatchObject({ repeated: false, batches: [{ baseOffset: 1 }] });
    expect(store.commits).toHaveLength(commits + 1);
    const tables = new Set(store.commits.at(-1)?.map(({ table }) => table));
    for (const table of ['batches', 'sharePartitions', 'offsets', 'effects', 'transactions']) {
      expect(tables).toContain(table);
    }
    expect(await standOf(shard)).toEqual(AFTER);
    await shard.close();
  });

  test('an aborted commit leaves nothing, not even the id; the same request is carried out then [L-99]', async () => {
    const store = new FaultyStore(new MemoryStore());
    const { shard, request } = await prepared(store);
    store.script({ kind: 'abort', reason: 'io' });
    await expect(shard.call('Transact', request())).rejects.toMatchObject({
      code: 'STORAGE_ERROR',
    });
    expect(shard.reloads).toHaveLength(1);
    expect(await standOf(shard)).toEqual(BEFORE);
    for (const table of ['transactions', 'offsets'] as const) {
      expect([...store.range(table, {})]).toEqual([]);
    }
    expect(await shard.call('Transact', request())).toMatchObject({ repeated: false });
    expect(await standOf(shard)).toEqual(AFTER);
    await shard.close();
  });

  test('sent again before the first is flushed, it waits for the first and shares its fate [L-100]', async () => {
    const store = new FaultyStore(new MemoryStore());
    const { shard, request } = await prepared(store);
    const sendTwice = async (next: { readonly kind: 'abort' | 'pass' }) => {
      const { until, open } = gate();
      store.script({ kind: 'delay', until, next });
      let told = 0;
      const send = () => shard.call('Transact', request()).finally(() => (told += 1));
      const both = Promise.allSettled([send(), soon().then(() => send())]);
      await soon();
      await soon();
      expect(told).toBe(0);
      open();
      return both;
    };
    const failed = { status: 'rejected', reason: { code: 'STORAGE_ERROR' } };
    expect(await sendTwice({ kind: 'abort' })).toMatchObject([failed, failed]);
    expect(await standOf(shard)).toEqual(BEFORE);
    expect(await sendTwice({ kind: 'pass' })).toMatchObject([
      { value: { repeated: false } },
      { value: { repeated: true, batches: [{ baseOffset: 1 }] } },
    ]);
    expect(await standOf(shard)).toEqual(AFTER);
    await shard.close();
  });

  test('a reply that was lost is told again by the next process [L-100]', async () => {
    const store = new MemoryStore();
    const { shard, request } = await prepared(store);
    const first = await shard.call('Transact', request());
    await shard.close();
    const next = openTestShard(store);
    expect(await next.call('Transact', request())).toEqual({ ...first, repeated: true });
    expect(await standOf(next)).toEqual(AFTER);
    await next.close();
  });
});

describe('a transaction that is refused', () => {
  test('stages nothing, whatever part of it is at fault [L-101]', async () => {
    const store = new FaultyStore(new MemoryStore());
    const { shard, request } = await prepared(store);
    const commits = store.commits.length;
    const good = request();
    const corrupt = batchOf('x');
    corrupt[corrupt.length - 1] = 255 - (corrupt.at(-1) ?? 0);
    const refusals: [Partial<Transaction>, string, string][] = [
      [
        { effects: good.effects.map((one) => ({ ...one, token: 99 })) },
        'TRANSACTION_CONFLICT',
        'effects[0]',
      ],
      [
        { batches: [{ topicId: 1, partition: 0, batch: corrupt, expectedOffset: null }] },
        'CORRUPT_BATCH',
        'batches[0]',
      ],
      [
        { batches: [{ topicId: 9, partition: 0, batch: batchOf('x'), expectedOffset: null }] },
        'UNKNOWN_TOPIC',
        'batches[0]',
      ],
    ];
    for (const [part, code, field] of refusals) {
      const refused = shard.call('Transact', { ...request(), ...part });
      await expect(refused).rejects.toMatchObject({ code, detail: { field } });
    }
    expect(store.commits).toHaveLength(commits);
    expect(await standOf(shard)).toEqual(BEFORE);
    await shard.close();
  });

  test('without room on the disk only those with batches are [L-98]', async () => {
    const store = new FaultyStore(new MemoryStore());
    const { shard, request } = await prepared(store);
    store.reportFull();
    shard.space.refresh();
    await expect(shard.call('Transact', request())).rejects.toMatchObject({ code: 'STORAGE_FULL' });
    expect(await standOf(shard)).toEqual(BEFORE);
    const { batches } = await shard.call('Transact', { ...request(), batches: [] });
    expect(batches).toEqual([]);
    await expect(shard.call('Transact', request())).rejects.toMatchObject({
      code: 'INVALID_REQUEST',
    });
    await shard.close();
  });
});

test('the ledger answers what became of an effect, and grants it once [L-94] [L-96]', async () => {
  const { shard, request } = await prepared();
  expect(await shard.call('ClaimEffect', { ...CLAIM, memberId: 'other' })).toMatchObject({
    granted: false,
    state: 'started',
    memberId: 'm',
  });
  await shard.call('Transact', request());
  expect(await shard.call('ClaimEffect', CLAIM)).toMatchObject({ granted: false, state: 'done' });
  await expect(shard.call('GetEffect', { ...EFFECT, group: 'x' })).rejects.toMatchObject({
    code: 'UNKNOWN_GROUP',
  });
  await shard.close();
});

test('a part that fails while the others are staged is a fault that ends the process before the commit [L-99]', async () => {
  const store = new FaultyStore(new MemoryStore());
  const { shard } = await prepared(store);
  const commits = store.commits.length;
  const carryOut = () => {
    throw new Error('cannot be');
  };
  expect(() => shard.shard.stageTogether(carryOut)).toThrow('cannot be');
  expect(shard.fatal).toHaveLength(1);
  expect(store.commits).toHaveLength(commits);
  await shard.close();
});
