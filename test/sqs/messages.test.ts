// Messages of standard queues through the SDK: what is sent comes back to the byte, with sums, attributes and counts.

import { createHash } from 'node:crypto';
import type { MessageAttributeValue } from '@aws-sdk/client-sqs';
import { describe, expect, test, vi } from 'vitest';
import {
  bodiesOf,
  dial,
  eventually,
  pause,
  sorted,
  systemOf,
  TestQueue,
} from './support/queues.ts';
import { sharedServer } from './support/server.ts';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000, maxConcurrency: 20 });

const sqs = dial(sharedServer().endpoint);

const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/;
const md5 = (text: string) => createHash('md5').update(text).digest('hex');
const text = (StringValue: string, DataType = 'String'): MessageAttributeValue => ({
  DataType,
  StringValue,
});

describe.concurrent('a message', () => {
  test('has an id, a sum, and no sequence number [Q-71]', async () => {
    const queue = await TestQueue.standard(sqs);
    const sent = await queue.send('derp');
    expect(sent.MessageId).toMatch(UUID);
    expect(sent.MD5OfMessageBody).toBe('58fd9edd83341c29f1aebba81c31e257');
    expect(sent.SequenceNumber).toBeUndefined();
    expect(sent.MD5OfMessageAttributes).toBeUndefined();
    expect(sent.MD5OfMessageSystemAttributes).toBeUndefined();
    const got = await queue.receiveOne();
    expect(got.MessageId).toBe(sent.MessageId);
    expect(got.MD5OfBody).toBe(sent.MD5OfMessageBody);
  });

  test.for([
    ['line ends and tabs', 'a\r\nb\rc\nd\te'],
    ['marks of XML', `<a b="c" d='e'>&amp; ]]></a>`],
    ['emoji and what is beyond the first plane', '🚀𝄞\u{10ffff}\ue000\ufffd'],
    ['marks of JSON', '{"a":"\\u0041\\\\","b":[null]}'],
    ['blanks at its ends', '  \n a \n '],
    ['one character', 'x'],
  ] as const)('%s come back as they were', async ([, body]) => {
    const queue = await TestQueue.standard(sqs);
    await queue.send(body);
    expect((await queue.receiveOne()).Body).toBe(body);
  });

  test('of 1 MiB [Q-61]', async () => {
    const queue = await TestQueue.standard(sqs);
    const body = 'ab'.repeat(524_288);
    const sent = await queue.send(body);
    expect(sent.MD5OfMessageBody).toBe(md5(body));
    expect((await queue.receiveOne()).Body).toBe(body);
  });

  test('of 1 MiB that JSON writes six times as long', async () => {
    const queue = await TestQueue.standard(sqs);
    const body = '"\\\t\n'.repeat(262_144);
    await queue.send(body);
    expect((await queue.receiveOne()).Body === body).toBe(true);
  });

  test('as large as its queue allows, and no larger [Q-61]', async () => {
    const queue = await TestQueue.standard(sqs, { MaximumMessageSize: '1024' });
    await queue.send('a'.repeat(1_024));
    await expect(queue.send('a'.repeat(1_025))).rejects.toThrow(
      'One or more parameters are invalid. Reason: Message must be shorter than 1024 bytes.',
    );
  });

  test('says who sent it, when, and how often it was received [Q-73]', async () => {
    const queue = await TestQueue.standard(sqs, { VisibilityTimeout: '0' });
    const before = Date.now();
    await queue.send('a');
    const first = await queue.receiveOne();
    const second = await queue.receiveOne();
    const names = Object.keys(first.Attributes ?? {}).toSorted();
    expect(names).toEqual([
      'ApproximateFirstReceiveTimestamp',
      'ApproximateReceiveCount',
      'SenderId',
      'SentTimestamp',
    ]);
    const sentMs = Number(systemOf(first, 'SentTimestamp'));
    expect(sentMs).toBeGreaterThanOrEqual(before - 1_000);
    expect(sentMs).toBeLessThanOrEqual(Date.now() + 1_000);
    expect(systemOf(first, 'ApproximateReceiveCount')).toBe('1');
    expect(systemOf(second, 'ApproximateReceiveCount')).toBe('2');
    expect(systemOf(second, 'ApproximateFirstReceiveTimestamp')).toBe(
      systemOf(first, 'ApproximateFirstReceiveTimestamp'),
    );
    expect(second.ReceiptHandle).not.toBe(first.ReceiptHandle);
  });

  test('has system attributes only where they are asked for, by either name of the list [Q-73]', async () => {
    const queue = await TestQueue.standard(sqs, { VisibilityTimeout: '0' });
    await queue.send('a');
    // A lease of no time ends some milliseconds later.
    const ask = (more: object) =>
      sqs.receiveMessage({ QueueUrl: queue.url, WaitTimeSeconds: 10, ...more });
    const attributesOf = async (more: object) => (await ask(more)).Messages?.[0]?.Attributes;
    expect(await attributesOf({})).toBeUndefined();
    const names = async (more: object) => Object.keys((await attributesOf(more)) ?? {});
    expect(await names({ AttributeNames: ['SentTimestamp'] })).toEqual(['SentTimestamp']);
    expect(await names({ MessageSystemAttributeNames: ['SenderId'] })).toEqual(['SenderId']);
    const both = { AttributeNames: ['All'], MessageSystemAttributeNames: ['SenderId'] };
    expect(await names(both)).toEqual(['SenderId']);
    expect((await names({ AttributeNames: ['All'] })).length).toBe(4);
  });

  test('keeps a trace header, and sums it apart [Q-64]', async () => {
    const queue = await TestQueue.standard(sqs);
    const sent = await queue.send('a', {
      MessageSystemAttributes: { AWSTraceHeader: text('Root=1-2-3') },
    });
    expect(sent.MD5OfMessageSystemAttributes).toMatch(/^[\da-f]{32}$/);
    expect(sent.MD5OfMessageAttributes).toBeUndefined();
    const got = await queue.receiveOne();
    expect(systemOf(got, 'AWSTraceHeader')).toBe('Root=1-2-3');
  });

  test('keeps the group that a standard queue takes for a tenant [Q-60]', async () => {
    const queue = await TestQueue.standard(sqs);
    await queue.send('a', { MessageGroupId: 'tenant-1' });
    expect(systemOf(await queue.receiveOne(), 'MessageGroupId')).toBe('tenant-1');
  });
});

describe.concurrent('message attributes', () => {
  test.for([
    [{ timestamp: text('1493147359900', 'Number') }, '235c5c510d26fb653d073faed50ae77c'],
    [
      { timestamp: text('1493147359900', 'Number.java.lang.Long') },
      '2e2e4876d8e0bd6b8c2c8f556831c349',
    ],
    [
      {
        id: text('453ae55e-f03b-21a6-a4b1-70c2e2e8fe71'),
        mybin: { DataType: 'Binary', BinaryValue: Buffer.from('kekchebukek') },
        timestamp: text('1603134247654', 'Number.java.lang.Long'),
        contentType: text('application/json'),
      },
      '049075255ebc53fb95f7f9f3cedf3c50',
    ],
  ] as [Record<string, MessageAttributeValue>, string][])(
    'sums that the service gave, and types with labels come back (%#) [Q-71]',
    async ([MessageAttributes, sum]) => {
      const queue = await TestQueue.standard(sqs);
      const sent = await queue.send('a', { MessageAttributes });
      expect(sent.MD5OfMessageAttributes).toBe(sum);
      const got = await queue.receiveOne({ MessageAttributeNames: ['All'] });
      expect(got.MD5OfMessageAttributes).toBe(sum);
      const plain = (values: Record<string, MessageAttributeValue> = {}) =>
        sorted(
          Object.entries(values).map(([name, { DataType, StringValue, BinaryValue }]) => [
            name,
            DataType,
            StringValue ?? Buffer.from(BinaryValue ?? []).toString('hex'),
          ]),
        );
      expect(plain(got.MessageAttributes)).toEqual(plain(MessageAttributes));
    },
  );

  test('ten, with names and values that mean something elsewhere [Q-63]', async () => {
    const queue = await TestQueue.standard(sqs);
    const names = [
      'constructor',
      'toString',
      'millrace-sqs',
      'millrace-x',
      'ä',
      'a.b',
      'A',
      '-',
      '1',
    ];
    const MessageAttributes = Object.fromEntries([
      ...names.map((name) => [name, text(`<${name}>&"`)]),
      ['n'.repeat(256), { DataType: 'Binary', BinaryValue: Buffer.from([0, 255, 13, 10]) }],
    ]);
    const sent = await queue.send('a', { MessageAttributes });
    const got = await queue.receiveOne({ MessageAttributeNames: ['All'] });
    expect(got.MD5OfMessageAttributes).toBe(sent.MD5OfMessageAttributes);
    const wanted = Object.keys(MessageAttributes).toSorted();
    expect(Object.keys(got.MessageAttributes ?? {}).toSorted()).toEqual(wanted);
    expect(Buffer.from(got.MessageAttributes?.['n'.repeat(256)]?.BinaryValue ?? [])).toEqual(
      Buffer.from([0, 255, 13, 10]),
    );
  });

  test('only those asked for come, with the sum of those [Q-74]', async () => {
    const queue = await TestQueue.standard(sqs, { VisibilityTimeout: '0' });
    await queue.send('a', {
      MessageAttributes: { Hello: text('1'), 'Help.Me': text('2'), Other: text('3') },
    });
    const ask = async (...MessageAttributeNames: string[]) =>
      queue.receiveOne({ MessageAttributeNames });
    const namesOf = async (...names: string[]) =>
      Object.keys((await ask(...names)).MessageAttributes ?? {}).toSorted();
    for (const all of ['All', '.*', '*']) {
      expect(await namesOf(all)).toEqual(['Hello', 'Help.Me', 'Other']);
    }
    expect(await namesOf('Hel.*')).toEqual(['Hello', 'Help.Me']);
    expect(await namesOf('Other', 'Nobody')).toEqual(['Other']);
    const none = await ask('Nobody');
    expect(none.MessageAttributes).toBeUndefined();
    expect(none.MD5OfMessageAttributes).toBeUndefined();
    const some = await ask('Other');
    expect(some.MD5OfMessageAttributes).not.toBe((await ask('All')).MD5OfMessageAttributes);
    expect((await queue.receiveOne()).MessageAttributes).toBeUndefined();
  });
});

describe.concurrent('delays and retention', () => {
  test('a delayed message is counted apart [Q-23]', async () => {
    const queue = await TestQueue.standard(sqs);
    await queue.send('later', { DelaySeconds: 600 });
    expect(await queue.bodies()).toEqual([]);
    await eventually(() => queue.counts(), [0, 0, 1]);
  });

  test('a delayed message comes when it is due [Q-66]', async () => {
    const queue = await TestQueue.standard(sqs);
    await queue.send('later', { DelaySeconds: 1 });
    expect((await queue.receiveOne()).Body).toBe('later');
    expect(await queue.counts()).toEqual([0, 1, 0]);
  });

  test("the queue's delay holds for those that say none, and 0 is none [Q-66]", async () => {
    const queue = await TestQueue.standard(sqs, { DelaySeconds: '600' });
    await queue.send('held');
    await queue.send('at once', { DelaySeconds: 0 });
    expect((await queue.receiveOne()).Body).toBe('at once');
    expect((await queue.counts())[2]).toBe(1);
  });

  test("a standard queue's delay does not reach back [Q-66]", async () => {
    const queue = await TestQueue.standard(sqs, { DelaySeconds: '600' });
    await queue.send('held');
    await queue.set({ DelaySeconds: '0' });
    await pause(1_100);
    expect(await queue.bodies()).toEqual([]);
    await queue.send('new');
    expect((await queue.receiveOne()).Body).toBe('new');
  });
});

test.concurrent('ten at a time, about in the order sent, each once', async () => {
  const queue = await TestQueue.standard(sqs);
  for (let at = 0; at < 25; at += 1) await queue.send(`${at}`);
  expect(await queue.counts()).toEqual([25, 0, 0]);
  const got = [await queue.receive(), await queue.receive(), await queue.receive()];
  expect(got.map(({ length }) => length)).toEqual([10, 10, 5]);
  expect(bodiesOf(got.flat()).map(Number)).toEqual(Array.from({ length: 25 }, (_, at) => at));
  expect(await queue.receive()).toEqual([]);
  expect(await queue.counts()).toEqual([0, 25, 0]);
});
