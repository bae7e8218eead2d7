// FIFO queues over a real broker: one group's messages in order, groups beside each other, attempts.
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { bodies, refusal, Session } from './setup.ts';

const session = new Session();

/** Sends `g1-a g2-a`: the group before the hyphen. */
async function sendAll(queue: string, line: string): Promise<void> {
  for (const body of line.split(' ')) {
    const [MessageGroupId = ''] = body.split('-');
    await session.send(queue, body, { MessageGroupId, MessageDeduplicationId: body });
  }
}

async function receiveLine(queue: string, more: object = {}): Promise<string> {
  return bodies(await session.receive(queue, more)).join(' ');
}

/** Those of no time end when the broker next looks for what is due, some milliseconds later. [L-9] */
async function leasesAreOver(queue: string): Promise<void> {
  await expect.poll(async () => (await session.totals(queue)).leased).toBe(0);
}

describe('order [Q-78]', () => {
  it('of a group is that of sending, and a reply has the messages of a group together', async () => {
    const queue = await session.fifoQueue();
    await sendAll(queue, 'g1-1 g2-1 g1-2 g3-1 g2-2 g1-3');
    const received = await session.receive(queue, { MessageSystemAttributeNames: ['All'] });
    expect(bodies(received).join(' ')).toBe('g1-1 g1-2 g1-3 g2-1 g2-2 g3-1');
    const [first] = received;
    expect(first?.Attributes).toMatchObject({
      MessageGroupId: 'g1',
      MessageDeduplicationId: 'g1-1',
    });
    const numbers = received.map(({ Attributes }) => Attributes?.['SequenceNumber'] ?? '');
    expect(numbers.every((number) => /^\d{20}$/.test(number))).toBe(true);
    expect(numbers.slice(0, 3)).toEqual(numbers.slice(0, 3).toSorted());
  });

  it('later messages of a group wait until what is in flight has ended', async () => {
    const queue = await session.fifoQueue();
    await sendAll(queue, 'g1-1 g2-1 g1-2');
    const one = await session.receiveOne(queue);
    expect(one.Body).toBe('g1-1');
    const other = await session.receiveOne(queue);
    expect(other.Body).toBe('g2-1');
    expect(await receiveLine(queue)).toBe('');
    const next = session.receive(queue, { WaitTimeSeconds: 10 });
    await sendAll(queue, 'g1-3');
    await session.delete(queue, other.ReceiptHandle);
    await pause(50);
    await session.delete(queue, one.ReceiptHandle);
    expect(bodies(await next)).toEqual(['g1-2', 'g1-3']);
  });

  it('a message that is made visible comes again before the later ones of its group', async () => {
    const queue = await session.fifoQueue();
    await sendAll(queue, 'g1-1 g1-2');
    const { ReceiptHandle } = await session.receiveOne(queue);
    await session.change(queue, ReceiptHandle, 0);
    expect(await receiveLine(queue)).toBe('g1-1 g1-2');
  });

  it('one that is hidden for longer holds up what lies behind it, and nothing before it', async () => {
    const queue = await session.fifoQueue();
    await sendAll(queue, 'g1-1 g1-2 g1-3');
    const [, second] = await session.receive(queue, { VisibilityTimeout: 1 });
    await session.change(queue, second?.ReceiptHandle as string, 60);
    expect(bodies(await session.receive(queue, { WaitTimeSeconds: 10 }))).toEqual(['g1-1']);
    expect(await receiveLine(queue)).toBe('');
  });

  it('of groups is the order in which they came up, those just given from go to the back', async () => {
    const queue = await session.fifoQueue();
    await sendAll(queue, 'g1-1 g1-2 g2-1 g2-2 g3-1');
    const look = { VisibilityTimeout: 0 };
    expect(await receiveLine(queue, { ...look, MaxNumberOfMessages: 3 })).toBe('g1-1 g1-2 g2-1');
    await leasesAreOver(queue);
    expect(await receiveLine(queue, look)).toBe('g3-1 g1-1 g1-2 g2-1 g2-2');
  });
});

describe('attempts [Q-79]', () => {
  it('the same id gives the same messages again, as long as their leases stand', async () => {
    const queue = await session.fifoQueue();
    await sendAll(queue, 'g1-1 g1-2');
    const attempt = { ReceiveRequestAttemptId: 'try-1' };
    const first = await session.receive(queue, attempt);
    expect(bodies(first)).toEqual(['g1-1', 'g1-2']);
    const count = { MessageSystemAttributeNames: ['ApproximateReceiveCount'] };
    const again = await session.receive(queue, { ...attempt, ...count });
    expect(bodies(again)).toEqual(['g1-1', 'g1-2']);
    expect(again[0]?.ReceiptHandle).toBe(first[0]?.ReceiptHandle);
    expect(again[0]?.Attributes).toEqual({ ApproximateReceiveCount: '1' });
    expect(await session.receive(queue, { ReceiveRequestAttemptId: 'try-2' })).toEqual([]);
    await session.delete(queue, first[0]?.ReceiptHandle as string);
    expect(await session.receive(queue, attempt)).toEqual([]);
  });
});

describe('handles [Q-83]', () => {
  it('a message is not deleted by a handle whose time is over', async () => {
    const queue = await session.fifoQueue();
    await sendAll(queue, 'g1-1');
    const { ReceiptHandle } = await session.receiveOne(queue, { VisibilityTimeout: 0 });
    await leasesAreOver(queue);
    expect(await refusal(session.delete(queue, ReceiptHandle))).toBe(
      `InvalidParameterValue: Value ${ReceiptHandle} for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired.`,
    );
    const again = await session.receiveOne(queue);
    expect(again.Body).toBe('g1-1');
    await session.delete(queue, again.ReceiptHandle);
    expect(await session.delete(queue, again.ReceiptHandle)).toEqual({});
  });

  it('messages that came together are deleted and hidden each by itself', async () => {
    const queue = await session.fifoQueue();
    await sendAll(queue, 'g1-1 g1-2 g1-3');
    const [first, second, third] = await session.receive(queue);
    await session.change(queue, first?.ReceiptHandle as string, 0);
    await session.delete(queue, third?.ReceiptHandle as string);
    await session.delete(queue, second?.ReceiptHandle as string);
    expect(await receiveLine(queue)).toBe('g1-1');
  });
});
