// SendMessage and SendMessageBatch over a real broker: replies, stored messages, duplicates, outcomes of entries.
import { codecs } from '@millrace/client';
import { describe, expect, it } from 'vitest';
import type { InputOf } from '../../../src/sqs/model/actions.ts';
import { bodies, callOf, refusal, Session } from './setup.ts';

const session = new Session();
type Entry = InputOf<'SendMessageBatch'>['Entries'][number];

function sendBatch(QueueUrl: string, Entries: readonly Entry[]) {
  return session.handlers.SendMessageBatch({ QueueUrl, Entries }, callOf());
}

const text = (value: string) => ({ DataType: 'String', StringValue: value });

describe('SendMessage', () => {
  it('answers with the id and the sums, and what it stored comes back [Q-60] [Q-71]', async () => {
    const queue = await session.queue();
    const sent = await session.send(queue, 'derp', {
      MessageAttributes: { timestamp: { DataType: 'Number', StringValue: '1493147359900' } },
      MessageSystemAttributes: { AWSTraceHeader: text('Root=1') },
    });
    expect(sent).toEqual({
      MessageId: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
      MD5OfMessageBody: '58fd9edd83341c29f1aebba81c31e257',
      MD5OfMessageAttributes: '235c5c510d26fb653d073faed50ae77c',
      MD5OfMessageSystemAttributes: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
    const [message] = await session.receive(queue, {
      MessageAttributeNames: ['All'],
      AttributeNames: ['AWSTraceHeader'],
    });
    expect(message).toMatchObject({
      MessageId: sent.MessageId,
      Body: 'derp',
      MD5OfBody: sent.MD5OfMessageBody,
      MD5OfMessageAttributes: sent.MD5OfMessageAttributes,
      MessageAttributes: { timestamp: { DataType: 'Number', StringValue: '1493147359900' } },
      Attributes: { AWSTraceHeader: 'Root=1' },
    });
  });

  it('a queue that is not there, and one that went away [Q-86]', async () => {
    const gone = 'QueueDoesNotExist: The specified queue does not exist.';
    expect(await refusal(session.send('http://x/000000000000/none', 'b'))).toBe(gone);
    const queue = await session.queue();
    await session.client.admin.deleteShareGroup(session.nameOf(queue));
    await session.client.admin.deleteTopic(session.nameOf(queue));
    expect(await refusal(session.send(queue, 'b'))).toBe(gone);
    expect(await refusal(sendBatch(queue, [{ Id: 'a', MessageBody: 'b' }]))).toBe(gone);
    expect(await refusal(session.receive(queue))).toBe(gone);
  });

  it('of a duplicate the answer is that of the original, and nothing is stored [Q-67]', async () => {
    const queue = await session.fifoQueue({ ContentBasedDeduplication: 'true' });
    const send = (body: string, MessageGroupId: string, MessageDeduplicationId?: string) =>
      session.send(queue, body, { MessageGroupId, MessageDeduplicationId });
    const first = await send('a', 'g');
    expect(first.SequenceNumber).toMatch(/^\d{20}$/);
    expect(await send('a', 'h')).toEqual(first);
    const named = await send('b', 'g', 'd');
    const again = await send('other', 'g', 'd');
    expect([again.MessageId, again.SequenceNumber]).toEqual([
      named.MessageId,
      named.SequenceNumber,
    ]);
    expect(Number(named.SequenceNumber)).toBeGreaterThan(Number(first.SequenceNumber));
    const message = await session.receiveOne(queue, { AttributeNames: ['MessageDeduplicationId'] });
    expect(message.Attributes).toEqual({
      MessageDeduplicationId: 'ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb',
    });
    await session.delete(queue, message.ReceiptHandle);
    expect(await send('a', 'g')).toEqual(first);
    expect(bodies(await session.receive(queue))).toEqual(['b']);
  });

  it('a dedup id may be unique in its group alone [Q-67]', async () => {
    const queue = await session.fifoQueue({ DeduplicationScope: 'messageGroup' });
    for (const MessageGroupId of ['g', 'h', 'g']) {
      await session.send(queue, MessageGroupId, { MessageGroupId, MessageDeduplicationId: 'd' });
    }
    expect(bodies(await session.receive(queue))).toEqual(['g', 'h']);
  });

  it('a delay hides a message, its own before the queue’s [Q-66]', async () => {
    const queue = await session.queue({ DelaySeconds: '900' });
    await session.send(queue, 'late');
    await session.send(queue, 'soon', { DelaySeconds: 1 });
    await session.send(queue, 'now', { DelaySeconds: 0 });
    expect(bodies(await session.receive(queue))).toEqual(['now']);
    expect((await session.receiveOne(queue)).Body).toBe('soon');
    expect(await session.receive(queue)).toEqual([]);
  });

  it('a body of the largest size is taken whole, and read natively as it is [Q-61]', async () => {
    const queue = await session.queue();
    const name = session.nameOf(queue);
    const body = 'x'.repeat(1_048_576);
    await session.send(queue, body, { MessageGroupId: 't'.repeat(128) });
    const native = session.client.queue(name, { codec: codecs.text });
    const [message] = await native.receive({ topics: name, visibilityTimeoutMs: 0 });
    expect(message?.value === body).toBe(true);
    expect((await session.receiveOne(queue)).Body === body).toBe(true);
  });
});

describe('SendMessageBatch', () => {
  it('sends in order, and each entry has its own outcome [Q-70]', async () => {
    const queue = await session.queue({ MaximumMessageSize: '1024' });
    const reply = await sendBatch(queue, [
      { Id: 'a', MessageBody: 'one', MessageAttributes: { n: text('v') } },
      { Id: 'long', MessageBody: 'x'.repeat(1_025) },
      { Id: 'b', MessageBody: 'two' },
      { Id: 'empty', MessageBody: '' },
      { Id: 'bad', MessageBody: '\0' },
      { Id: 'late', MessageBody: 'x', DelaySeconds: 901 },
    ]);
    const received = await session.receive(queue, { MessageAttributeNames: ['All'] });
    expect(bodies(received)).toEqual(['one', 'two']);
    expect(reply.Successful).toEqual([
      {
        Id: 'a',
        MessageId: received[0]?.MessageId,
        MD5OfMessageBody: received[0]?.MD5OfBody,
        MD5OfMessageAttributes: received[0]?.MD5OfMessageAttributes,
      },
      { Id: 'b', MessageId: received[1]?.MessageId, MD5OfMessageBody: received[1]?.MD5OfBody },
    ]);
    const failed = reply.Failed?.map(({ Id, Code, SenderFault }) => [Id, Code, SenderFault]);
    expect(failed).toEqual([
      ['long', 'InvalidParameterValue', true],
      ['empty', 'MissingParameter', true],
      ['bad', 'InvalidMessageContents', true],
      ['late', 'InvalidParameterValue', true],
    ]);
    expect(reply.Failed?.[0]?.Message).toBe(
      'One or more parameters cannot be validated. Reason: Message must be shorter than 1024 bytes.',
    );
  });

  it('leaves empty lists out [Q-70]', async () => {
    const queue = await session.queue();
    expect(await sendBatch(queue, [{ Id: 'a', MessageBody: 'b' }])).not.toHaveProperty('Failed');
    const failed = await sendBatch(queue, [{ Id: 'a', MessageBody: '' }]);
    expect(failed).not.toHaveProperty('Successful');
    expect(failed.Failed).toHaveLength(1);
  });

  it('refuses a request as a whole, and then sends nothing [Q-69]', async () => {
    const queue = await session.queue();
    const entry = (Id: string, MessageBody = 'b'): Entry => ({ Id, MessageBody });
    const many = Array.from({ length: 11 }, (_, at) => entry(`${at}`));
    const half = 'x'.repeat(524_288);
    const form =
      'A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.';
    const cases: [readonly Entry[], string][] = [
      [
        [],
        'EmptyBatchRequest: There should be at least one SendMessageBatchRequestEntry in the request.',
      ],
      [
        many,
        'TooManyEntriesInBatchRequest: Maximum number of entries per request are 10. You have sent 11.',
      ],
      [[entry('a'), entry('a b')], `InvalidBatchEntryId: ${form}`],
      [[entry('x'.repeat(81))], `InvalidBatchEntryId: ${form}`],
      [[entry('')], `InvalidBatchEntryId: ${form}`],
      [
        [entry('a'), entry('b'), entry('b'), entry('a')],
        'BatchEntryIdsNotDistinct: Id b repeated.',
      ],
      [
        [entry('a', half), entry('b', `${half}x`)],
        'BatchRequestTooLong: Batch requests cannot be longer than 1048576 bytes. You have sent 1048577 bytes.',
      ],
    ];
    for (const [entries, told] of cases) {
      expect(await refusal(sendBatch(queue, entries))).toBe(told);
    }
    expect(await session.receive(queue)).toEqual([]);
    const whole = await sendBatch(queue, [entry('a', half), entry('b', half)]);
    expect(whole.Successful).toHaveLength(2);
  });

  it('on a FIFO queue every entry has to have its ids [Q-69]', async () => {
    const queue = await session.fifoQueue();
    const ids = { MessageGroupId: 'g', MessageDeduplicationId: 'd' };
    const without = (name: keyof typeof ids): Entry[] => [
      { Id: 'a', MessageBody: 'b', ...ids },
      { Id: 'b', MessageBody: 'b', ...ids, [name]: undefined },
    ];
    expect(await refusal(sendBatch(queue, without('MessageGroupId')))).toBe(
      'InvalidParameterValue: The request must contain the parameter MessageGroupId.',
    );
    expect(await refusal(sendBatch(queue, without('MessageDeduplicationId')))).toContain(
      'InvalidParameterValue: The queue should either have ContentBasedDeduplication enabled',
    );
    const reply = await sendBatch(queue, [
      { Id: 'a', MessageBody: 'b', ...ids },
      { Id: 'again', MessageBody: 'b', ...ids },
    ]);
    const [first, second] = reply.Successful ?? [];
    expect(second?.MessageId).toBe(first?.MessageId);
    expect(second?.SequenceNumber).toBe(first?.SequenceNumber);
    expect(bodies(await session.receive(queue))).toEqual(['b']);
  });
});
