// ReceiveMessage over a real broker: what is asked for, what is told, waiting, records of native producers, fairness.
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createMessageHandlers } from '../../../src/sqs/messages/message-handlers.ts';
import { createQueueDirectory } from '../../../src/sqs/queues/directory.ts';
import { ACCOUNT, bodies, callOf, refusal, Session } from './setup.ts';

const session = new Session();
const text = (value: string) => ({ DataType: 'String', StringValue: value });
const ALL = { MessageSystemAttributeNames: ['All'] };

describe('parameters [Q-72]', () => {
  it('have their ranges', async () => {
    const queue = await session.queue();
    const told = (more: object) => refusal(session.receive(queue, more));
    for (const bad of [0, 11, -1]) {
      expect(await told({ MaxNumberOfMessages: bad })).toBe(
        `InvalidParameterValue: Value ${bad} for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided.`,
      );
    }
    for (const bad of [-1, 21]) {
      expect(await told({ WaitTimeSeconds: bad })).toBe(
        `InvalidParameterValue: Value ${bad} for parameter WaitTimeSeconds is invalid. Reason: Must be >= 0 and <= 20, if provided.`,
      );
    }
    for (const bad of [-1, 43_201]) {
      expect(await told({ VisibilityTimeout: bad })).toContain('parameter VisibilityTimeout is');
    }
    expect(await told({ ReceiveRequestAttemptId: 'a b' })).toContain(
      'ReceiveRequestAttemptId can only',
    );
  });

  it('one message is given where no number is asked for, and ten at most', async () => {
    const queue = await session.queue();
    for (let at = 0; at < 12; at += 1) await session.send(queue, `${at}`);
    expect(bodies(await session.receive(queue, { MaxNumberOfMessages: undefined }))).toEqual(['0']);
    expect(bodies(await session.receive(queue))).toHaveLength(10);
  });

  it('a visibility timeout of the request goes before the queue’s', async () => {
    const queue = await session.queue({ VisibilityTimeout: '0' });
    await session.send(queue, 'a');
    expect((await session.receiveOne(queue)).Body).toBe('a');
    expect((await session.receiveOne(queue, { VisibilityTimeout: 30 })).Body).toBe('a');
    expect(await session.receive(queue)).toEqual([]);
  });
});

describe('attributes', () => {
  it('of the system are told where they are asked for [Q-73]', async () => {
    const queue = await session.queue();
    const from = Date.now();
    await session.send(queue, 'a', { MessageGroupId: 'tenant' }, { traceHeader: 'Root=1' });
    await session.send(queue, 'b', {}, { sender: 'AKIA1' });
    const [first, second] = await session.receive(queue, ALL);
    const time = expect.stringMatching(/^\d{13}$/);
    expect(first?.Attributes).toEqual({
      SenderId: ACCOUNT,
      SentTimestamp: time,
      ApproximateReceiveCount: '1',
      ApproximateFirstReceiveTimestamp: time,
      MessageGroupId: 'tenant',
      AWSTraceHeader: 'Root=1',
    });
    expect(second?.Attributes).toMatchObject({ SenderId: 'AKIA1' });
    expect(Number(first?.Attributes?.['SentTimestamp'])).toBeGreaterThanOrEqual(from);
  });

  it('of the system are asked for by an older member too, and the newer one wins [Q-73]', async () => {
    const queue = await session.queue({ VisibilityTimeout: '0' });
    await session.send(queue, 'a');
    const told = async (more: object) => (await session.receiveOne(queue, more)).Attributes;
    const older = { AttributeNames: ['ApproximateReceiveCount'] };
    expect(await told({})).toBeUndefined();
    expect(await told(older)).toEqual({ ApproximateReceiveCount: '2' });
    expect(await told({ ...older, MessageSystemAttributeNames: ['SenderId'] })).toEqual({
      SenderId: ACCOUNT,
    });
    expect(await told({ AttributeNames: ['QueueArn', 'MessageGroupId'] })).toBeUndefined();
  });

  it('of the system have these names, and the older member may hold those of queues [Q-73]', async () => {
    const queue = await session.queue();
    await session.send(queue, 'a');
    const told = 'InvalidAttributeName: Unknown Attribute Colour.';
    expect(await refusal(session.receive(queue, { AttributeNames: ['Colour'] }))).toBe(told);
    const newer = { MessageSystemAttributeNames: ['SenderId', 'Colour'] };
    expect(await refusal(session.receive(queue, newer))).toBe(told);
    const queues = { MessageSystemAttributeNames: ['QueueArn'] };
    expect(await refusal(session.receive(queue, queues))).toContain('Unknown Attribute QueueArn.');
    const count = { AttributeNames: ['ApproximateReceiveCount', 'QueueArn'] };
    const message = await session.receiveOne(queue, count);
    expect(message.Attributes).toEqual({ ApproximateReceiveCount: '1' });
  });

  it('of the message are told where they are asked for, and summed up alone [Q-74] [Q-71]', async () => {
    const queue = await session.queue({ VisibilityTimeout: '0' });
    const MessageAttributes = { timestamp: { DataType: 'Number', StringValue: '1493147359900' } };
    await session.send(queue, 'a', {
      MessageAttributes: { ...MessageAttributes, other: text('x') },
    });
    const none = await session.receiveOne(queue);
    expect(none).not.toHaveProperty('MessageAttributes');
    expect(none).not.toHaveProperty('MD5OfMessageAttributes');
    expect(
      await session.receiveOne(queue, { MessageAttributeNames: ['time.*', 'no'] }),
    ).toMatchObject({
      MessageAttributes,
      MD5OfMessageAttributes: '235c5c510d26fb653d073faed50ae77c',
    });
  });

  it('bytes and the longest names come back as they were sent [Q-60]', async () => {
    const queue = await session.queue();
    const name = 'n'.repeat(256);
    const BinaryValue = Buffer.from([0, 0xff, 1]);
    await session.send(queue, 'a', {
      MessageAttributes: {
        [name]: { DataType: 'Binary.png', BinaryValue },
        'millrace-sqs': text('mine'),
      },
    });
    const [message] = await session.receive(queue, { MessageAttributeNames: ['*'] });
    expect({ ...message?.MessageAttributes }).toEqual({
      [name]: { DataType: 'Binary.png', BinaryValue: new Uint8Array(BinaryValue) },
      'millrace-sqs': text('mine'),
    });
  });
});

describe('native producers and consumers', () => {
  it('what they send is received, from all partitions [Q-76]', async () => {
    const queue = await session.nativeQueue({ partitions: 3 });
    const producer = session.client.producer<Uint8Array>();
    for (let partition = 0; partition < 3; partition += 1) {
      const headers = { city: 'Ulm', raw: Uint8Array.of(0xff) };
      await producer.send({ topic: queue, partition, value: Buffer.from(`${partition}`), headers });
    }
    const received = await session.receive(queue, { MessageAttributeNames: ['All'], ...ALL });
    expect(new Set(bodies(received))).toEqual(new Set(['0', '1', '2']));
    expect(new Set(received.map(({ MessageId }) => MessageId)).size).toBe(3);
    for (const { MessageAttributes, ReceiptHandle } of received) {
      expect({ ...MessageAttributes }).toEqual({
        city: text('Ulm'),
        raw: { DataType: 'Binary', BinaryValue: Uint8Array.of(0xff) },
      });
      await session.delete(queue, ReceiptHandle as string);
    }
    const totals = await session.totals(queue);
    expect([totals.acknowledged, totals.leased]).toEqual([3, 0]);
  });

  it('what is not a text comes as base64, and says so [Q-76]', async () => {
    const queue = await session.queue();
    const producer = session.client.producer<Uint8Array>();
    await producer.send({ topic: session.nameOf(queue), value: Uint8Array.of(0xff, 0xfe) });
    await producer.send({ topic: session.nameOf(queue), value: null });
    const [bytes, none] = await session.receive(queue, { MessageAttributeNames: ['All'] });
    expect(bytes).toMatchObject({
      Body: '//4=',
      MessageAttributes: { 'millrace-encoding': text('base64') },
    });
    expect(none?.Body).toBe('');
  });

  it('what SQS clients send they read with its headers, key and dedup id [Q-60]', async () => {
    const queue = await session.fifoQueue();
    const ids = { MessageGroupId: 'g', MessageDeduplicationId: 'd' };
    const { MessageId } = await session.send(queue, 'hallo', {
      ...ids,
      MessageAttributes: { city: text('Ulm') },
    });
    const native = session.client.queue<Uint8Array>(session.nameOf(queue));
    const [message] = await native.receive({ topics: session.nameOf(queue) });
    expect(message?.key).toBe('g');
    expect(message?.header('city')).toBe('Ulm');
    expect(message?.id).toBe(MessageId);
    expect(Buffer.from(message?.valueBytes ?? []).toString()).toBe('hallo');
  });
});

describe('waiting [Q-77]', () => {
  it('ends with the first message that can be given', async () => {
    const queue = await session.queue({ ReceiveMessageWaitTimeSeconds: '20' });
    const sent = session.receive(queue);
    await pause(20);
    await session.send(queue, 'a', { DelaySeconds: 3 });
    await session.send(queue, 'b');
    expect(bodies(await sent)).toEqual(['b']);
    const [delayed] = await session.receive(queue);
    expect(delayed?.Body).toBe('a');
    const back = session.receive(queue);
    await session.change(queue, delayed?.ReceiptHandle as string, 0);
    expect(bodies(await back)).toEqual(['a']);
  });

  it('ends with nothing at its time, and of the request goes before the queue’s', async () => {
    const queue = await session.queue({ ReceiveMessageWaitTimeSeconds: '20' });
    const from = performance.now();
    expect(await session.receive(queue, { WaitTimeSeconds: 1 })).toEqual([]);
    expect(performance.now() - from).toBeGreaterThan(900);
    expect(await session.receive(queue, { WaitTimeSeconds: 0 })).toEqual([]);
  });

  it('ends when the caller goes away, and what it was given is as if it had not been', async () => {
    const queue = await session.queue();
    const gone = new AbortController();
    const waiting = session.receive(queue, { WaitTimeSeconds: 20 }, { signal: gone.signal });
    const told = refusal(waiting);
    await pause(20);
    gone.abort();
    expect(await told).toContain('ABORTED');
    await session.send(queue, 'a');
    const late = session.receive(queue, {}, { signal: gone.signal });
    expect(await refusal(late)).toContain('ABORTED');
    const [message] = await session.receive(queue, ALL);
    expect(message?.Attributes?.['ApproximateReceiveCount']).toBe('1');
  });
});

it('a waiting receive is told at once that its queue was deleted, also where it is made anew [Q-86]', async () => {
  const QueueUrl = await session.queue();
  const waits = [20, 20].map((WaitTimeSeconds) =>
    refusal(session.receive(QueueUrl, { WaitTimeSeconds })),
  );
  await pause(300);
  await session.queues.DeleteQueue({ QueueUrl }, callOf());
  await session.queues.CreateQueue({ QueueName: session.nameOf(QueueUrl) }, callOf());
  const gone = 'QueueDoesNotExist: The specified queue does not exist.';
  expect(await Promise.all(waits)).toEqual([gone, gone]);
  await session.send(QueueUrl, 'new');
  expect((await session.receiveOne(QueueUrl)).Body).toBe('new');
});

it('at another gateway that shuts down, a waiting receive is answered with nothing [Q-77]', async () => {
  const queue = await session.queue();
  const other = await session.openServices();
  try {
    const handlers = createMessageHandlers(other.session, createQueueDirectory(other.session));
    const call = callOf({ signal: other.session.closing });
    const input = { QueueUrl: queue, WaitTimeSeconds: 20 };
    const waiting = handlers.ReceiveMessage(input, call);
    await pause(20);
    other.stopWaiting();
    expect(await waiting).toEqual({});
    await session.send(queue, 'a');
    expect(await handlers.ReceiveMessage({ ...input, WaitTimeSeconds: 0 }, call)).toEqual({});
    const count = { AttributeNames: ['ApproximateReceiveCount'] };
    const message = await session.receiveOne(queue, count);
    expect(message.Attributes).toEqual({ ApproximateReceiveCount: '1' });
  } finally {
    await other.close();
  }
});

it('in flight: more than the limit is refused on a standard queue, and withheld on a FIFO queue [Q-80]', async () => {
  const standard = await session.nativeQueue({ maxInFlight: 2 });
  const fifo = await session.nativeQueue({ isFifo: true, maxInFlight: 2 });
  for (let at = 0; at < 3; at += 1) {
    const ids = { MessageGroupId: `${at}`, MessageDeduplicationId: `${at}` };
    await session.send(standard, `${at}`);
    await session.send(fifo, `${at}`, ids);
  }
  for (const queue of [standard, fifo]) expect(await session.receive(queue)).toHaveLength(2);
  expect(await refusal(session.receive(standard))).toContain('OverLimit: ');
  expect(await session.receive(fifo)).toEqual([]);
});

it('quiet tenants are served before a noisy one, which loses nothing [Q-85]', async () => {
  const queue = await session.queue();
  const entries = (tenant: string, count: number) =>
    Array.from({ length: count }, (_, at) => ({
      Id: `${at}`,
      MessageBody: tenant,
      MessageGroupId: tenant,
    }));
  for (let batch = 0; batch < 10; batch += 1) {
    const input = { QueueUrl: queue, Entries: entries('noisy', 10) };
    await session.handlers.SendMessageBatch(input, callOf());
  }
  await session.handlers.SendMessageBatch(
    { QueueUrl: queue, Entries: entries('quiet', 5) },
    callOf(),
  );
  const tenants: (string | undefined)[] = [];
  for (;;) {
    const names = { MessageSystemAttributeNames: ['MessageGroupId'] };
    const received = await session.receive(queue, names);
    if (received.length === 0) break;
    tenants.push(...received.map(({ Attributes }) => Attributes?.['MessageGroupId']));
  }
  expect(tenants).toHaveLength(105);
  const lastQuiet = tenants.lastIndexOf('quiet');
  expect(tenants.filter((tenant) => tenant === 'quiet')).toHaveLength(5);
  expect(lastQuiet).toBeLessThan(50);
});
