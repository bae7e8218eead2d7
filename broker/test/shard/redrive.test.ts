// Redrive through the handlers of a shard: the job moves letters while workers are at it, and says what it did.

import { decideRedriveSlice, decideUndoPurge, nextSliceMs } from '@millrace/core';
import { encodeBatch } from '@millrace/protocol';
import { expect, test } from 'vitest';
import { openTestShard, soon, type TestShard } from './open-test-shard.ts';

const START = { topic: 't.dlq', group: null, target: null, filter: null, ratePerSecond: 0 };
const utf8 = new TextEncoder();

/** A topic `t` whose messages die at their first failure. */
async function openQueue(): Promise<TestShard & { readonly topicId: number }> {
  const shard = openTestShard();
  const topic = { name: 't', partitions: 2, config: null, annotations: null, validateOnly: false };
  const { topicId } = await shard.call('CreateTopic', topic);
  const group = { group: 'g', topics: ['t'], startAt: -2, deadLetterTopic: null, config: null };
  await shard.call('CreateShareGroup', group);
  return { ...shard, topicId };
}

function batchOf(count: number): Uint8Array {
  const records = Array.from({ length: count }, (_, i) => ({
    key: utf8.encode(`k${i % 7}`),
    value: utf8.encode(`v${i}`),
  }));
  return encodeBatch(records, { nowMs: 1_700_000_000_000 });
}

async function receive({ call }: TestShard, group: string, topic: string, maxMessages = 1_000) {
  const limits = { maxMessages, maxBytes: 8_000_000, maxWaitMs: 2_000, visibilityTimeoutMs: null };
  const request = { group, topics: [topic], memberId: 'm', attemptId: null, ...limits };
  return (await call('Receive', request)).leases;
}

async function settle(shard: TestShard, group: string, topic: string, kind: 'accept' | 'reject') {
  const leases = await receive(shard, group, topic);
  const rest = { kind, delayMs: null, errorText: null, result: null };
  const items = leases.map(({ topicId, partition, firstOffset, lastOffset, token }) => {
    return { topicId, partition, firstOffset, lastOffset, token, ...rest };
  });
  await shard.call('Acknowledge', { group, items });
}

async function die(shard: TestShard & { readonly topicId: number }, count: number): Promise<void> {
  for (const partition of [0, 1]) {
    const batches = [{ topicId: shard.topicId, partition, batch: batchOf(count) }];
    await shard.call('Produce', { batches });
  }
  while ((await sum(shard, 'g')).fresh > 0) await settle(shard, 'g', 't', 'reject');
}

async function sum({ call }: TestShard, group: string) {
  const { partitions } = await call('Counters', { group });
  const total = { fresh: 0, ready: 0, leased: 0, dead: 0, acknowledged: 0 };
  for (const counts of partitions) {
    for (const name of Object.keys(total) as (keyof typeof total)[]) total[name] += counts[name];
  }
  return total;
}

async function taskOf({ call }: TestShard, taskId: number) {
  const { tasks } = await call('ListTasks', { taskIds: [taskId] });
  const [task] = tasks;
  if (task === undefined) throw new Error('no task');
  return task;
}

async function ended(shard: TestShard, taskId: number) {
  const deadline = performance.now() + 20_000;
  for (;;) {
    const task = await taskOf(shard, taskId);
    if (task.state !== 'running') return task;
    if (performance.now() > deadline) throw new Error('the task does not end');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

test('brings all back to where they died, and resolves the letters [L-116] [L-117]', async () => {
  const shard = await openQueue();
  await die(shard, 800);
  const dry = await shard.call('StartRedrive', { ...START, dryRun: true });
  expect(await ended(shard, dry.taskId)).toMatchObject({ state: 'completed', moved: 1_600 });
  expect(await sum(shard, 'g')).toMatchObject({ dead: 1_600, ready: 0 });
  const waiting = receive(shard, 'g', 't', 10);
  const { taskId } = await shard.call('StartRedrive', { ...START, dryRun: false });
  const counts = { total: 1_600, scanned: 1_600, moved: 1_600, skipped: 0, failed: 0 };
  const task = await ended(shard, taskId);
  expect(task).toMatchObject({ state: 'completed', group: 't.dlq', error: null, ...counts });
  expect((await waiting)[0]).toMatchObject({ deliveries: 1 });
  expect(await sum(shard, 't.dlq')).toMatchObject({ fresh: 0, ready: 0, acknowledged: 1_600 });
  const { ready, leased, dead } = await sum(shard, 'g');
  expect({ open: ready + leased, dead }).toEqual({ open: 1_600, dead: 0 });
  expect(shard.backgroundFailures).toEqual([]);
  await shard.close();
});

test('fails when its target is deleted midway, and the letters stay [L-122]', async () => {
  const shard = await openQueue();
  await die(shard, 20);
  const topic = { name: 'u', partitions: 3, config: null, annotations: null, validateOnly: false };
  await shard.call('CreateTopic', topic);
  const start = { ...START, target: 'u', ratePerSecond: 20, dryRun: false };
  const { taskId } = await shard.call('StartRedrive', start);
  await expect(shard.call('StartRedrive', start)).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
  while ((await taskOf(shard, taskId)).moved === 0) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await shard.call('DeleteTopic', { name: 'u' });
  const task = await ended(shard, taskId);
  expect(task).toMatchObject({ state: 'failed', error: 'target topic u was deleted' });
  expect(task.moved).toBeLessThan(40);
  const { fresh, ready, acknowledged } = await sum(shard, 't.dlq');
  expect({ left: fresh + ready, acknowledged }).toEqual({
    left: 40 - task.moved,
    acknowledged: task.moved,
  });
  const refused = expect.objectContaining({ code: 'TASK_ENDED' });
  await expect(shard.call('CancelTask', { taskId })).rejects.toEqual(refused);
  await shard.close();
});

test('keeps its rate, and stops where it is when it is cancelled [L-121] [L-123]', async () => {
  const shard = await openQueue();
  await die(shard, 200);
  const start = { ...START, ratePerSecond: 200, dryRun: false };
  const from = performance.now();
  const { taskId } = await shard.call('StartRedrive', start);
  while ((await taskOf(shard, taskId)).moved < 40) await soon();
  const { moved } = await shard.call('CancelTask', { taskId });
  const seconds = (performance.now() - from) / 1_000;
  expect(moved).toBeGreaterThan(0);
  expect(moved).toBeLessThanOrEqual(Math.ceil(200 * seconds));
  expect(await shard.call('CancelTask', { taskId })).toEqual({ moved });
  expect(await taskOf(shard, taskId)).toMatchObject({ state: 'cancelled', moved });
  expect(await sum(shard, 't.dlq')).toMatchObject({ acknowledged: moved });
  await shard.close();
});

test('names what it does not know, and what contradicts itself', async () => {
  const shard = await openQueue();
  const none = {
    partition: null,
    fromOffset: null,
    toOffset: null,
    fromMs: null,
    toMs: null,
    reason: null,
    failedGroup: null,
    sourceTopic: null,
  };
  for (const [change, code, field] of [
    [{ topic: 'x' }, 'UNKNOWN_TOPIC', 'topic'],
    [{ target: 'x' }, 'UNKNOWN_TOPIC', 'target'],
    [{ target: 't.dlq' }, 'INVALID_REQUEST', 'target'],
    [{ group: 'x' }, 'UNKNOWN_GROUP', undefined],
    [{ group: 'g' }, 'TOPIC_NOT_IN_GROUP', 'group'],
    [{ filter: { ...none, partition: 2 } }, 'INVALID_REQUEST', 'filter.partition'],
    [{ filter: { ...none, fromOffset: 5, toOffset: 4 } }, 'INVALID_REQUEST', 'filter.toOffset'],
    [{ filter: { ...none, fromMs: 5, toMs: 5 } }, 'INVALID_REQUEST', 'filter.toMs'],
  ] as const) {
    const starting = shard.call('StartRedrive', { ...START, dryRun: false, ...change });
    await expect(starting).rejects.toMatchObject({ code, ...(field && { detail: { field } }) });
  }
  const unknown = expect.objectContaining({ code: 'UNKNOWN_TASK' });
  await expect(shard.call('ListTasks', { taskIds: [9] })).rejects.toEqual(unknown);
  await expect(shard.call('CancelTask', { taskId: 9 })).rejects.toEqual(unknown);
  expect(await shard.call('ListTasks', { taskIds: null })).toEqual({ tasks: [] });
  await shard.close();
});

test('asks for the group where several take from the topic', async () => {
  const shard = await openQueue();
  for (const group of ['a', 'b']) {
    const rest = { topics: ['t.dlq'], startAt: -2, deadLetterTopic: null, config: null };
    await shard.call('CreateShareGroup', { group, ...rest });
  }
  const starting = shard.call('StartRedrive', { ...START, dryRun: false });
  await expect(starting).rejects.toMatchObject({
    code: 'INVALID_REQUEST',
    detail: { field: 'group' },
  });
  const named = { ...START, group: 'b', dryRun: false };
  const { taskId } = await shard.call('StartRedrive', named);
  expect(await ended(shard, taskId)).toMatchObject({ state: 'completed', group: 'b', total: 0 });
  await shard.close();
});

test('waits where an undo of a purge brings the letters back, rather than look again at once', async () => {
  const shard = await openQueue();
  const rest = { topics: ['t.dlq'], startAt: -2, deadLetterTopic: null, config: null };
  await shard.call('CreateShareGroup', { group: 'letters', ...rest });
  await die(shard, 2);
  await shard.call('Purge', { group: 'letters', topic: null, dryRun: false, undoMs: 60_000 });
  // As of a caller that is gone.
  shard.shard.stage((state, view, ctx) =>
    decideUndoPurge(state, view, { group: 'letters', topic: null }, ctx),
  );
  const { taskId } = await shard.call('StartRedrive', {
    ...START,
    group: 'letters',
    dryRun: false,
  });
  const command = { taskId, messagesMax: 10 };
  let atMs = 0;
  shard.shard.stage((state, view, ctx) => {
    atMs = ctx.nowMs;
    return decideRedriveSlice(state, view, command, ctx);
  });
  const task = shard.shard.peek(({ tasks }) => tasks.runningTask(taskId));
  expect(task && nextSliceMs(task) - atMs).toBeGreaterThanOrEqual(100);
  await shard.call('UndoPurge', { group: 'letters', topic: null });
  expect(await ended(shard, taskId)).toMatchObject({ state: 'completed', moved: 4 });
  await shard.close();
});
