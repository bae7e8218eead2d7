// Dead-letter queues and message move tasks through the SDK.

import { describe, expect, test, vi } from 'vitest';
import {
  dial,
  eventually,
  pause,
  refusalOf,
  sorted,
  systemOf,
  TestQueue,
  withDeadLetters,
} from './support/queues.ts';
import { sharedServer } from './support/server.ts';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000, maxConcurrency: 20 });

const sqs = dial(sharedServer().endpoint);

/** Sends them and gives each up: they lie in the dead-letter queue then. */
async function giveUp(source: TestQueue, dead: TestQueue, bodies: string[]): Promise<void> {
  for (const body of bodies) await source.send(body);
  const isThere = async () => {
    await source.receive({ VisibilityTimeout: 0 });
    return (await dead.counts())[0];
  };
  await eventually(isThere, bodies.length);
}

/** A message that is given up at its second receive. A lease of no time ends some milliseconds later. */
async function receiveTwice(queue: TestQueue): Promise<void> {
  await queue.receiveOne();
  await eventually(() => queue.counts(), [1, 0, 0]);
  await queue.receive();
}

describe.concurrent('dead letters', () => {
  test('given up at the receive after the last allowed; count, time, id and source are kept [Q-75]', async () => {
    const { source, dead } = await withDeadLetters(sqs, 2, { VisibilityTimeout: '0' });
    const { MessageId } = await source.send('bad', {
      MessageAttributes: { n: { DataType: 'Number', StringValue: '1' } },
    });
    const first = await source.receiveOne();
    await source.receiveOne();
    // A lease of no time ends some milliseconds later.
    await eventually(() => source.counts(), [1, 0, 0]);
    expect(await dead.counts()).toEqual([0, 0, 0]);
    expect(await source.bodies()).toEqual([]);
    expect(await source.counts()).toEqual([0, 0, 0]);
    const given = await dead.receiveOne({ MessageAttributeNames: ['All'] });
    expect(given.Body).toBe('bad');
    expect(given.MessageId).toBe(MessageId);
    expect(given.MessageAttributes?.['n']?.StringValue).toBe('1');
    expect(systemOf(given, 'ApproximateReceiveCount')).toBe('3');
    expect(systemOf(given, 'SentTimestamp')).toBe(systemOf(first, 'SentTimestamp'));
    expect(systemOf(given, 'DeadLetterQueueSourceArn')).toBe(await source.arn());
  });

  test('a delete after the last allowed receive still works', async () => {
    const { source, dead } = await withDeadLetters(sqs, 1);
    await source.send('a');
    await source.delete(await source.receiveOne());
    expect(await source.counts()).toEqual([0, 0, 0]);
    expect(await dead.counts()).toEqual([0, 0, 0]);
  });

  test('a count given as text', async () => {
    const { source, dead } = await withDeadLetters(sqs, '1', { VisibilityTimeout: '0' });
    await giveUp(source, dead, ['a']);
    expect(await dead.bodies()).toEqual(['a']);
  });

  test('who waits at the dead-letter queue is woken', async () => {
    const { source, dead } = await withDeadLetters(sqs, 1, { VisibilityTimeout: '0' });
    const waiting = dead.receiveOne({ WaitTimeSeconds: 20 });
    await source.send('a');
    await receiveTwice(source);
    expect((await waiting).Body).toBe('a');
  });

  test('through two dead-letter queues [Q-75]', async () => {
    const last = await TestQueue.standard(sqs);
    const to = async (queue: TestQueue) => ({
      VisibilityTimeout: '0',
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: await queue.arn(), maxReceiveCount: 1 }),
    });
    const middle = await TestQueue.standard(sqs, await to(last));
    const first = await TestQueue.standard(sqs, await to(middle));
    const { MessageId } = await first.send('a');
    await receiveTwice(first);
    await receiveTwice(middle);
    expect((await last.receiveOne()).MessageId).toBe(MessageId);
  });
});

describe.concurrent('message move tasks', () => {
  const tasksOf = async (queue: TestQueue) => {
    const { Results = [] } = await sqs.listMessageMoveTasks({
      SourceArn: await queue.arn(),
      MaxResults: 10,
    });
    return Results;
  };
  const untilDone = (queue: TestQueue) =>
    eventually(async () => (await tasksOf(queue))[0]?.Status, 'COMPLETED');

  test('back to where each came from; the receive count begins anew [Q-24]', async () => {
    const { source, dead } = await withDeadLetters(sqs, 1);
    await giveUp(source, dead, ['a', 'b', 'c']);
    const SourceArn = await dead.arn();
    const { TaskHandle = '' } = await sqs.startMessageMoveTask({ SourceArn });
    const handle = JSON.parse(Buffer.from(TaskHandle, 'base64').toString());
    expect(handle).toEqual({ taskId: expect.any(String), sourceArn: SourceArn });
    await untilDone(dead);
    const [task] = await tasksOf(dead);
    expect(task).toEqual({
      Status: 'COMPLETED',
      SourceArn,
      ApproximateNumberOfMessagesMoved: 3,
      ApproximateNumberOfMessagesToMove: 3,
      StartedTimestamp: expect.any(Number),
    });
    expect(await dead.counts()).toEqual([0, 0, 0]);
    const back = await source.receive();
    expect(sorted(back.map(({ Body }) => Body))).toEqual(['a', 'b', 'c']);
    expect(back.map((each) => systemOf(each, 'ApproximateReceiveCount'))).toEqual(['1', '1', '1']);
  });

  test('to another queue [Q-24]', async () => {
    const { source, dead } = await withDeadLetters(sqs, 1);
    const other = await TestQueue.standard(sqs);
    await giveUp(source, dead, ['a']);
    const DestinationArn = await other.arn();
    await sqs.startMessageMoveTask({ SourceArn: await dead.arn(), DestinationArn });
    expect((await other.receiveOne({ WaitTimeSeconds: 20 })).Body).toBe('a');
    await untilDone(dead);
    expect((await tasksOf(dead))[0]?.DestinationArn).toBe(DestinationArn);
    expect(await source.bodies()).toEqual([]);
  });

  test('one a second, one at a time, cancelled; tasks are told newest first [Q-26]', async () => {
    const { source, dead } = await withDeadLetters(sqs, 1);
    const bodies = Array.from({ length: 12 }, (_, at) => `${at}`);
    await giveUp(source, dead, bodies);
    const SourceArn = await dead.arn();
    const start = () => sqs.startMessageMoveTask({ SourceArn, MaxNumberOfMessagesPerSecond: 1 });
    const { TaskHandle } = await start();
    expect(await refusalOf(start())).toMatchObject({
      status: 400,
      message:
        'There is already a task running. Only one active task is allowed for a source queue arn at a given time.',
    });
    const [running] = await tasksOf(dead);
    expect(running).toMatchObject({
      TaskHandle,
      Status: 'RUNNING',
      MaxNumberOfMessagesPerSecond: 1,
      ApproximateNumberOfMessagesToMove: 12,
    });
    await pause(1_200);
    const { ApproximateNumberOfMessagesMoved: moved = -1 } = await sqs.cancelMessageMoveTask({
      TaskHandle,
    });
    expect(moved).toBeGreaterThanOrEqual(1);
    expect(moved).toBeLessThan(12);
    await eventually(async () => (await tasksOf(dead))[0]?.Status, 'CANCELLED');
    const [left = 0] = await dead.counts();
    const [back = 0] = await source.counts();
    expect(left + back).toBe(12);
    expect(left).toBeGreaterThan(0);
    await sqs.startMessageMoveTask({ SourceArn });
    await untilDone(dead);
    expect((await tasksOf(dead)).map(({ Status }) => Status)).toEqual(['COMPLETED', 'CANCELLED']);
    const one = await sqs.listMessageMoveTasks({ SourceArn });
    expect(one.Results?.length).toBe(1);
  });

  test('a rate out of range', async () => {
    const { dead } = await withDeadLetters(sqs, 1);
    const SourceArn = await dead.arn();
    for (const MaxNumberOfMessagesPerSecond of [0, 501]) {
      const call = sqs.startMessageMoveTask({ SourceArn, MaxNumberOfMessagesPerSecond });
      expect(await refusalOf(call)).toMatchObject({ status: 400 });
    }
  });

  test('no task ever: an empty list', async () => {
    const { dead } = await withDeadLetters(sqs, 1);
    expect(await tasksOf(dead)).toEqual([]);
  });
});
