// Heartbeats that wait at the broker [C-40] to [C-42], the jobs of consumer groups [C-9], [C-37], [C-43], on a shard
// without sockets.
import { MillraceError, type RequestInput, type ResponseInput } from '@millrace/protocol';
import { MemoryStore } from '@millrace/storage';
import { FaultyStore } from '@millrace/storage/testing';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { openTestShard, TestCancel, type TestShard } from './open-test-shard.ts';

type Heartbeat = RequestInput<'GroupHeartbeat'>;
type Reply = ResponseInput<'GroupHeartbeat'>;

let shard: TestShard;
let topicId: number;

beforeEach(async () => {
  shard = openTestShard(undefined, { offsetsRetention: 1_000 });
  const topic = { name: 't', partitions: 4, config: null, annotations: null, validateOnly: false };
  ({ topicId } = await shard.call('CreateTopic', topic));
});

afterEach(() => shard.close());

function beat(memberId: string, fields: Partial<Heartbeat>, cancel?: TestCancel): Promise<Reply> {
  const request = { group: 'g', memberId, memberEpoch: 0, ...fields };
  return shard.call('GroupHeartbeat', request, cancel);
}

function wait(
  memberId: string,
  memberEpoch: number,
  partitions: readonly number[],
  cancel?: TestCancel,
): Promise<Reply> {
  const owned = [{ topicId, partitions: [...partitions] }];
  return beat(memberId, { memberEpoch, owned, maxWaitMs: 60_000 }, cancel);
}

function told(reply: Reply): readonly number[] {
  return (reply.assignment ?? []).flatMap(({ partitions }) => partitions);
}

async function waiting(count: number): Promise<void> {
  await vi.waitFor(() => expect(shard.shard.waiters.members.size).toBe(count), 20_000);
}

/** Two members at rest, of two partitions each. */
async function settle(): Promise<void> {
  await beat('m1', { topics: ['t'] });
  await beat('m2', { topics: ['t'] });
  await beat('m1', { memberEpoch: 1 });
  await beat('m1', { memberEpoch: 2, owned: [{ topicId, partitions: [0, 1] }] });
  expect(told(await beat('m2', { memberEpoch: 2 }))).toEqual([2, 3]);
}

it('answers who has to give something up, then who gets it, each at once [C-40]', async () => {
  expect(told(await beat('m1', { topics: ['t'], maxWaitMs: 60_000 }))).toEqual([0, 1, 2, 3]);
  const first = wait('m1', 1, [0, 1, 2, 3]);
  await waiting(1);
  expect(told(await beat('m2', { topics: ['t'], maxWaitMs: 60_000 }))).toEqual([]);
  expect([(await first).memberEpoch, told(await first)]).toEqual([2, [0, 1]]);
  const second = wait('m2', 2, []);
  const finishing = new TestCancel();
  const third = wait('m1', 2, [0, 1, 2, 3], finishing);
  await waiting(2);
  finishing.cancel(new MillraceError('CANCELLED'));
  await expect(third).rejects.toMatchObject({ code: 'CANCELLED' });
  const fourth = wait('m1', 2, [0, 1]);
  expect(told(await second)).toEqual([2, 3]);
  await waiting(1);
  await beat('m2', { memberEpoch: 2, owned: [{ topicId, partitions: [2, 3] }] });
  await shard.call('GroupLeave', { group: 'g', memberId: 'm2', memberEpoch: 2, keep: false });
  expect(told(await fourth)).toEqual([0, 1, 2, 3]);
  await waiting(0);
});

it('waits no longer than a third of the session that the member joined with [C-41]', async () => {
  await beat('m1', { topics: ['t'], sessionTimeoutMs: 1_000 });
  const reply = await wait('m1', 1, [0, 1, 2, 3]);
  expect([reply.memberEpoch, reply.assignment]).toEqual([1, null]);
  expect((await wait('m1', 1, [0, 1, 2, 3])).memberEpoch).toBe(1);
});

it('writes nothing and wakes nobody for an epoch that changes no target of those who wait [C-42]', async () => {
  await settle();
  const waits = [wait('m1', 2, [0, 1]), wait('m2', 2, [2, 3])];
  await waiting(2);
  const staged = shard.shard.stagedSeq;
  const third = new TestCancel();
  const again = wait('m1', 2, [0, 1], third);
  await waiting(3);
  expect(shard.shard.stagedSeq).toBe(staged);
  third.cancel(new MillraceError('CANCELLED'));
  await expect(again).rejects.toMatchObject({ code: 'CANCELLED' });
  await beat('m3', { topics: ['other'] });
  await waiting(2);
  await shard.call('GroupLeave', { group: 'g', memberId: 'm1', memberEpoch: 2, keep: false });
  await expect(waits[0]).rejects.toMatchObject({ code: 'UNKNOWN_MEMBER' });
  expect(told((await waits[1]) as Reply)).toEqual([0, 1, 2, 3]);
});

it('tells members who wait of a topic that grows, is created and is deleted [C-9]', async () => {
  await beat('m1', { topics: ['t'], topicPattern: 'u.*' });
  const grown = wait('m1', 1, [0, 1, 2, 3]);
  await waiting(1);
  await shard.call('AlterTopic', { name: 't', partitions: 5, config: null, annotations: null });
  expect(told(await grown)).toEqual([0, 1, 2, 3, 4]);
  const created = wait('m1', 2, [0, 1, 2, 3, 4]);
  await waiting(1);
  const spec = { partitions: 1, config: null, annotations: null, validateOnly: false };
  await Promise.all(['u1', 'u2', 'x'].map((name) => shard.call('CreateTopic', { name, ...spec })));
  expect((await created).assignment?.map(({ topic }) => topic)).toEqual(['t', 'u1', 'u2']);
  const owned = (await created).assignment?.map((of) => ({
    topicId: of.topicId,
    partitions: [...of.partitions],
  }));
  const deleted = beat('m1', { memberEpoch: 3, owned: owned ?? [], maxWaitMs: 60_000 });
  await waiting(1);
  await shard.call('DeleteTopic', { name: 't' });
  expect((await deleted).assignment?.map(({ topic }) => topic)).toEqual(['u1', 'u2']);
});

it('tells them also where the commit that was to do so was aborted [C-9]', {
  timeout: 40_000,
}, async () => {
  await shard.close();
  let aborts = 0;
  const store = new FaultyStore(new MemoryStore(), {
    decide: (_, writes) => {
      const isEpoch = writes.some(({ table }) => table === 'groups');
      const isMet = isEpoch && shard.shard.waiters.members.size > 0 && aborts === 0;
      if (isMet) aborts += 1;
      return isMet ? { kind: 'abort' } : undefined;
    },
  });
  shard = openTestShard(store);
  const spec = { partitions: 1, config: null, annotations: null, validateOnly: false };
  ({ topicId } = await shard.call('CreateTopic', { name: 't', ...spec }));
  await beat('m1', { topics: ['t'], topicPattern: 'u.*' });
  const created = wait('m1', 1, [0]);
  await waiting(1);
  await shard.call('CreateTopic', { name: 'u', ...spec });
  expect((await created).assignment?.map(({ topic }) => topic)).toEqual(['t', 'u']);
  expect(aborts).toBe(1);
});

it('removes who does not give up in time, whose place the others get at once [C-37]', async () => {
  await beat('m1', { topics: ['t'], rebalanceTimeoutMs: 1_000 });
  await beat('m2', { topics: ['t'] });
  const next = wait('m2', 2, []);
  await beat('m1', { memberEpoch: 1, owned: [{ topicId, partitions: [0, 1, 2, 3] }] });
  const stuck = wait('m1', 2, [0, 1, 2, 3]);
  await expect(stuck).rejects.toMatchObject({ code: 'UNKNOWN_MEMBER' });
  expect(told(await next)).toEqual([0, 1, 2, 3]);
});

it('deletes a group that nobody uses, with its offsets [C-43]', async () => {
  const offsets = [{ topicId, partition: 0, offset: 0, metadata: null }];
  await shard.call('OffsetCommit', { group: 'g', memberId: null, memberEpoch: -1, offsets });
  await beat('m1', { group: 'kept', topics: ['t'] });
  await vi.waitFor(
    async () => {
      const { groups } = await shard.call('ListGroups', {});
      expect(groups.map(({ name }) => name)).toEqual(['kept']);
    },
    { timeout: 10_000 },
  );
  expect((await shard.call('OffsetFetch', { group: 'g', partitions: null })).offsets).toEqual([]);
});
