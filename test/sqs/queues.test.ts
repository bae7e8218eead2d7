// Queues through the SDK: made, found, listed, deleted; their attributes to the letter; tags; permissions.

import { describe, expect, test, vi } from 'vitest';
import {
  dial,
  freshName,
  REGION,
  refusalOf,
  sorted,
  TestQueue,
  withDeadLetters,
} from './support/queues.ts';
import { sharedServer } from './support/server.ts';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000, maxConcurrency: 20 });

const { endpoint } = sharedServer();
const sqs = dial(endpoint);

const STANDARD_ATTRIBUTES = {
  ApproximateNumberOfMessages: '0',
  ApproximateNumberOfMessagesDelayed: '0',
  ApproximateNumberOfMessagesNotVisible: '0',
  CreatedTimestamp: expect.stringMatching(/^\d{10}$/),
  DelaySeconds: '0',
  LastModifiedTimestamp: expect.stringMatching(/^\d{10}$/),
  MaximumMessageSize: '1048576',
  MessageRetentionPeriod: '345600',
  ReceiveMessageWaitTimeSeconds: '0',
  SqsManagedSseEnabled: 'true',
  VisibilityTimeout: '30',
};

describe.concurrent('made and found', () => {
  test('its address is the host asked, the account and the name [Q-2]', async () => {
    const queue = await TestQueue.standard(sqs);
    expect(queue.url).toMatch(
      new RegExp(`^${endpoint.replaceAll('.', '\\.')}/\\d{12}/${queue.name}$`),
    );
    expect((await sqs.getQueueUrl({ QueueName: queue.name })).QueueUrl).toBe(queue.url);
  });

  test('its ARN has the region of the signature [Q-2]', async () => {
    const queue = await TestQueue.standard(sqs);
    const account = queue.url.split('/').at(-2);
    expect(await queue.arn()).toBe(`arn:aws:sqs:${REGION}:${account}:${queue.name}`);
  });

  test('made again: with the same attributes, with some of them, with none [Q-4]', async () => {
    const queue = await TestQueue.standard(sqs, { DelaySeconds: '1', VisibilityTimeout: '9' });
    const again = (Attributes?: Record<string, string>) =>
      sqs.createQueue({ QueueName: queue.name, ...(Attributes && { Attributes }) });
    const urls = await Promise.all([
      again({ DelaySeconds: '1', VisibilityTimeout: '9' }),
      again({ VisibilityTimeout: '9' }),
      again(),
    ]);
    expect(urls.map(({ QueueUrl }) => QueueUrl)).toEqual([queue.url, queue.url, queue.url]);
  });

  test('made again with another value: the attribute is named [Q-4]', async () => {
    const queue = await TestQueue.standard(sqs, { DelaySeconds: '1' });
    const call = sqs.createQueue({ QueueName: queue.name, Attributes: { DelaySeconds: '2' } });
    expect(await refusalOf(call)).toMatchObject({
      status: 400,
      message:
        'A queue already exists with the same name and a different value for attribute DelaySeconds',
    });
  });

  test('tags are not compared when it is made again [Q-4]', async () => {
    const QueueName = freshName();
    const first = await sqs.createQueue({ QueueName, tags: { a: 'b' } });
    const second = await sqs.createQueue({ QueueName, tags: { a: 'c' } });
    expect(second.QueueUrl).toBe(first.QueueUrl);
  });

  test('many callers make one at a time: all get it [Q-5]', async () => {
    const QueueName = freshName();
    const made = await Promise.all(
      Array.from({ length: 10 }, () => sqs.createQueue({ QueueName })),
    );
    expect(new Set(made.map(({ QueueUrl }) => QueueUrl)).size).toBe(1);
  });

  test('any host, trailing parts, and a bare name address it [Q-2]', async () => {
    const queue = await TestQueue.standard(sqs);
    const account = queue.url.split('/').at(-2);
    for (const QueueUrl of [
      `http://sqs.eu-west-1.amazonaws.com/${account}/${queue.name}`,
      `https://queue.example:9/${account}/${queue.name}`,
      `http://localhost/queue/eu-west-1/${account}/${queue.name}`,
      `/${account}/${queue.name}`,
      queue.name,
    ]) {
      const { Attributes } = await sqs.getQueueAttributes({
        QueueUrl,
        AttributeNames: ['QueueArn'],
      });
      expect(Attributes?.['QueueArn']).toBe(await queue.arn());
    }
  });

  test('deleted: gone at once, its messages with it, and the name is free [Q-8]', async () => {
    const queue = await TestQueue.standard(sqs);
    await queue.send('lost');
    await sqs.deleteQueue({ QueueUrl: queue.url });
    expect(await refusalOf(queue.send('late'))).toMatchObject({ name: 'QueueDoesNotExist' });
    expect(await refusalOf(sqs.getQueueUrl({ QueueName: queue.name }))).toMatchObject({
      name: 'QueueDoesNotExist',
    });
    const again = await TestQueue.named(sqs, queue.name, { VisibilityTimeout: '7' });
    expect(await again.receive()).toEqual([]);
    expect(await again.attributes('VisibilityTimeout')).toEqual({ VisibilityTimeout: '7' });
  });

  test('a name of 80 characters [Q-6]', async () => {
    const name = freshName().padEnd(80, 'x');
    expect((await TestQueue.named(sqs, name, {})).url.endsWith(`/${name}`)).toBe(true);
    const fifo = freshName().padEnd(75, 'x').concat('.fifo');
    await TestQueue.named(sqs, fifo, { FifoQueue: 'true' });
  });
});

describe.concurrent('listed', () => {
  test('by prefix, in pages, each once [Q-21]', async () => {
    const prefix = freshName('-list');
    const names = Array.from({ length: 7 }, (_, at) => `${prefix}-${at}`);
    for (const name of names) await TestQueue.named(sqs, name, {});
    const found: string[] = [];
    let token: string | undefined;
    let pages = 0;
    do {
      const page = await sqs.listQueues({
        QueueNamePrefix: prefix,
        MaxResults: 3,
        ...(token && { NextToken: token }),
      });
      found.push(...(page.QueueUrls ?? []));
      token = page.NextToken;
      pages += 1;
    } while (token !== undefined);
    expect(pages).toBe(3);
    expect(sorted(found.map((url) => url.split('/').at(-1)))).toEqual(names);
  });

  test('without MaxResults there is no token [Q-21]', async () => {
    const prefix = freshName('-all');
    for (const at of [1, 2]) await TestQueue.named(sqs, `${prefix}-${at}`, {});
    const page = await sqs.listQueues({ QueueNamePrefix: prefix });
    expect(page.QueueUrls?.length).toBe(2);
    expect(page.NextToken).toBeUndefined();
  });

  test('the prefix minds the case; nothing found is nothing said', async () => {
    const prefix = freshName('-Case');
    await TestQueue.named(sqs, prefix, {});
    const found = await sqs.listQueues({ QueueNamePrefix: prefix.toLowerCase() });
    expect('QueueUrls' in found && found.QueueUrls !== undefined).toBe(false);
  });
});

describe.concurrent('attributes', () => {
  test('All of a fresh standard queue is exactly this [Q-11]', async () => {
    const queue = await TestQueue.standard(sqs);
    const QueueArn = await queue.arn();
    expect(await queue.attributes('All')).toEqual({ ...STANDARD_ATTRIBUTES, QueueArn });
  });

  test('All of a fresh FIFO queue has four more [Q-11]', async () => {
    const queue = await TestQueue.fifo(sqs);
    const QueueArn = await queue.arn();
    expect(await queue.attributes('All')).toEqual({
      ...STANDARD_ATTRIBUTES,
      QueueArn,
      FifoQueue: 'true',
      ContentBasedDeduplication: 'false',
      DeduplicationScope: 'queue',
      FifoThroughputLimit: 'perQueue',
    });
  });

  test('what was set comes back, and LastModifiedTimestamp does not go back [Q-10]', async () => {
    const queue = await TestQueue.standard(sqs);
    const before = await queue.attributes('LastModifiedTimestamp');
    const values = {
      VisibilityTimeout: '0',
      DelaySeconds: '900',
      MaximumMessageSize: '1024',
      MessageRetentionPeriod: '60',
      ReceiveMessageWaitTimeSeconds: '20',
      Policy: '{"Version":"2012-10-17","Statement":[]}',
      RedriveAllowPolicy: '{"redrivePermission":"denyAll"}',
      SqsManagedSseEnabled: 'false',
    } as const;
    await queue.set(values);
    const found = await queue.attributes('All');
    expect(found).toMatchObject(values);
    expect(Number(found['LastModifiedTimestamp'])).toBeGreaterThanOrEqual(
      Number(before['LastModifiedTimestamp']),
    );
  });

  test('an empty text removes a policy [Q-7]', async () => {
    const queue = await TestQueue.standard(sqs);
    const policies = {
      Policy: '{"Statement":[]}',
      RedriveAllowPolicy: '{"redrivePermission":"allowAll"}',
    };
    await queue.set(policies);
    await queue.set({ Policy: '', RedriveAllowPolicy: '' });
    expect(Object.keys(await queue.attributes('All'))).not.toContain('Policy');
    expect(Object.keys(await queue.attributes('All'))).not.toContain('RedriveAllowPolicy');
  });

  test('names with a blank behind them are understood [Q-7]', async () => {
    const queue = await TestQueue.standard(sqs);
    const name = 'VisibilityTimeout ' as 'VisibilityTimeout';
    await queue.set({ [name]: '11' });
    expect(await queue.attributes('VisibilityTimeout')).toEqual({ VisibilityTimeout: '11' });
  });

  test('booleans in any case come back small [Q-7]', async () => {
    const queue = await TestQueue.fifo(sqs, { ContentBasedDeduplication: 'True' });
    expect(await queue.attributes('ContentBasedDeduplication')).toEqual({
      ContentBasedDeduplication: 'true',
    });
  });

  test('none asked for, none given; none set, none given [Q-11]', async () => {
    const queue = await TestQueue.standard(sqs);
    const none = await sqs.getQueueAttributes({ QueueUrl: queue.url });
    expect(none.Attributes).toBeUndefined();
    const unset = await sqs.getQueueAttributes({ QueueUrl: queue.url, AttributeNames: ['Policy'] });
    expect(unset.Attributes).toBeUndefined();
  });

  test('a key of encryption puts the other kind off; 300 s of reuse is as if absent [Q-28]', async () => {
    const queue = await TestQueue.standard(sqs, { KmsMasterKeyId: 'alias/k' });
    expect(await queue.attributes('All')).toMatchObject({
      KmsMasterKeyId: 'alias/k',
      SqsManagedSseEnabled: 'false',
    });
    await queue.set({ KmsDataKeyReusePeriodSeconds: '300' });
    expect(await queue.attributes('KmsDataKeyReusePeriodSeconds')).toEqual({});
    await queue.set({ KmsDataKeyReusePeriodSeconds: '60' });
    expect(await queue.attributes('KmsDataKeyReusePeriodSeconds')).toEqual({
      KmsDataKeyReusePeriodSeconds: '60',
    });
  });

  test('a redrive policy comes back as it was given, a count given as text as a number [Q-15]', async () => {
    const { source, dead } = await withDeadLetters(sqs, 3);
    const arn = await dead.arn();
    const given = `{ "maxReceiveCount" : 4, "deadLetterTargetArn": "${arn}" }`;
    await source.set({ RedrivePolicy: given });
    expect(await source.attributes('RedrivePolicy')).toEqual({ RedrivePolicy: given });
    await source.set({ RedrivePolicy: given.replace('4', '"5"') });
    const { RedrivePolicy = '' } = await source.attributes('RedrivePolicy');
    expect(JSON.parse(RedrivePolicy)).toEqual({ maxReceiveCount: 5, deadLetterTargetArn: arn });
    await source.set({ RedrivePolicy: '' });
    expect(await source.attributes('RedrivePolicy')).toEqual({});
  });

  test('FIFO attributes can be changed, and saying FifoQueue again does no harm [Q-14]', async () => {
    const queue = await TestQueue.fifo(sqs);
    await queue.set({
      FifoQueue: 'true',
      ContentBasedDeduplication: 'true',
      DeduplicationScope: 'messageGroup',
      FifoThroughputLimit: 'perMessageGroupId',
    });
    expect(await queue.attributes('All')).toMatchObject({
      FifoQueue: 'true',
      ContentBasedDeduplication: 'true',
      DeduplicationScope: 'messageGroup',
      FifoThroughputLimit: 'perMessageGroupId',
    });
  });
});
