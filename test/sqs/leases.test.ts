// Leases and receipt handles of standard queues, long polls and purges, through the SDK. What waits for seconds waits
// beside all else.

import { describe, expect, test, vi } from 'vitest';
import {
  bodiesOf,
  dial,
  eventually,
  pause,
  refusalOf,
  systemOf,
  TestQueue,
} from './support/queues.ts';
import { sharedServer } from './support/server.ts';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000, maxConcurrency: 30 });

const sqs = dial(sharedServer().endpoint);

describe.concurrent('a lease', () => {
  test('hides the message, and ends by itself; counts say so without a receive [Q-23]', async () => {
    const queue = await TestQueue.standard(sqs);
    await queue.send('a');
    const message = await queue.receiveOne({ VisibilityTimeout: 600 });
    expect(await queue.bodies()).toEqual([]);
    expect(await queue.counts()).toEqual([0, 1, 0]);
    await queue.setVisibility(message, 1);
    await eventually(() => queue.counts(), [1, 0, 0]);
    const again = await queue.receiveOne();
    expect(systemOf(again, 'ApproximateReceiveCount')).toBe('2');
  });

  test('of 0 s leaves the message visible, and the count goes up [Q-72]', async () => {
    const queue = await TestQueue.standard(sqs);
    await queue.send('a');
    for (const count of ['1', '2', '3']) {
      const message = await queue.receiveOne({ VisibilityTimeout: 0 });
      expect(systemOf(message, 'ApproximateReceiveCount')).toBe(count);
    }
    await eventually(() => queue.counts(), [1, 0, 0]);
  });

  test('has the length that the receive says [Q-72]', async () => {
    const queue = await TestQueue.standard(sqs, { VisibilityTimeout: '600' });
    await queue.send('a');
    await queue.receiveOne({ VisibilityTimeout: 1 });
    expect((await queue.receiveOne()).Body).toBe('a');
  });

  test('is lengthened', async () => {
    const queue = await TestQueue.standard(sqs, { VisibilityTimeout: '2' });
    await queue.send('a');
    const message = await queue.receiveOne();
    await queue.setVisibility(message, 600);
    await pause(2_300);
    expect(await queue.bodies()).toEqual([]);
    expect(await queue.counts()).toEqual([0, 1, 0]);
  });

  test('set to 0 s gives the message to who waits, at once [Q-84]', async () => {
    const queue = await TestQueue.standard(sqs);
    await queue.send('a');
    const message = await queue.receiveOne();
    const waiting = queue.receiveOne({ WaitTimeSeconds: 20 });
    await pause(200);
    await queue.setVisibility(message, 0);
    expect((await waiting).Body).toBe('a');
  });

  test('may not last longer than 12 hours in all [Q-84]', async () => {
    const queue = await TestQueue.standard(sqs);
    await queue.send('a');
    const message = await queue.receiveOne();
    await pause(1_100);
    expect(await refusalOf(queue.setVisibility(message, 43_200))).toMatchObject({
      status: 400,
      message: expect.stringContaining(
        'Total VisibilityTimeout for the message is beyond the limit [43200 seconds]',
      ),
    });
  });
});

describe.concurrent('a handle', () => {
  test('deletes, and deletes again [Q-82]', async () => {
    const queue = await TestQueue.standard(sqs);
    await queue.send('a');
    const message = await queue.receiveOne();
    await queue.delete(message);
    await queue.delete(message);
    expect(await queue.counts()).toEqual([0, 0, 0]);
  });

  test('of an earlier receive deletes and changes the visibility as well [Q-82]', async () => {
    const queue = await TestQueue.standard(sqs);
    await queue.send('a');
    const first = await queue.receiveOne({ VisibilityTimeout: 0 });
    await queue.receiveOne();
    await queue.setVisibility(first, 0);
    expect(await queue.counts()).toEqual([1, 0, 0]);
    await queue.receiveOne();
    await queue.delete(first);
    expect(await queue.counts()).toEqual([0, 0, 0]);
  });

  test('deletes after its time, while nobody else has the message [Q-82]', async () => {
    const queue = await TestQueue.standard(sqs, { VisibilityTimeout: '1' });
    await queue.send('a');
    const message = await queue.receiveOne();
    await eventually(() => queue.counts(), [1, 0, 0]);
    await queue.delete(message);
    expect(await queue.counts()).toEqual([0, 0, 0]);
  });

  test('changes no visibility of what is deleted [Q-84]', async () => {
    const queue = await TestQueue.standard(sqs);
    await queue.send('a');
    const message = await queue.receiveOne();
    await queue.delete(message);
    expect(await refusalOf(queue.setVisibility(message, 1))).toMatchObject({
      status: 400,
      message: `Value ${message.ReceiptHandle} for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility timeout change.`,
    });
  });

  test("of another queue deletes nothing in one's own [Q-81]", async () => {
    const [one, other] = [await TestQueue.standard(sqs), await TestQueue.standard(sqs)];
    await one.send('a');
    await other.send('b');
    const message = await one.receiveOne();
    await other.receiveOne();
    await refusalOf(other.delete(message));
    expect(await other.counts()).toEqual([0, 1, 0]);
    expect(await one.counts()).toEqual([0, 1, 0]);
  });
});

describe.concurrent('a long poll', () => {
  test('ends with nothing at its time [Q-77]', async () => {
    const queue = await TestQueue.standard(sqs);
    const startedAt = performance.now();
    const { Messages } = await sqs.receiveMessage({ QueueUrl: queue.url, WaitTimeSeconds: 1 });
    expect(Messages).toBeUndefined();
    expect(performance.now() - startedAt).toBeGreaterThan(900);
  });

  test("lasts as long as the queue says where the receive doesn't [Q-72]", async () => {
    const queue = await TestQueue.standard(sqs, { ReceiveMessageWaitTimeSeconds: '20' });
    const waiting = sqs.receiveMessage({ QueueUrl: queue.url });
    await pause(300);
    await queue.send('a');
    expect((await waiting).Messages?.[0]?.Body).toBe('a');
    const startedAt = performance.now();
    expect(await queue.receive({ WaitTimeSeconds: 0 })).toEqual([]);
    expect(performance.now() - startedAt).toBeLessThan(10_000);
  });

  test('is woken by a send, a batch, the end of a delay and of a lease [Q-77]', async () => {
    const queue = await TestQueue.standard(sqs, { VisibilityTimeout: '1' });
    const wait = () => queue.receiveOne({ WaitTimeSeconds: 20 });
    const sent = wait();
    await pause(100);
    await queue.send('sent');
    const message = await sent;
    await queue.delete(message);

    const batched = wait();
    await pause(100);
    await sqs.sendMessageBatch({
      QueueUrl: queue.url,
      Entries: [{ Id: 'a', MessageBody: 'batch' }],
    });
    await queue.delete(await batched);

    await queue.send('delayed', { DelaySeconds: 1 });
    expect((await wait()).Body).toBe('delayed');
    expect(systemOf(await wait(), 'ApproximateReceiveCount')).toBe('2');
  });

  test('whose caller goes away takes nothing with it [Q-77]', async () => {
    const queue = await TestQueue.standard(sqs, { VisibilityTimeout: '600' });
    for (let round = 0; round < 5; round += 1) {
      const abort = new AbortController();
      const polls = Array.from({ length: 4 }, () =>
        sqs
          .receiveMessage(
            { QueueUrl: queue.url, WaitTimeSeconds: 20, MaxNumberOfMessages: 10 },
            { abortSignal: abort.signal },
          )
          .catch((error: Error) => error.name),
      );
      await pause(100);
      abort.abort();
      expect(new Set(await Promise.all(polls))).toEqual(new Set(['AbortError']));
      await pause(100);
      await queue.send(`${round}`);
      const message = await queue.receiveOne();
      expect(message.Body).toBe(`${round}`);
      expect(systemOf(message, 'ApproximateReceiveCount')).toBe('1');
      await queue.delete(message);
    }
  });

  test('a hundred at a time, each message to one of them', async () => {
    const queue = await TestQueue.standard(sqs);
    const polls = Array.from({ length: 100 }, () => queue.receiveOne({ WaitTimeSeconds: 20 }));
    await pause(300);
    const sends = Array.from({ length: 100 }, (_, at) => queue.send(`${at}`));
    await Promise.all(sends);
    const found = bodiesOf(await Promise.all(polls)).map(Number);
    expect(found.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, at) => at));
  });
});

describe.concurrent('a purge', () => {
  test('takes what is visible, in flight and delayed; a second must wait [Q-17]', async () => {
    const queue = await TestQueue.standard(sqs);
    await queue.send('a');
    await queue.receiveOne();
    await queue.send('b');
    await queue.send('c', { DelaySeconds: 600 });
    const [visible = 0, inFlight, delayed = 0] = await queue.counts();
    expect([visible + delayed, inFlight]).toEqual([2, 1]);
    await sqs.purgeQueue({ QueueUrl: queue.url });
    await eventually(() => queue.counts(), [0, 0, 0]);
    await queue.send('d');
    expect(await queue.bodies()).toEqual(['d']);
    expect(await refusalOf(sqs.purgeQueue({ QueueUrl: queue.url }))).toMatchObject({
      name: 'PurgeQueueInProgress',
      status: 403,
      message: `Only one PurgeQueue operation on ${queue.name} is allowed every 60 seconds.`,
    });
  });
});
