// sqs-consumer against the gateway: a program that many run, with its long polls, batches, heartbeat and stop.

import { type Message, SQSClient } from '@aws-sdk/client-sqs';
import { Consumer } from 'sqs-consumer';
import { expect, test, vi } from 'vitest';
import {
  CREDENTIALS,
  dial,
  eventually,
  pause,
  REGION,
  systemOf,
  TestQueue,
} from './support/queues.ts';
import { sharedServer } from './support/server.ts';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000, maxConcurrency: 10 });

const { endpoint } = sharedServer();
const client = new SQSClient({ endpoint, region: REGION, credentials: CREDENTIALS });
const sqs = () => dial(endpoint);

async function fill(queue: TestQueue, count: number): Promise<string[]> {
  const bodies = Array.from({ length: count }, (_, at) => `m-${at}`);
  for (let at = 0; at < count; at += 10) {
    const Entries = bodies
      .slice(at, at + 10)
      .map((MessageBody, index) => ({ Id: `${index}`, MessageBody }));
    await queue.sqs.sendMessageBatch({ QueueUrl: queue.url, Entries });
  }
  return bodies;
}

function watch(consumer: Consumer): Error[] {
  const errors: Error[] = [];
  consumer.on('error', (error) => void errors.push(error));
  consumer.on('processing_error', (error) => void errors.push(error));
  consumer.on('timeout_error', (error) => void errors.push(error));
  return errors;
}

test.concurrent('takes 200 messages, each once, and leaves none', async () => {
  const queue = await TestQueue.standard(sqs());
  const bodies = await fill(queue, 200);
  const seen: string[] = [];
  const consumer = Consumer.create({
    queueUrl: queue.url,
    sqs: client,
    batchSize: 10,
    handleMessage: async (message: Message) => {
      seen.push(message.Body ?? '');
      return message;
    },
  });
  const errors = watch(consumer);
  consumer.start();
  await eventually(() => seen.length, 200);
  await eventually(() => queue.counts(), [0, 0, 0]);
  consumer.stop({ abort: true });
  expect(seen.toSorted()).toEqual(bodies.toSorted());
  expect(errors).toEqual([]);
});

test.concurrent('in batches', async () => {
  const queue = await TestQueue.standard(sqs());
  await fill(queue, 50);
  const sizes: number[] = [];
  const consumer = Consumer.create({
    queueUrl: queue.url,
    sqs: client,
    batchSize: 10,
    handleMessageBatch: async (messages: Message[]) => {
      sizes.push(messages.length);
      return messages;
    },
  });
  const errors = watch(consumer);
  consumer.start();
  const done = () => sizes.reduce((sum, size) => sum + size, 0);
  await eventually(done, 50);
  await eventually(() => queue.counts(), [0, 0, 0]);
  consumer.stop({ abort: true });
  expect(sizes).toEqual([10, 10, 10, 10, 10]);
  expect(errors).toEqual([]);
});

test.concurrent('stopped in the middle of a long poll, it takes nothing with it', async () => {
  const queue = await TestQueue.standard(sqs(), { VisibilityTimeout: '600' });
  for (let round = 0; round < 3; round += 1) {
    const consumer = Consumer.create({
      queueUrl: queue.url,
      sqs: client,
      waitTimeSeconds: 20,
      handleMessage: async (message: Message) => message,
    });
    // It tells of its own abort as of an error.
    const errors = watch(consumer);
    const stopped = new Promise((resolve) => consumer.on('stopped', () => resolve('stopped')));
    consumer.start();
    await pause(200);
    consumer.stop({ abort: true });
    await stopped;
    await pause(100);
    await queue.send(`${round}`);
    const message = await queue.receiveOne();
    expect([message.Body, systemOf(message, 'ApproximateReceiveCount')]).toEqual([`${round}`, '1']);
    await queue.delete(message);
    expect(errors.filter((error) => !/Request aborted/.test(error.message))).toEqual([]);
  }
});

test.concurrent('a heartbeat keeps a message that takes longer than its lease', async () => {
  const queue = await TestQueue.standard(sqs(), { VisibilityTimeout: '4' });
  await queue.send('slow');
  let handled = 0;
  const consumer = Consumer.create({
    queueUrl: queue.url,
    sqs: client,
    visibilityTimeout: 4,
    heartbeatInterval: 1,
    handleMessage: async (message: Message) => {
      handled += 1;
      // Not at a moment of the heartbeat: it would ask for more time of what is deleted.
      await pause(5_500);
      return message;
    },
  });
  const errors = watch(consumer);
  consumer.start();
  await pause(4_800);
  expect(await queue.bodies()).toEqual([]);
  await eventually(() => queue.counts(), [0, 0, 0]);
  consumer.stop({ abort: true });
  expect(handled).toBe(1);
  expect(errors).toEqual([]);
});

test.concurrent('a handler that fails gives the message back at once, where it is told to', async () => {
  const queue = await TestQueue.standard(sqs(), { VisibilityTimeout: '600' });
  await queue.send('flaky');
  let attempts = 0;
  const consumer = Consumer.create({
    queueUrl: queue.url,
    sqs: client,
    terminateVisibilityTimeout: true,
    handleMessage: async (message: Message) => {
      attempts += 1;
      if (attempts < 3) throw new Error('not yet');
      return message;
    },
  });
  watch(consumer);
  consumer.start();
  await eventually(() => queue.counts(), [0, 0, 0]);
  consumer.stop({ abort: true });
  expect(attempts).toBe(3);
});
