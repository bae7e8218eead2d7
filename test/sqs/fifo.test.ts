// FIFO queues through the SDK: order and turns of groups, deduplication, sequence numbers, attempts.

import { describe, expect, test, vi } from 'vitest';
import {
  bodiesOf,
  dial,
  eventually,
  pause,
  refusalOf,
  systemOf,
  TestQueue,
  withDeadLetters,
} from './support/queues.ts';
import { sharedServer } from './support/server.ts';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000, maxConcurrency: 30 });

const sqs = dial(sharedServer().endpoint);

/** A lease of no time ends when the server next looks for what is due, some milliseconds later. */
const leasesEnd = (queue: TestQueue) => eventually(async () => (await queue.counts())[1], 0);

/** `g1-m1` to the group `g1`, in the order given. */
async function fill(queue: TestQueue, ...bodies: string[]): Promise<void> {
  for (const body of bodies) await queue.sendTo(body.split('-')[0] ?? '', body);
}

describe.concurrent('order', () => {
  test('within a group, as many as fit, in order [Q-78]', async () => {
    const queue = await TestQueue.fifo(sqs);
    const bodies = Array.from({ length: 12 }, (_, at) => `g-${at}`);
    await fill(queue, ...bodies);
    expect(await queue.bodies({ VisibilityTimeout: 0 })).toEqual(bodies.slice(0, 10));
    await leasesEnd(queue);
    const messages = await queue.receive({ MaxNumberOfMessages: 4 });
    expect(bodiesOf(messages)).toEqual(bodies.slice(0, 4));
    expect(await queue.bodies()).toEqual([]);
    for (const message of messages) await queue.delete(message);
    expect(await queue.bodies()).toEqual(bodies.slice(4));
  });

  test('by group, not by the time sent [Q-78]', async () => {
    const queue = await TestQueue.fifo(sqs);
    await fill(queue, 'g1-m1', 'g2-m1', 'g1-m2');
    expect(await queue.bodies()).toEqual(['g1-m1', 'g1-m2', 'g2-m1']);
  });

  test('groups take turns: one that was given from goes to the back', async () => {
    const queue = await TestQueue.fifo(sqs);
    await fill(queue, 'g1-m1', 'g1-m2', 'g2-m1', 'g2-m2', 'g3-m1');
    const three = await queue.bodies({ MaxNumberOfMessages: 3, VisibilityTimeout: 0 });
    expect(three).toEqual(['g1-m1', 'g1-m2', 'g2-m1']);
    await leasesEnd(queue);
    expect(await queue.bodies()).toEqual(['g3-m1', 'g1-m1', 'g1-m2', 'g2-m1', 'g2-m2']);
  });

  test('a group some of whose messages are leased waits; the others do not [Q-78]', async () => {
    const queue = await TestQueue.fifo(sqs);
    await fill(queue, 'g1-m1', 'g1-m2', 'g2-m1');
    const [first] = await queue.receive({ MaxNumberOfMessages: 1 });
    expect(first?.Body).toBe('g1-m1');
    expect(await queue.bodies()).toEqual(['g2-m1']);
    expect(await queue.counts()).toEqual([1, 2, 0]);
  });

  test('it stops at the first message that is not visible', async () => {
    const queue = await TestQueue.fifo(sqs);
    await fill(queue, 'g-m1', 'g-m2', 'g-m3');
    const [first, second, third] = await queue.receive({ VisibilityTimeout: 600 });
    if (!first || !second || !third) throw new Error('three were sent');
    await queue.setVisibility(second, 900);
    await queue.setVisibility(third, 0);
    await queue.setVisibility(first, 0);
    expect(await queue.bodies({ VisibilityTimeout: 600 })).toEqual(['g-m1']);
    expect(await queue.bodies()).toEqual([]);
  });

  test('a message given back comes before what follows it', async () => {
    const queue = await TestQueue.fifo(sqs);
    await fill(queue, 'g1-m1', 'g1-m2', 'g2-m1');
    const [first] = await queue.receive({ MaxNumberOfMessages: 2 });
    if (first === undefined) throw new Error('nothing came');
    await queue.setVisibility(first, 0);
    expect(await queue.bodies()).toEqual(['g2-m1', 'g1-m1']);
  });

  test('the delete of the last leased message of a group wakes who waits; a send does not', async () => {
    const queue = await TestQueue.fifo(sqs);
    await fill(queue, 'g-m1');
    const first = await queue.receiveOne();
    let woken = false;
    const waiting = queue.receiveOne({ WaitTimeSeconds: 20 }).then((message) => {
      woken = true;
      return message;
    });
    await pause(200);
    await fill(queue, 'g-m2');
    await pause(500);
    expect(woken).toBe(false);
    await queue.delete(first);
    expect((await waiting).Body).toBe('g-m2');
  });

  test('the end of a lease frees the group', async () => {
    const queue = await TestQueue.fifo(sqs, { VisibilityTimeout: '1' });
    await fill(queue, 'g-m1', 'g-m2');
    await queue.receiveOne();
    const back = await queue.receive({ WaitTimeSeconds: 20 });
    expect(bodiesOf(back)).toEqual(['g-m1', 'g-m2']);
    expect(back.map((each) => systemOf(each, 'ApproximateReceiveCount'))).toEqual(['2', '1']);
  });

  test('a handle whose time is over deletes nothing [Q-83]', async () => {
    const queue = await TestQueue.fifo(sqs, { VisibilityTimeout: '1' });
    await fill(queue, 'g-m1');
    const message = await queue.receiveOne();
    await eventually(() => queue.counts(), [1, 0, 0]);
    expect(await refusalOf(queue.delete(message))).toMatchObject({
      status: 400,
      message: `Value ${message.ReceiptHandle} for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired.`,
    });
    expect(await queue.bodies()).toEqual(['g-m1']);
  });

  test("the queue's delay holds [Q-66]", async () => {
    const queue = await TestQueue.fifo(sqs, { DelaySeconds: '600' });
    await queue.sendTo('g', 'a');
    expect(await queue.bodies()).toEqual([]);
    expect(await queue.counts()).toEqual([0, 0, 1]);
  });

  test('a delay of 0 s a message is taken [Q-66]', async () => {
    const queue = await TestQueue.fifo(sqs);
    await queue.sendTo('g', 'a', { DelaySeconds: 0 });
    expect(await queue.bodies()).toEqual(['a']);
  });
});

describe.concurrent('deduplication', () => {
  const sent = (queue: TestQueue, body: string, id: string | undefined, group = 'g') =>
    queue.send(body, { MessageGroupId: group, ...(id && { MessageDeduplicationId: id }) });

  test('an id again: the first message id and number, and nothing stored [Q-67]', async () => {
    const queue = await TestQueue.fifo(sqs);
    const first = await sent(queue, 'a', 'id');
    const second = await sent(queue, 'b', 'id');
    expect(second.MessageId).toBe(first.MessageId);
    expect(second.SequenceNumber).toBe(first.SequenceNumber);
    expect(await queue.bodies()).toEqual(['a']);
  });

  test('deletion does not end the window, a purge does [Q-17]', async () => {
    const queue = await TestQueue.fifo(sqs);
    await sent(queue, 'a', 'id');
    await queue.delete(await queue.receiveOne());
    await sent(queue, 'b', 'id');
    expect(await queue.bodies()).toEqual([]);
    await sqs.purgeQueue({ QueueUrl: queue.url });
    await sent(queue, 'c', 'id');
    expect((await queue.receiveOne()).Body).toBe('c');
  });

  test('by content: the sum of the body, shown as the id; one given goes before [Q-67]', async () => {
    const queue = await TestQueue.fifo(sqs, { ContentBasedDeduplication: 'true' });
    await sent(queue, 'a', undefined);
    await sent(queue, 'a', undefined);
    await sent(queue, 'a', 'own');
    const messages = await queue.receive();
    expect(messages.map((each) => systemOf(each, 'MessageDeduplicationId'))).toEqual([
      'ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb',
      'own',
    ]);
  });

  test('the scope is the queue, or each group [Q-14]', async () => {
    const whole = await TestQueue.fifo(sqs);
    await sent(whole, 'a', 'id', 'g1');
    await sent(whole, 'b', 'id', 'g2');
    expect(await whole.bodies()).toEqual(['a']);
    const each = await TestQueue.fifo(sqs, { DeduplicationScope: 'messageGroup' });
    await sent(each, 'a', 'id', 'g1');
    await sent(each, 'b', 'id', 'g2');
    await sent(each, 'c', 'id', 'g2');
    expect(await each.bodies()).toEqual(['a', 'b']);
  });

  test('within one batch, too [Q-67]', async () => {
    const queue = await TestQueue.fifo(sqs);
    const entry = (Id: string) => ({
      Id,
      MessageBody: Id,
      MessageGroupId: 'g',
      MessageDeduplicationId: 'id',
    });
    const { Successful } = await sqs.sendMessageBatch({
      QueueUrl: queue.url,
      Entries: [entry('1'), entry('2')],
    });
    expect(Successful?.[1]?.MessageId).toBe(Successful?.[0]?.MessageId);
    expect(await queue.bodies()).toEqual(['1']);
  });
});

describe.concurrent('numbers, attempts, dead letters', () => {
  test('sequence numbers have 20 digits and grow [Q-68]', async () => {
    const queue = await TestQueue.fifo(sqs);
    const numbers: string[] = [];
    for (const group of ['a', 'b', 'a']) {
      const { SequenceNumber = '' } = await queue.sendTo(group, 'x');
      expect(SequenceNumber).toMatch(/^\d{20}$/);
      numbers.push(SequenceNumber);
    }
    expect(numbers).toEqual(numbers.toSorted());
    expect(new Set(numbers).size).toBe(3);
    const got = await queue.receive();
    expect(new Set(got.map((each) => systemOf(each, 'SequenceNumber')))).toEqual(new Set(numbers));
    expect(systemOf(got[0] ?? {}, 'MessageGroupId')).toBe('a');
  });

  test('a receive said again with its attempt id gives the same messages [Q-79]', async () => {
    const queue = await TestQueue.fifo(sqs);
    await fill(queue, 'g1-m1', 'g2-m1');
    const attempt = { ReceiveRequestAttemptId: 'attempt-1' };
    const first = await queue.receive({ MaxNumberOfMessages: 1, ...attempt });
    const again = await queue.receive({ MaxNumberOfMessages: 1, ...attempt });
    expect(bodiesOf(again)).toEqual(bodiesOf(first));
    expect(bodiesOf(first)).toEqual(['g1-m1']);
  });

  test('a message given up goes to the dead letters with its ids, and its group goes on', async () => {
    const { source, dead } = await withDeadLetters(sqs, 1, { VisibilityTimeout: '0' }, 'fifo');
    await source.sendTo('g', 'bad', { MessageDeduplicationId: 'dedup-1' });
    await source.sendTo('g', 'good');
    const first = await source.receiveOne();
    expect(first.Body).toBe('bad');
    expect((await source.receiveOne()).Body).toBe('good');
    const given = await dead.receiveOne();
    expect(given.MessageId).toBe(first.MessageId);
    expect(given.Attributes).toMatchObject({
      MessageGroupId: 'g',
      MessageDeduplicationId: 'dedup-1',
      DeadLetterQueueSourceArn: await source.arn(),
    });
  });

  test('its dead letters must be a FIFO queue [Q-15]', async () => {
    const [fifo, standard] = [await TestQueue.fifo(sqs), await TestQueue.standard(sqs)];
    const deadLetterTargetArn = await standard.arn();
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 1 });
    expect(await refusalOf(fifo.set({ RedrivePolicy }))).toMatchObject({ status: 400 });
  });
});
