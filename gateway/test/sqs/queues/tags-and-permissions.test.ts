// Tags, permissions, purges, lists and the directory, with two gateways at one broker.
import { describe, expect, it } from 'vitest';
import { arnOf, CALL, refusal, Setup, SOON } from './setup.ts';

const setup = new Setup();
const MISSING = 'QueueDoesNotExist: The specified queue does not exist.';

async function tagsOf(name: string) {
  return (await setup.handlers.ListQueueTags({ QueueUrl: name }, CALL)).Tags;
}

describe('tags', () => {
  it('are added, replaced and taken away one by one [Q-19]', async () => {
    const QueueUrl = await setup.queue();
    const { handlers } = setup;
    expect(await tagsOf(QueueUrl)).toBeUndefined();
    await handlers.TagQueue({ QueueUrl, Tags: { a: '1', b: '2', ['x'.repeat(128)]: '' } }, CALL);
    await handlers.TagQueue(
      { QueueUrl, Tags: { b: '3', ['語'.repeat(128)]: '字'.repeat(256) } },
      CALL,
    );
    expect(await tagsOf(QueueUrl)).toEqual({
      a: '1',
      b: '3',
      ['x'.repeat(128)]: '',
      ['語'.repeat(128)]: '字'.repeat(256),
    });
    const TagKeys = ['a', 'x'.repeat(128), 'not there', '語'.repeat(128)];
    await handlers.UntagQueue({ QueueUrl, TagKeys }, CALL);
    expect(await tagsOf(QueueUrl)).toEqual({ b: '3' });
  });

  it('of several gateways do not overwrite each other [Q-19]', async () => {
    const QueueUrl = await setup.queue();
    const keys = Array.from({ length: 50 }, (_, at) => `key-${at}`);
    await Promise.all(
      keys.map((key, at) =>
        (at % 2 === 0 ? setup.first : setup.second).handlers.TagQueue(
          { QueueUrl, Tags: { [key]: `${at}` } },
          CALL,
        ),
      ),
    );
    expect(Object.keys((await tagsOf(QueueUrl)) ?? {}).toSorted()).toEqual(keys.toSorted());
    const tag = (Tags: Record<string, string>) =>
      refusal(setup.handlers.TagQueue({ QueueUrl, Tags }, CALL));
    expect(await tag({ more: '' })).toBe(
      `InvalidParameterValue: Too many tags added for queue ${QueueUrl}.`,
    );
    await setup.handlers.TagQueue({ QueueUrl, Tags: { 'key-0': 'again' } }, CALL);
    await setup.set(QueueUrl, { Policy: JSON.stringify({ a: 'x'.repeat(8_000) }) });
  });

  it('are refused where they are none, too many, too long or no text [Q-19]', async () => {
    const QueueUrl = await setup.queue();
    const { handlers } = setup;
    const tag = (Tags: Record<string, string>) =>
      refusal(handlers.TagQueue({ QueueUrl, Tags }, CALL));
    const untag = (...TagKeys: string[]) =>
      refusal(handlers.UntagQueue({ QueueUrl, TagKeys }, CALL));
    const badKey =
      'InvalidParameterValue: Tag keys must be between 1 and 128 characters in length.';
    expect(await tag({})).toBe('MissingParameter: The request must contain the parameter Tags.');
    expect(await tag({ '': 'x' })).toBe(badKey);
    expect(await tag({ ['x'.repeat(129)]: 'x' })).toBe(badKey);
    expect(await tag({ '\ud800': 'x' })).toBe(badKey);
    expect(await tag({ x: 'x'.repeat(257) })).toBe(
      'InvalidParameterValue: Tag values must be between 0 and 256 characters in length.',
    );
    expect(await untag()).toBe(badKey);
    expect(await untag('')).toBe(badKey);
    expect(await tagsOf(QueueUrl)).toBeUndefined();
    const tags = Object.fromEntries(Array.from({ length: 51 }, (_, at) => [`${at}`, '']));
    const QueueName = setup.name();
    expect(await refusal(handlers.CreateQueue({ QueueName, tags }, CALL))).toMatch(/Too many tags/);
    expect(await refusal(handlers.ListQueueTags({ QueueUrl: QueueName }, CALL))).toBe(MISSING);
  });
});

describe('permissions', () => {
  it('stand in the policy, and are in force nowhere [Q-20]', async () => {
    const QueueUrl = await setup.queue();
    const { handlers } = setup;
    const add = (Label: string, AWSAccountIds: string[], Actions: string[]) =>
      handlers.AddPermission({ QueueUrl, Label, AWSAccountIds, Actions }, CALL);
    await add('one', ['123456789012'], ['SendMessage']);
    await add('two', ['123456789012', '210987654321'], ['*', 'ReceiveMessage']);
    const policy = async () => (await setup.shown(QueueUrl, 'Policy'))['Policy'];
    const Resource = arnOf(QueueUrl);
    const one = {
      Sid: 'one',
      Effect: 'Allow',
      Principal: { AWS: 'arn:aws:iam::123456789012:root' },
      Action: 'SQS:SendMessage',
      Resource,
    };
    const two = {
      Sid: 'two',
      Effect: 'Allow',
      Principal: { AWS: ['arn:aws:iam::123456789012:root', 'arn:aws:iam::210987654321:root'] },
      Action: ['SQS:*', 'SQS:ReceiveMessage'],
      Resource,
    };
    const head = { Version: '2008-10-17', Id: `${Resource}/SQSDefaultPolicy` };
    expect(await policy()).toBe(JSON.stringify({ ...head, Statement: [one, two] }));
    expect(await refusal(add('one', ['123456789012'], ['SendMessage']))).toBe(
      'InvalidParameterValue: Value one for parameter Label is invalid. Reason: Already exists.',
    );
    await handlers.RemovePermission({ QueueUrl, Label: 'one' }, CALL);
    expect(await policy()).toBe(JSON.stringify({ ...head, Statement: [two] }));
    expect(await refusal(handlers.RemovePermission({ QueueUrl, Label: 'one' }, CALL))).toBe(
      "InvalidParameterValue: Value one for parameter Label is invalid. Reason: can't find label.",
    );
    await handlers.RemovePermission({ QueueUrl, Label: 'two' }, CALL);
    expect(await policy()).toBeUndefined();
  });

  it('that are added at several gateways at once are all kept [Q-20]', async () => {
    const QueueUrl = await setup.queue();
    const labels = Array.from({ length: 12 }, (_, at) => `label-${at}`);
    await Promise.all(
      labels.map((Label, at) =>
        (at % 2 === 0 ? setup.first : setup.second).handlers.AddPermission(
          { QueueUrl, Label, AWSAccountIds: ['123456789012'], Actions: ['SendMessage'] },
          CALL,
        ),
      ),
    );
    const { Policy = '' } = await setup.shown(QueueUrl, 'Policy');
    const { Statement } = JSON.parse(Policy) as { Statement: { Sid: string }[] };
    expect(Statement.map(({ Sid }) => Sid).toSorted()).toEqual(labels.toSorted());
  });

  it('are refused with the texts of the service [Q-20]', async () => {
    const QueueUrl = await setup.queue();
    const add = (change: object) => {
      const input = { QueueUrl, Label: 'l', AWSAccountIds: ['123456789012'], Actions: ['*'] };
      return refusal(setup.handlers.AddPermission({ ...input, ...change }, CALL));
    };
    const ofAction = (action: string) =>
      `InvalidParameterValue: Value SQS:${action} for parameter ActionName is invalid. Reason: `;
    expect(await add({ QueueUrl: 'nothing', Actions: [] })).toBe(MISSING);
    expect(await add({ Actions: ['Fly'] })).toBe(
      `${ofAction('Fly')}Please refer to the appropriate WSDL for a list of valid actions. `,
    );
    expect(await add({ Actions: ['SendMessageBatch'] })).toMatch(/appropriate WSDL/);
    expect(await add({ Actions: ['DeleteQueue'] })).toBe(
      `${ofAction('DeleteQueue')}Only the queue owner is allowed to invoke this action.`,
    );
    expect(await add({ Actions: Array.from({ length: 8 }, () => 'SendMessage') })).toBe(
      'OverLimit: 8 Actions were found, maximum allowed is 7.',
    );
    expect(await add({ Actions: [] })).toMatch(/^MissingParameter: .* ActionName\.$/);
    expect(await add({ Label: '' })).toMatch(/^MissingParameter: .* Label\.$/);
    expect(await add({ Label: 'a b' })).toMatch(/^InvalidParameterValue: Value a b for parameter/);
    for (const AWSAccountIds of [[], ['12'], ['12345678901x']]) {
      expect(await add({ AWSAccountIds })).toMatch(/Reason: Unable to verify\.$/);
    }
    expect(await setup.shown(QueueUrl, 'Policy')).toEqual({});
  });
});

describe('PurgeQueue', () => {
  it('takes all messages, once in a minute, whichever gateway is asked [Q-17] [Q-18]', async () => {
    const name = await setup.queue();
    await setup.send(name, 'a', 'b', 'c');
    const leased = await setup.first.client.queue(name).receive({ topics: name });
    expect(leased.length).toBeGreaterThan(0);
    const purges = await Promise.all(
      [setup.first, setup.second, setup.first].map(({ handlers }) =>
        handlers.PurgeQueue({ QueueUrl: name }, CALL).catch((error: Error) => error.message),
      ),
    );
    const refused = `Only one PurgeQueue operation on ${name} is allowed every 60 seconds.`;
    expect(purges.filter((answer) => answer === refused)).toHaveLength(2);
    expect(purges.filter((answer) => answer !== refused)).toEqual([{}]);
    expect(await setup.shown(name, 'ApproximateNumberOfMessages')).toEqual({
      ApproximateNumberOfMessages: '0',
    });
    expect(await refusal(setup.second.handlers.PurgeQueue({ QueueUrl: name }, CALL))).toBe(
      `PurgeQueueInProgress: ${refused}`,
    );
    const lately = String(Date.now() - 30_000);
    await setup.admin.alterTopic({ name, mergeAnnotations: { 'sqs.purgedAt': lately } });
    expect(await refusal(setup.handlers.PurgeQueue({ QueueUrl: name }, CALL))).toBe(
      `PurgeQueueInProgress: ${refused}`,
    );
    const aMinuteAgo = String(Date.now() - 60_001);
    await setup.admin.alterTopic({ name, mergeAnnotations: { 'sqs.purgedAt': aMinuteAgo } });
    expect(await setup.second.handlers.PurgeQueue({ QueueUrl: name }, CALL)).toEqual({});
    expect(await refusal(setup.handlers.PurgeQueue({ QueueUrl: 'nothing' }, CALL))).toBe(MISSING);
  });

  it('forgets which duplicates there were [Q-17]', async () => {
    const name = await setup.queue({ FifoQueue: 'true' });
    const producer = setup.first.client.producer();
    const message = { topic: name, key: 'g', value: 'a', dedupId: 'once' };
    await producer.send(message);
    await setup.handlers.PurgeQueue({ QueueUrl: name }, CALL);
    expect(await producer.send(message)).toMatchObject({ duplicate: false });
    expect(await producer.send(message)).toMatchObject({ duplicate: true });
    expect(await setup.shown(name, 'ApproximateNumberOfMessages')).toEqual({
      ApproximateNumberOfMessages: '1',
    });
  });

  it('that the broker refuses can be asked for again at once [Q-18]', async () => {
    const name = await setup.queue();
    await setup.send(name, 'a');
    await setup.admin.purge({ group: name, undoMs: 3_600_000 });
    for (let tries = 0; tries < 2; tries += 1) {
      expect(await refusal(setup.handlers.PurgeQueue({ QueueUrl: name }, CALL))).toMatch(
        /^PURGE_PENDING/,
      );
    }
    expect((await setup.admin.describeTopic(name)).annotations).toEqual({});
  });
});

describe('ListQueues', () => {
  it('lists queues by prefix and in pages, whoever made them [Q-1] [Q-21]', async () => {
    const { admin, handlers } = setup;
    const prefix = setup.name('listed');
    const names = ['b', 'a', 'C', 'native.queue'].map((word) => `${prefix}-${word}`);
    for (const QueueName of names.slice(0, 3)) await handlers.CreateQueue({ QueueName }, CALL);
    await admin.createTopic({ name: `${prefix}-native.queue` });
    await admin.createTopic({ name: `${prefix}-no-queue` });
    await admin.createShareGroup({
      group: `${prefix}-native.queue`,
      topics: [`${prefix}-native.queue`],
      config: { onExhausted: 'drop' },
    });
    const list = async (input: object) => {
      const { QueueUrls, NextToken } = await handlers.ListQueues(input, CALL);
      return { names: QueueUrls?.map((url) => url.slice(url.lastIndexOf('/') + 1)), NextToken };
    };
    const all = names.toSorted();
    expect(await list({ QueueNamePrefix: prefix })).toEqual({ names: all });
    expect(await list({ QueueNamePrefix: prefix, MaxResults: 4 })).toEqual({ names: all });
    const first = await list({ QueueNamePrefix: prefix, MaxResults: 3 });
    expect(first).toEqual({ names: all.slice(0, 3), NextToken: expect.any(String) });
    await handlers.DeleteQueue({ QueueUrl: all[2] ?? '' }, CALL);
    const { NextToken } = first;
    expect(await list({ QueueNamePrefix: prefix, MaxResults: 3, NextToken })).toEqual({
      names: all.slice(3),
    });
    expect(await list({ QueueNamePrefix: `${prefix}-c` })).toEqual({});
  });
});

describe('the directory', () => {
  it('knows a queue as the actions on messages need it [Q-27]', async () => {
    const name = await setup.queue({
      FifoQueue: 'true',
      VisibilityTimeout: '12',
      DelaySeconds: '3',
      MaximumMessageSize: '1024',
      ReceiveMessageWaitTimeSeconds: '4',
      ContentBasedDeduplication: 'true',
      DeduplicationScope: 'messageGroup',
    });
    const { topicId } = await setup.admin.describeTopic(name);
    for (const url of [name, `/${CALL.account}/${name}`, `https://any.host/queue/eu/1/${name}`]) {
      expect(await setup.second.directory.find(url)).toEqual({
        name,
        topicId,
        partitions: 1,
        isFifo: true,
        visibilityTimeoutMs: 12_000,
        delayMs: 3_000,
        messageBytesMax: 1_024,
        waitMs: 4_000,
        contentBasedDeduplication: true,
        dedupScope: 'messageGroup',
      });
    }
  });

  it('sees at once what its own gateway changes, and soon what others do [Q-27]', async () => {
    const name = await setup.queue();
    const { first, second } = setup;
    for (const { directory } of [first, second]) {
      expect((await directory.find(name)).delayMs).toBe(0);
    }
    await setup.set(name, { DelaySeconds: '1' });
    expect((await first.directory.find(name)).delayMs).toBe(1_000);
    await expect.poll(async () => (await second.directory.find(name)).delayMs, SOON).toBe(1_000);
    await setup.handlers.DeleteQueue({ QueueUrl: name }, CALL);
    expect(await refusal(first.directory.find(name))).toBe(MISSING);
    await expect.poll(() => second.directory.find(name).catch(() => 'gone'), SOON).toBe('gone');
    await setup.handlers.CreateQueue({ QueueName: name }, CALL);
    expect((await second.directory.find(name)).delayMs).toBe(0);
  });
});
