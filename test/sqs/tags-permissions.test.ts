// Tags, permissions and the queues that give up to a dead-letter queue, through the SDK.

import { describe, expect, test, vi } from 'vitest';
import { dial, freshName, refusalOf, sorted, TestQueue } from './support/queues.ts';
import { sharedServer } from './support/server.ts';
import { askJson } from './support/wire.ts';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000, maxConcurrency: 20 });

const { endpoint } = sharedServer();
const sqs = dial(endpoint);

const tagsOf = async ({ url }: TestQueue) => (await sqs.listQueueTags({ QueueUrl: url })).Tags;

describe.concurrent('tags', () => {
  test('none: the answer has no Tags', async () => {
    expect(await tagsOf(await TestQueue.standard(sqs))).toBeUndefined();
  });

  test('given when it is made, added, changed, removed; an unknown key is ignored [Q-19]', async () => {
    const QueueName = freshName();
    const { QueueUrl = '' } = await sqs.createQueue({ QueueName, tags: { team: 'a', env: 'x' } });
    await sqs.tagQueue({ QueueUrl, Tags: { env: 'y', empty: '', 'with blank/:=+-@': 'ü' } });
    await sqs.untagQueue({ QueueUrl, TagKeys: ['team', 'nobody'] });
    const { Tags } = await sqs.listQueueTags({ QueueUrl });
    expect(Tags).toEqual({ env: 'y', empty: '', 'with blank/:=+-@': 'ü' });
  });

  test('50 at most, counting those that are there [Q-19]', async () => {
    const queue = await TestQueue.standard(sqs);
    const some = (from: number, count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, at) => [`k${from + at}`, 'v']));
    const QueueUrl = queue.url;
    await sqs.tagQueue({ QueueUrl, Tags: some(0, 49) });
    await sqs.tagQueue({ QueueUrl, Tags: some(49, 1) });
    expect(await refusalOf(sqs.tagQueue({ QueueUrl, Tags: some(50, 1) }))).toMatchObject({
      message: `Too many tags added for queue ${queue.name}.`,
    });
    await sqs.tagQueue({ QueueUrl, Tags: { k0: 'changed' } });
    expect(Object.keys((await tagsOf(queue)) ?? {}).length).toBe(50);
  });

  test('keys of 128 and values of 256 characters [Q-19]', async () => {
    const queue = await TestQueue.standard(sqs);
    const Tags = { ['k'.repeat(128)]: 'v'.repeat(256) };
    await sqs.tagQueue({ QueueUrl: queue.url, Tags });
    expect(await tagsOf(queue)).toEqual(Tags);
  });

  test('keys that mean something to JavaScript [Q-19]', async () => {
    const queue = await TestQueue.standard(sqs);
    const tags = '{"__proto__":"a","constructor":"b","toString":"c"}';
    const input = `{"QueueUrl":"${queue.url}","Tags":${tags}}`;
    expect((await askJson(endpoint, 'TagQueue', input)).status).toBe(200);
    const { text } = await askJson(endpoint, 'ListQueueTags', { QueueUrl: queue.url });
    const { Tags } = JSON.parse(text) as { Tags: object };
    expect(sorted(Object.entries(Tags))).toEqual(sorted(Object.entries(JSON.parse(tags))));
  });
});

describe.concurrent('permissions', () => {
  const policyOf = async (queue: TestQueue) => {
    const { Policy } = await queue.attributes('Policy');
    return Policy === undefined ? undefined : JSON.parse(Policy);
  };

  test('the policy grows by a statement each, and vanishes with the last [Q-20]', async () => {
    const queue = await TestQueue.standard(sqs);
    const QueueUrl = queue.url;
    const arn = await queue.arn();
    await sqs.addPermission({
      QueueUrl,
      Label: 'one',
      AWSAccountIds: ['123456789012'],
      Actions: ['SendMessage'],
    });
    const one = {
      Sid: 'one',
      Effect: 'Allow',
      Principal: { AWS: 'arn:aws:iam::123456789012:root' },
      Action: 'SQS:SendMessage',
      Resource: arn,
    };
    const frame = { Version: '2008-10-17', Id: `${arn}/SQSDefaultPolicy` };
    expect(await policyOf(queue)).toEqual({ ...frame, Statement: [one] });

    await sqs.addPermission({
      QueueUrl,
      Label: 'two',
      AWSAccountIds: ['123456789012', '210987654321'],
      Actions: ['ReceiveMessage', '*'],
    });
    const two = {
      Sid: 'two',
      Effect: 'Allow',
      Principal: { AWS: ['arn:aws:iam::123456789012:root', 'arn:aws:iam::210987654321:root'] },
      Action: ['SQS:ReceiveMessage', 'SQS:*'],
      Resource: arn,
    };
    expect(await policyOf(queue)).toEqual({ ...frame, Statement: [one, two] });

    await sqs.removePermission({ QueueUrl, Label: 'one' });
    expect(await policyOf(queue)).toEqual({ ...frame, Statement: [two] });
    await sqs.removePermission({ QueueUrl, Label: 'two' });
    expect(await policyOf(queue)).toBeUndefined();
  });

  test('a label that is taken [Q-20]', async () => {
    const queue = await TestQueue.standard(sqs);
    const add = () =>
      sqs.addPermission({
        QueueUrl: queue.url,
        Label: 'twice',
        AWSAccountIds: ['123456789012'],
        Actions: ['SendMessage'],
      });
    await add();
    expect(await refusalOf(add())).toMatchObject({
      message: 'Value twice for parameter Label is invalid. Reason: Already exists.',
    });
  });
});

describe.concurrent('sources of a dead-letter queue', () => {
  test('none: an empty list', async () => {
    const queue = await TestQueue.standard(sqs);
    const found = await sqs.listDeadLetterSourceQueues({ QueueUrl: queue.url });
    expect(found.queueUrls).toEqual([]);
  });

  test('in pages, each once [Q-22]', async () => {
    const dead = await TestQueue.standard(sqs);
    const deadLetterTargetArn = await dead.arn();
    const sources: string[] = [];
    for (let at = 0; at < 5; at += 1) {
      const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 2 });
      sources.push((await TestQueue.standard(sqs, { RedrivePolicy })).url);
    }
    const found: string[] = [];
    let token: string | undefined;
    do {
      const page = await sqs.listDeadLetterSourceQueues({
        QueueUrl: dead.url,
        MaxResults: 2,
        ...(token && { NextToken: token }),
      });
      expect(page.queueUrls?.length).toBeLessThanOrEqual(2);
      found.push(...(page.queueUrls ?? []));
      token = page.NextToken;
    } while (token !== undefined);
    expect(found.toSorted()).toEqual(sources.toSorted());
  });

  test('who may name a dead-letter queue: its allow policy says [Q-16]', async () => {
    const dead = await TestQueue.standard(sqs);
    const deadLetterTargetArn = await dead.arn();
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 2 });
    const [chosen, other] = [await TestQueue.standard(sqs), await TestQueue.standard(sqs)];
    await dead.set({ RedriveAllowPolicy: '{"redrivePermission":"denyAll"}' });
    expect(await refusalOf(chosen.set({ RedrivePolicy }))).toMatchObject({ status: 400 });
    const sourceQueueArns = [await chosen.arn()];
    const allow = { redrivePermission: 'byQueue', sourceQueueArns };
    await dead.set({ RedriveAllowPolicy: JSON.stringify(allow) });
    await chosen.set({ RedrivePolicy });
    expect(await refusalOf(other.set({ RedrivePolicy }))).toMatchObject({ status: 400 });
    await dead.set({ RedriveAllowPolicy: '{"redrivePermission":"allowAll"}' });
    await other.set({ RedrivePolicy });
  });
});
