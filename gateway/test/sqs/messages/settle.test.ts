// DeleteMessage and ChangeMessageVisibility over a real broker: handles old and new, of other queues, and made up.
import { describe, expect, it } from 'vitest';
import { createMessageHandlers } from '../../../src/sqs/messages/message-handlers.ts';
import { createQueueDirectory } from '../../../src/sqs/queues/directory.ts';
import { createQueueHandlers } from '../../../src/sqs/queues/queue-handlers.ts';
import { callOf, refusal, Session } from './setup.ts';

const session = new Session();

/** A queue with one message in it, and its handles: of two leases, the first of which has ended. */
async function twice(): Promise<{ queue: string; older: string; newer: string }> {
  const queue = await session.queue();
  await session.send(queue, 'a');
  const { ReceiptHandle: older } = await session.receiveOne(queue, { VisibilityTimeout: 0 });
  const { ReceiptHandle: newer } = await session.receiveOne(queue);
  return { queue, older, newer };
}

async function counts(queue: string) {
  const totals = await session.totals(queue);
  return { visible: totals.ready + totals.fresh + totals.parked, leased: totals.leased };
}

const GONE = { visible: 0, leased: 0 };

describe('handles [Q-81]', () => {
  it('that were never given are refused', async () => {
    const { queue, newer } = await twice();
    const [, topicId] = newer.split('.');
    const made = ['x', 'r1.1', `${newer}x`, `r1.${topicId}.0.-.0.5.1`, `r1.${topicId}.0.7.0.0.1`];
    const never = [`r1.${topicId}.0.-.0.0.99`, `r1.${topicId}.0.-.7.7.1`];
    for (const handle of [...made, ...never]) {
      const text = `ReceiptHandleIsInvalid: The input receipt handle "${handle}" is not a valid receipt handle.`;
      expect(await refusal(session.delete(queue, handle))).toBe(text);
      expect(await refusal(session.change(queue, handle, 1))).toBe(text);
    }
    expect(await refusal(session.delete(queue, ''))).toBe(
      'MissingParameter: The request must contain the parameter ReceiptHandle.',
    );
  });

  it('of another queue are refused', async () => {
    const { queue, newer } = await twice();
    const other = await session.queue();
    const text = `ReceiptHandleIsInvalid: The receipt handle "${newer}" is not valid for this queue.`;
    expect(await refusal(session.delete(other, newer))).toBe(text);
    const partition = newer.replace(/^(r1\.\d+)\.0/, '$1.3');
    expect(await refusal(session.delete(queue, partition))).toContain(
      'is not valid for this queue',
    );
  });
});

it('a queue that another gateway made anew is known by its handles [Q-81]', async () => {
  const { queue, newer } = await twice();
  const other = await session.openServices();
  try {
    const directory = createQueueDirectory(other.session);
    const queues = createQueueHandlers(other.session, directory);
    const handlers = createMessageHandlers(other.session, directory);
    await queues.DeleteQueue({ QueueUrl: queue }, callOf());
    await queues.CreateQueue({ QueueName: session.nameOf(queue) }, callOf());
    await handlers.SendMessage({ QueueUrl: queue, MessageBody: 'b' }, callOf());
    const { Messages = [] } = await handlers.ReceiveMessage({ QueueUrl: queue }, callOf());
    expect(await session.delete(queue, Messages[0]?.ReceiptHandle as string)).toEqual({});
    expect(await counts(queue)).toEqual(GONE);
    expect(await refusal(session.delete(queue, newer))).toContain('is not valid for this queue');
  } finally {
    await other.close();
  }
});

describe('DeleteMessage [Q-82]', () => {
  it('takes older handles, and may be said again', async () => {
    const { queue, older, newer } = await twice();
    expect(await session.delete(queue, older)).toEqual({});
    expect(await counts(queue)).toEqual(GONE);
    expect(await session.delete(queue, newer)).toEqual({});
    expect(await session.delete(queue, older)).toEqual({});
  });

  it('takes a handle whose lease has ended', async () => {
    const queue = await session.queue();
    await session.send(queue, 'a');
    const { ReceiptHandle } = await session.receiveOne(queue, { VisibilityTimeout: 0 });
    await session.delete(queue, ReceiptHandle);
    expect(await counts(queue)).toEqual(GONE);
  });

  it('does not take an older one where the queue was told natively to fence', async () => {
    const queue = await session.nativeQueue({ fence: true });
    await session.send(queue, 'a');
    const { ReceiptHandle } = await session.receiveOne(queue, { VisibilityTimeout: 0 });
    await session.receiveOne(queue);
    expect(await refusal(session.delete(queue, ReceiptHandle))).toBe(
      `InvalidParameterValue: Value ${ReceiptHandle} for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired.`,
    );
    expect((await counts(queue)).leased).toBe(1);
  });
});

describe('ChangeMessageVisibility [Q-84]', () => {
  it('makes a message visible at once, or hides it for longer', async () => {
    const queue = await session.queue();
    await session.send(queue, 'a');
    const first = await session.receiveOne(queue, { VisibilityTimeout: 1 });
    await session.change(queue, first.ReceiptHandle, 43_200);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    expect(await session.receive(queue)).toEqual([]);
    await session.change(queue, first.ReceiptHandle, 0);
    expect((await session.receiveOne(queue)).Body).toBe('a');
  });

  it('takes older handles, and one whose time is over: that hides the message again', async () => {
    const { queue, older, newer } = await twice();
    await session.change(queue, older, 0);
    expect(await counts(queue)).toEqual({ visible: 1, leased: 0 });
    await session.change(queue, newer, 30);
    expect(await session.receive(queue)).toEqual([]);
    await session.change(queue, older, 0);
    const count = { MessageSystemAttributeNames: ['ApproximateReceiveCount'] };
    const again = await session.receiveOne(queue, count);
    expect(again.Attributes).toEqual({ ApproximateReceiveCount: '3' });
  });

  it('has its range', async () => {
    const { queue, newer } = await twice();
    for (const bad of [-1, 43_201, 1.5]) {
      expect(await refusal(session.change(queue, newer, bad))).toBe(
        `InvalidParameterValue: Value ${bad} for parameter VisibilityTimeout is invalid. Reason: Must be >= 0 and <= 43200, if provided.`,
      );
    }
  });

  it('is refused for a message that was deleted', async () => {
    const { queue, newer } = await twice();
    await session.delete(queue, newer);
    expect(await refusal(session.change(queue, newer, 5))).toBe(
      `InvalidParameterValue: Value ${newer} for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility timeout change.`,
    );
  });

  it('may not pass twelve hours since the message was received, in whole seconds', async () => {
    const queue = await session.queue();
    await session.send(queue, 'a');
    const { ReceiptHandle } = await session.receiveOne(queue);
    await session.change(queue, ReceiptHandle, 43_200);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    expect(await refusal(session.change(queue, ReceiptHandle, 43_200))).toContain(
      'Reason: Total VisibilityTimeout for the message is beyond the limit [43200 seconds]',
    );
    await session.change(queue, ReceiptHandle, 43_190);
  });
});

describe('batches', () => {
  it('each entry has its own outcome [Q-70]', async () => {
    const { queue, older, newer } = await twice();
    const reply = await session.handlers.DeleteMessageBatch(
      {
        QueueUrl: queue,
        Entries: [
          { Id: 'a', ReceiptHandle: newer },
          { Id: 'bad', ReceiptHandle: 'x' },
          { Id: 'again', ReceiptHandle: older },
        ],
      },
      callOf(),
    );
    expect(reply.Successful).toEqual([{ Id: 'a' }, { Id: 'again' }]);
    expect(reply.Failed).toEqual([
      {
        Id: 'bad',
        SenderFault: true,
        Code: 'ReceiptHandleIsInvalid',
        Message: 'The input receipt handle "x" is not a valid receipt handle.',
      },
    ]);
    const changed = await session.handlers.ChangeMessageVisibilityBatch(
      {
        QueueUrl: queue,
        Entries: [
          { Id: 'gone', ReceiptHandle: newer, VisibilityTimeout: 1 },
          { Id: 'range', ReceiptHandle: newer, VisibilityTimeout: 43_201 },
          { Id: 'none', ReceiptHandle: newer },
        ],
      },
      callOf(),
    );
    expect(changed).not.toHaveProperty('Successful');
    const codes = changed.Failed?.map(({ Id, Code }) => [Id, Code]);
    expect(codes).toEqual([
      ['range', 'InvalidParameterValue'],
      ['none', 'MissingParameter'],
      ['gone', 'InvalidParameterValue'],
    ]);
  });

  it('change what they name, and delete ten at once [Q-70]', async () => {
    const queue = await session.queue();
    for (let at = 0; at < 10; at += 1) await session.send(queue, `${at}`);
    const received = await session.receive(queue);
    const named = received.map(({ ReceiptHandle = '' }, at) => ({ Id: `${at}`, ReceiptHandle }));
    const two = named.slice(3, 5).map((entry) => ({ ...entry, VisibilityTimeout: 0 }));
    const { handlers } = session;
    await handlers.ChangeMessageVisibilityBatch({ QueueUrl: queue, Entries: two }, callOf());
    expect(await counts(queue)).toEqual({ visible: 2, leased: 8 });
    const all = await handlers.DeleteMessageBatch({ QueueUrl: queue, Entries: named }, callOf());
    expect(all).toEqual({ Successful: named.map(({ Id }) => ({ Id })) });
    expect(await counts(queue)).toEqual(GONE);
  });

  it('are refused as a whole in their own names [Q-69]', async () => {
    const QueueUrl = await session.queue();
    const { handlers } = session;
    expect(await refusal(handlers.DeleteMessageBatch({ QueueUrl, Entries: [] }, callOf()))).toBe(
      'EmptyBatchRequest: There should be at least one DeleteMessageBatchRequestEntry in the request.',
    );
    const change = handlers.ChangeMessageVisibilityBatch({ QueueUrl, Entries: [] }, callOf());
    expect(await refusal(change)).toContain('one ChangeMessageVisibilityBatchRequestEntry in');
  });
});
