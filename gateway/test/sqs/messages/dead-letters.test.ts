// Messages that were received too often, over a real broker: what they keep in a dead-letter queue, and what is added.
import { describe, expect, it } from 'vitest';
import { ACCOUNT, callOf, Session } from './setup.ts';

const session = new Session();
const ALL = { MessageSystemAttributeNames: ['All'], MessageAttributeNames: ['All'] };

function redriveTo(queueUrl: string, maxReceiveCount: number) {
  const deadLetterTargetArn = `arn:aws:sqs:eu-west-1:${ACCOUNT}:${session.nameOf(queueUrl)}`;
  return { RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount }) };
}

describe('dead letters [Q-75]', () => {
  it('keep what they were, and their count goes on', async () => {
    const dead = await session.queue();
    const queue = await session.queue(redriveTo(dead, 2));
    const sent = await session.send(queue, 'a', {
      MessageGroupId: 'tenant',
      MessageAttributes: { n: { DataType: 'Number', StringValue: '4' } },
    });
    // A lease of 0 s ends with the broker's next look at its clock: until then nothing can be received.
    const first = await session.receiveOne(queue, { VisibilityTimeout: 0, ...ALL });
    const attempts = [first, await session.receiveOne(queue, { VisibilityTimeout: 0, ...ALL })];
    const counted = attempts.map(({ Attributes }) => Attributes?.['ApproximateReceiveCount']);
    expect(counted).toEqual(['1', '2']);
    // It is moved by whoever would receive it once more.
    expect(await session.receive(queue, { WaitTimeSeconds: 1 })).toEqual([]);
    const letter = await session.receiveOne(dead, ALL);
    expect(letter).toMatchObject({
      MessageId: sent.MessageId,
      Body: 'a',
      MD5OfMessageAttributes: sent.MD5OfMessageAttributes,
      Attributes: {
        SentTimestamp: first.Attributes?.['SentTimestamp'],
        ApproximateReceiveCount: '3',
        MessageGroupId: 'tenant',
        DeadLetterQueueSourceArn: `arn:aws:sqs:eu-west-1:${ACCOUNT}:${session.nameOf(queue)}`,
      },
    });
    expect({ ...letter.MessageAttributes }).toEqual({
      n: { DataType: 'Number', StringValue: '4' },
    });
  });

  it('of a FIFO queue keep group and dedup id, and free their group', async () => {
    const dead = await session.fifoQueue();
    const queue = await session.fifoQueue(redriveTo(dead, 1));
    for (const body of ['a', 'b']) {
      await session.send(queue, body, { MessageGroupId: 'g', MessageDeduplicationId: body });
    }
    const one = await session.receiveOne(queue, { VisibilityTimeout: 0 });
    expect(one.Body).toBe('a');
    expect((await session.receiveOne(queue)).Body).toBe('b');
    const [letter] = await session.receive(dead, { ...ALL, WaitTimeSeconds: 10 });
    expect(letter).toMatchObject({
      MessageId: one.MessageId,
      Body: 'a',
      Attributes: {
        MessageGroupId: 'g',
        MessageDeduplicationId: 'a',
        ApproximateReceiveCount: '2',
      },
    });
  });

  it('go on from queue to queue with their first id, and begin anew when they are moved back', async () => {
    const last = await session.queue();
    const middle = await session.queue(redriveTo(last, 1));
    const queue = await session.queue(redriveTo(middle, 1));
    const { MessageId } = await session.send(queue, 'a');
    const seen: object[] = [];
    for (const one of [queue, middle, last]) {
      const letter = await session.receiveOne(one, { VisibilityTimeout: 0, ...ALL });
      seen.push({ id: letter.MessageId, ...letter.Attributes });
      // Where it is received no more it is moved; the last queue gives it once more.
      const again = await session.receive(one, { VisibilityTimeout: 0, WaitTimeSeconds: 1 });
      expect(again).toHaveLength(one === last ? 1 : 0);
    }
    const from = (one: string) => expect.stringMatching(new RegExp(`:${session.nameOf(one)}$`));
    expect(seen).toMatchObject([
      { id: MessageId, ApproximateReceiveCount: '1' },
      { id: MessageId, ApproximateReceiveCount: '2', DeadLetterQueueSourceArn: from(queue) },
      { id: MessageId, ApproximateReceiveCount: '3', DeadLetterQueueSourceArn: from(middle) },
    ]);
    // A lease of 0 s ends with the broker's next look at its clock, and what is leased is not moved.
    const visible = async () => {
      const AttributeNames = ['ApproximateNumberOfMessages' as const];
      const input = { QueueUrl: last, AttributeNames };
      return (await session.queues.GetQueueAttributes(input, callOf())).Attributes;
    };
    await expect.poll(visible).toMatchObject({ ApproximateNumberOfMessages: '1' });
    const SourceArn = `arn:aws:sqs:eu-west-1:${ACCOUNT}:${session.nameOf(last)}`;
    const DestinationArn = SourceArn.replace(session.nameOf(last), session.nameOf(queue));
    await session.queues.StartMessageMoveTask({ SourceArn, DestinationArn }, callOf());
    const back = await session.receiveOne(queue, ALL);
    expect(back.Attributes).toMatchObject({ ApproximateReceiveCount: '1' });
    expect(back.Attributes).not.toHaveProperty('DeadLetterQueueSourceArn');
  });
});
