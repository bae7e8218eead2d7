// Fetch sessions: what a connection asks for again and again, what it is told, and what it leaves behind.

import { batchHeader, ERRORS, MillraceError, type RequestInput } from '@millrace/protocol';
import { MemoryStore } from '@millrace/storage';
import { FaultyStore, gate } from '@millrace/storage/testing';
import { afterEach, describe, expect, test } from 'vitest';
import { CancelToken } from '../../src/dispatch/cancel-token.ts';
import { FetchSessions } from '../../src/handlers/fetch-sessions.ts';
import { asReceived } from './as-received.ts';
import {
  batchOf,
  CONNECTION as ONE,
  openTestShard,
  soon,
  TestCancel,
  type TestShard,
} from './open-test-shard.ts';

type Fetch = RequestInput<'Fetch'>;

let shard: TestShard;
afterEach(() => shard.close());

async function topicOf(partitions: number, name = 't'): Promise<number> {
  const { topicId } = await shard.call('CreateTopic', { name, partitions });
  return topicId;
}

function append(topicId: number, partition: number, ...texts: string[]) {
  return shard.call('Produce', { batches: [{ topicId, partition, batch: batchOf(...texts) }] });
}

async function fetch(request: Partial<Fetch>, signal?: TestCancel, connection = ONE) {
  const body = { maxWaitMs: 0, partitions: [], sessionId: 7, ...request };
  const { partitions } = await shard.call('Fetch', body, signal, connection);
  return partitions;
}

const at = (topicId: number, partition: number, offset = 0) => ({ topicId, partition, offset });

/** Partition and offsets of each batch; the error where there is one. */
function told(partitions: Awaited<ReturnType<typeof fetch>>) {
  return partitions.map(({ partition, errorCode, batches }) =>
    errorCode !== 0
      ? `${partition} error ${errorCode}`
      : `${partition}: ${batches.map((batch) => batchHeader(batch).baseOffset).join()}`,
  );
}

const refusedWith = (code: string) => expect.objectContaining({ code });

describe('what a session tells', () => {
  test('[G-71] goes on by itself after what was sent, and names only what has something', async () => {
    shard = openTestShard();
    const topicId = await topicOf(3);
    await append(topicId, 1, 'a');
    const all = [at(topicId, 0), at(topicId, 1), at(topicId, 2)];
    const first = await fetch({ isNewSession: true, partitions: all });
    expect(told(first)).toEqual(['1: 0', '0: ', '2: ']);
    expect(first.map(({ endOffset }) => endOffset)).toEqual([1, 0, 0]);
    expect(await fetch({})).toEqual([]);
    await append(topicId, 1, 'b', 'c');
    await append(topicId, 2, 'd');
    expect(told(await fetch({}))).toEqual(['1: 1', '2: 0']);
    expect(await fetch({})).toEqual([]);
    // Named again, it is read from there.
    expect(told(await fetch({ partitions: [at(topicId, 1)] }))).toEqual(['1: 0,1']);
    expect(await fetch({})).toEqual([]);
  });

  test('[G-71] one commit to many partitions is one reply', async () => {
    shard = openTestShard();
    const topicId = await topicOf(3);
    await fetch({ isNewSession: true, partitions: [0, 1, 2].map((p) => at(topicId, p)) });
    const waiting = fetch({ maxWaitMs: 60_000 });
    await soon();
    const batches = [0, 1, 2].map((partition) => ({ topicId, partition, batch: batchOf('x') }));
    await shard.call('Produce', { batches });
    expect(told(await waiting)).toEqual(['0: 0', '1: 0', '2: 0']);
  });

  test('[G-71] forgotten partitions are told of no more', async () => {
    shard = openTestShard();
    const topicId = await topicOf(2);
    await fetch({ isNewSession: true, partitions: [at(topicId, 0), at(topicId, 1)] });
    await fetch({ forgotten: [at(topicId, 0), { topicId: 99, partition: 5 }] });
    await append(topicId, 0, 'a');
    await append(topicId, 1, 'b');
    expect(told(await fetch({}))).toEqual(['1: 0']);
    expect(shard.shard.waiters.watched).toBe(1);
  });

  test('[G-72] only what is flushed is told', async () => {
    const store = new FaultyStore(new MemoryStore());
    shard = openTestShard(store);
    const topicId = await topicOf(1);
    await fetch({ isNewSession: true, partitions: [at(topicId, 0)] });
    const { until, open } = gate();
    store.script({ kind: 'delay', until });
    const appending = append(topicId, 0, 'a');
    await soon();
    expect(await fetch({})).toEqual([]);
    const waiting = fetch({ maxWaitMs: 60_000 });
    await soon();
    open();
    expect(told(await waiting)).toEqual(['0: 0']);
    await appending;
  });

  test('[G-73] what did not fit comes first the next time: all get their turn', async () => {
    shard = openTestShard();
    const topicId = await topicOf(3);
    const { length } = batchOf('0123456789');
    for (const partition of [0, 1, 2]) {
      for (let n = 0; n < 3; n += 1) await append(topicId, partition, '0123456789');
    }
    const partitions = [0, 1, 2].map((p) => ({ ...at(topicId, p), maxBytes: length }));
    const replies = [await fetch({ isNewSession: true, partitions, maxBytes: 2 * length })];
    for (let n = 0; n < 4; n += 1) replies.push(await fetch({ maxBytes: 2 * length }));
    expect(replies.map((reply) => told(reply).filter((text) => !text.endsWith(' ')))).toEqual([
      ['0: 0', '1: 0'],
      ['2: 0', '0: 1'],
      ['1: 1', '2: 1'],
      ['0: 2', '1: 2'],
      ['2: 2'],
    ]);
    expect(await fetch({})).toEqual([]);
  });

  test('[G-73] the first batch comes whole, whatever its size; too few bytes wait for more', async () => {
    shard = openTestShard();
    const topicId = await topicOf(2);
    await append(topicId, 0, 'long enough');
    const partitions = [at(topicId, 0), at(topicId, 1)];
    expect(told(await fetch({ isNewSession: true, partitions, maxBytes: 1 }))[0]).toBe('0: 0');
    const signal = new TestCancel();
    const waiting = fetch({ minBytes: 100_000, maxWaitMs: 60_000 }, signal);
    await append(topicId, 1, 'a');
    await soon();
    signal.cancel(new MillraceError('CANCELLED'));
    await expect(waiting).rejects.toEqual(refusedWith('CANCELLED'));
    // What was not sent is told by the next fetch.
    expect(told(await fetch({ minBytes: 100_000 }))).toEqual(['1: 0']);
  });
});

describe('errors of single partitions', () => {
  test('[G-74] a partition with an error is told once and leaves; the others go on', async () => {
    shard = openTestShard();
    const topicId = await topicOf(2);
    const partitions = [at(topicId, 0, 5), at(topicId, 1), at(topicId, 9), at(4_000, 0)];
    const waiting = await fetch({ isNewSession: true, partitions, maxWaitMs: 60_000 });
    const code = (of: number) => waiting.find(({ partition }) => partition === of)?.errorCode;
    expect([code(9), waiting.filter(({ errorCode }) => errorCode !== 0).length]).toEqual([
      ERRORS.UNKNOWN_PARTITION.code,
      3,
    ]);
    await append(topicId, 0, 'a');
    await append(topicId, 1, 'b');
    expect(told(await fetch({}))).toEqual(['1: 0']);
    expect(shard.shard.waiters.watched).toBe(1);
  });

  test('[G-74] a topic that is deleted ends the wait of its partitions', async () => {
    shard = openTestShard();
    const [gone, stays] = [await topicOf(1, 'gone'), await topicOf(1, 'stays')];
    await fetch({ isNewSession: true, partitions: [at(gone, 0), at(stays, 0)] });
    const waiting = fetch({ maxWaitMs: 60_000 });
    await soon();
    await shard.call('DeleteTopic', { name: 'gone' });
    const [refused] = await waiting;
    expect([refused?.topicId, refused?.errorCode]).toEqual([gone, ERRORS.UNKNOWN_TOPIC.code]);
    expect(await fetch({})).toEqual([]);
    expect(shard.shard.waiters.watched).toBe(1);
  });
});

describe('one connection', () => {
  test('[G-70] a session that is not there is refused, and so is an id or a change without one', async () => {
    shard = openTestShard();
    await expect(fetch({})).rejects.toEqual(refusedWith('UNKNOWN_FETCH_SESSION'));
    const topicId = await topicOf(1);
    await fetch({ isNewSession: true, partitions: [at(topicId, 0)] });
    await expect(fetch({}, undefined, { ...ONE })).rejects.toEqual(
      refusedWith('UNKNOWN_FETCH_SESSION'),
    );
    const invalid = refusedWith('INVALID_REQUEST');
    await expect(fetch({ sessionId: 0, isNewSession: true })).rejects.toEqual(invalid);
    await expect(fetch({ sessionId: 0, forgotten: [] })).rejects.toEqual(invalid);
    // Begun with nothing it is ended.
    expect(await fetch({ isNewSession: true })).toEqual([]);
    expect(shard.shard.waiters.watched).toBe(0);
    await expect(fetch({})).rejects.toEqual(refusedWith('UNKNOWN_FETCH_SESSION'));
  });

  test('[G-75] fetches are answered in the order they came: the next one ends the wait of the one before', async () => {
    shard = openTestShard();
    const topicId = await topicOf(2);
    await fetch({ isNewSession: true, partitions: [at(topicId, 0)] });
    const order: string[] = [];
    const named = (name: string, request: Partial<Fetch>) =>
      fetch({ maxWaitMs: 60_000, ...request }).then((reply) => {
        order.push(name);
        return told(reply);
      });
    const first = named('first', {});
    await soon();
    const second = named('second', { partitions: [at(topicId, 1)] });
    const third = named('third', { forgotten: [at(topicId, 0)] });
    expect([await first, await second]).toEqual([[], ['1: ']]);
    await append(topicId, 0, 'forgotten');
    await append(topicId, 1, 'a');
    expect(await third).toEqual(['1: 0']);
    expect(order).toEqual(['first', 'second', 'third']);
  });

  test('[G-75] a fetch that is cancelled before its turn changes nothing', async () => {
    shard = openTestShard();
    const topicId = await topicOf(2);
    await fetch({ isNewSession: true, partitions: [at(topicId, 0)] });
    const first = fetch({ maxWaitMs: 60_000 });
    const signal = new TestCancel();
    const second = fetch({ partitions: [at(topicId, 1)] }, signal);
    signal.cancel(new MillraceError('CANCELLED'));
    await expect(second).rejects.toEqual(refusedWith('CANCELLED'));
    expect(await first).toEqual([]);
    expect(shard.shard.waiters.watched).toBe(1);
  });

  test('[G-75] a session begun anew takes the place of the earlier one and ends its fetch', async () => {
    shard = openTestShard();
    const topicId = await topicOf(2);
    await fetch({ isNewSession: true, partitions: [at(topicId, 0)] });
    const waiting = fetch({ maxWaitMs: 60_000 });
    const codeOf = waiting.then(
      () => 'answered',
      (error: MillraceError) => error.code,
    );
    await soon();
    await fetch({ isNewSession: true, partitions: [at(topicId, 1)] });
    expect(await codeOf).toBe('CANCELLED');
    await append(topicId, 0, 'a');
    await append(topicId, 1, 'b');
    expect(told(await fetch({}))).toEqual(['1: 0']);
  });

  test('[G-76] the end of the connection leaves nothing behind', async () => {
    shard = openTestShard();
    const topicId = await topicOf(2);
    const ended = new CancelToken();
    const third = { ...ONE, ended };
    const all = [at(topicId, 0), at(topicId, 1)];
    await fetch({ isNewSession: true, partitions: all }, undefined, third);
    await fetch({ sessionId: 8, isNewSession: true, partitions: all }, undefined, third);
    await fetch({ isNewSession: true, partitions: all }, undefined, ONE);
    expect(shard.shard.waiters.watched).toBe(6);
    ended.cancel(new MillraceError('CANCELLED'));
    expect(shard.shard.waiters.watched).toBe(2);
  });

  test('[G-77] limits: sessions of a connection, and the partitions that they keep', async () => {
    shard = openTestShard();
    const limits = {
      fetchSessionsMax: 2,
      fetchSessionPartitionsMax: 5,
      fetchSessionPartitionsTotalMax: 7,
    };
    const sessions = new FetchSessions(shard.shard, limits);
    const take = (sessionId: number, isNewSession: boolean, from: number, to: number, of = ONE) => {
      const partitions = [];
      for (let n = from; n < to; n += 1) partitions.push(at(1, n));
      const request = asReceived('Fetch', { sessionId, isNewSession, partitions });
      const session = sessions.find(of, request);
      if (session !== undefined) sessions.change(of, session, request);
      return session;
    };
    const tooMany = refusedWith('LIMIT_EXCEEDED');
    take(1, true, 0, 3);
    take(2, true, 0, 2);
    expect(() => take(3, true, 0, 1)).toThrow(tooMany);
    expect(() => take(1, false, 2, 4)).toThrow(tooMany);
    // Begun anew it has the room of the one before.
    take(1, true, 10, 13);
    expect(() => take(1, true, 10, 14)).toThrow(tooMany);
    expect(take(1, false, 10, 13)?.size).toBe(3);
    const other = { ...ONE, connectionId: 2 };
    expect(() => take(1, true, 0, 3, other)).toThrow(tooMany);
    take(1, true, 0, 2, other);
    expect(shard.shard.waiters.watched).toBe(7);
  });
});
