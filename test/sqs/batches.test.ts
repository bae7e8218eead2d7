// Batches through the SDK: each entry has its own outcome, in the order of the request.

import { describe, expect, test, vi } from 'vitest';
import { dial, TestQueue } from './support/queues.ts';
import { entries } from './support/refusals.ts';
import { sharedServer } from './support/server.ts';
import { askJson } from './support/wire.ts';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000, maxConcurrency: 20 });

const { endpoint } = sharedServer();
const sqs = dial(endpoint);

const ids = (list: readonly { Id?: string | undefined }[] = []) => list.map(({ Id }) => Id);

describe.concurrent('SendMessageBatch', () => {
  test('ten, answered in the order asked; a list without entries is absent [Q-70]', async () => {
    const queue = await TestQueue.standard(sqs);
    const Entries = Array.from({ length: 10 }, (_, at) => ({
      Id: `${9 - at}`,
      MessageBody: `${at}`,
    }));
    const { text } = await askJson(endpoint, 'SendMessageBatch', {
      QueueUrl: queue.url,
      Entries,
    });
    const answer = JSON.parse(text);
    expect(Object.keys(answer)).toEqual(['Successful']);
    expect(ids(answer.Successful)).toEqual(ids(Entries));
    expect(await queue.bodies()).toEqual(Entries.map(({ MessageBody }) => MessageBody));
  });

  test('what is wrong with one entry is its own [Q-70]', async () => {
    const queue = await TestQueue.standard(sqs, { MaximumMessageSize: '1024' });
    const MessageAttributes = { n: { DataType: 'String', StringValue: '' } };
    const { Successful, Failed } = await sqs.sendMessageBatch({
      QueueUrl: queue.url,
      Entries: [
        { Id: 'good', MessageBody: 'a' },
        { Id: 'large', MessageBody: 'a'.repeat(1_025) },
        { Id: 'attribute', MessageBody: 'a', MessageAttributes },
        { Id: 'characters', MessageBody: '\u0001' },
        { Id: 'delay', MessageBody: 'a', DelaySeconds: 901 },
        { Id: 'late', MessageBody: 'b' },
      ],
    });
    expect(ids(Successful)).toEqual(['good', 'late']);
    expect(ids(Failed)).toEqual(['large', 'attribute', 'characters', 'delay']);
    expect(Failed?.every(({ SenderFault }) => SenderFault === true)).toBe(true);
    expect(Failed?.map(({ Code }) => Code)).toEqual([
      'InvalidParameterValue',
      'InvalidParameterValue',
      'InvalidMessageContents',
      'InvalidParameterValue',
    ]);
    expect(Failed?.[0]?.Message).toBe(
      'One or more parameters cannot be validated. Reason: Message must be shorter than 1024 bytes.',
    );
    expect(await queue.bodies()).toEqual(['a', 'b']);
  });

  test('1 MiB in all, attributes among it [Q-69]', async () => {
    const queue = await TestQueue.standard(sqs);
    const MessageBody = 'a'.repeat(104_857);
    const { Successful } = await sqs.sendMessageBatch({
      QueueUrl: queue.url,
      Entries: entries(10, { MessageBody }) as { Id: string; MessageBody: string }[],
    });
    expect(Successful?.length).toBe(10);
  });
});

describe.concurrent('DeleteMessageBatch and ChangeMessageVisibilityBatch', () => {
  test('a handle that is none fails alone', async () => {
    const queue = await TestQueue.standard(sqs);
    for (const body of ['a', 'b', 'c']) await queue.send(body);
    const [a, b, c] = await queue.receive();
    const { Successful, Failed } = await sqs.deleteMessageBatch({
      QueueUrl: queue.url,
      Entries: [
        { Id: 'a', ReceiptHandle: a?.ReceiptHandle },
        { Id: 'none', ReceiptHandle: 'none' },
        { Id: 'b', ReceiptHandle: b?.ReceiptHandle },
      ],
    });
    expect(ids(Successful)).toEqual(['a', 'b']);
    expect(Failed).toEqual([
      {
        Id: 'none',
        SenderFault: true,
        Code: 'ReceiptHandleIsInvalid',
        Message: 'The input receipt handle "none" is not a valid receipt handle.',
      },
    ]);
    const changed = await sqs.changeMessageVisibilityBatch({
      QueueUrl: queue.url,
      Entries: [
        { Id: 'gone', ReceiptHandle: a?.ReceiptHandle, VisibilityTimeout: 0 },
        { Id: 'c', ReceiptHandle: c?.ReceiptHandle, VisibilityTimeout: 0 },
        { Id: 'long', ReceiptHandle: c?.ReceiptHandle, VisibilityTimeout: 43_201 },
      ],
    });
    expect(ids(changed.Successful)).toEqual(['c']);
    expect(changed.Failed?.map(({ Id, Code }) => [Id, Code]).toSorted()).toEqual([
      ['gone', 'InvalidParameterValue'],
      ['long', 'InvalidParameterValue'],
    ]);
    expect(await queue.bodies()).toEqual(['c']);
  });

  test('the same message twice in one batch [Q-82]', async () => {
    const queue = await TestQueue.standard(sqs);
    await queue.send('a');
    const [message] = await queue.receive();
    const { ReceiptHandle } = message ?? {};
    const { Successful } = await sqs.deleteMessageBatch({
      QueueUrl: queue.url,
      Entries: ['1', '2'].map((Id) => ({ Id, ReceiptHandle })),
    });
    expect(ids(Successful)).toEqual(['1', '2']);
    expect(await queue.counts()).toEqual([0, 0, 0]);
  });
});
