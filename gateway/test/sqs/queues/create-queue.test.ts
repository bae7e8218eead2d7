// CreateQueue and DeleteQueue against a real broker: what they make, what they find there, and what is left of them.
import { MillraceError } from '@millrace/protocol';
import { describe, expect, it } from 'vitest';
import { createQueueHandlers } from '../../../src/sqs/queues/queue-handlers.ts';
import { ACCOUNT, arnOf, BASE_URL, CALL, redriveTo, refusal, Setup } from './setup.ts';

const setup = new Setup();

describe('a new queue', () => {
  it('is a topic of one partition with a share group of its name [Q-1] [Q-3]', async () => {
    const name = setup.name();
    const { handlers, admin } = setup;
    const made = await handlers.CreateQueue({ QueueName: name }, CALL);
    expect(made).toEqual({ QueueUrl: `${BASE_URL}/${ACCOUNT}/${name}` });
    const topic = await admin.describeTopic(name);
    expect(topic.partitions).toHaveLength(1);
    expect(topic.config).toMatchObject({
      dedup: 'none',
      retentionAcked: true,
      retentionMs: 345_600_000,
      messageTtlMs: 345_600_000,
    });
    expect(topic.annotations).toEqual({});
    expect(await admin.describeShareGroup(name)).toMatchObject({
      config: {
        visibilityTimeoutMs: 30_000,
        maxDeliveries: 0,
        onExhausted: 'drop',
        onExpired: 'drop',
        exhaustedAt: 'receive',
        fence: false,
        backoff: 'none',
        ordering: 'none',
        fairness: 'tenant',
        maxInFlight: 120_000,
      },
      topics: [{ topic: name, deadLetterTopic: null }],
    });
  });

  it('is ordered where it is a FIFO queue, and finds duplicates for five minutes [Q-13]', async () => {
    const name = await setup.queue({
      FifoQueue: 'TRUE',
      ContentBasedDeduplication: 'True',
      DeduplicationScope: 'messageGroup',
      MessageRetentionPeriod: '60',
    });
    expect((await setup.admin.describeTopic(name)).config).toMatchObject({
      dedup: 'content',
      dedupScope: 'key',
      dedupWindowMs: 300_000,
      messageTtlMs: 60_000,
    });
    const { config } = await setup.admin.describeShareGroup(name);
    expect(config.ordering).toBe('fifo');
    expect(config).toMatchObject({ fairness: 'none', lateReceipts: 'refuse' });
    expect(await setup.shown(name, 'MessageRetentionPeriod', 'FifoQueue')).toEqual({
      MessageRetentionPeriod: '60',
      FifoQueue: 'true',
    });
  });

  it('has what it was made with [Q-3]', async () => {
    const given = {
      DelaySeconds: '5',
      'VisibilityTimeout ': '7',
      MaximumMessageSize: '2048',
      MessageRetentionPeriod: '3600',
      ReceiveMessageWaitTimeSeconds: '20',
      Policy: '{"Version":"2012-10-17"}',
    };
    const name = setup.name();
    const tags = { team: 'a', ключ: '' };
    const { handlers } = setup;
    await handlers.CreateQueue({ QueueName: name, Attributes: given, tags }, CALL);
    const { 'VisibilityTimeout ': timeout, ...rest } = given;
    expect(await setup.shown(name)).toMatchObject({ ...rest, VisibilityTimeout: timeout });
    expect(await handlers.ListQueueTags({ QueueUrl: name }, CALL)).toEqual({ Tags: tags });
  });
});

describe('a queue that is there already', () => {
  it('is answered where all that was asked for is so [Q-4]', async () => {
    const dead = await setup.queue();
    const attributes = {
      VisibilityTimeout: '40',
      RedrivePolicy: redriveTo(dead),
      Policy: '{"a":1,"b":2}',
    };
    const name = await setup.queue(attributes);
    const again = (given: Record<string, string>, tags?: Record<string, string>) =>
      setup.second.handlers.CreateQueue({ QueueName: name, Attributes: given, tags }, CALL);
    const url = { QueueUrl: `${BASE_URL}/${ACCOUNT}/${name}` };
    expect(await again({})).toEqual(url);
    expect(await again({ VisibilityTimeout: '040' }, { other: 'tag' })).toEqual(url);
    expect(await again({ ...attributes, Policy: '{"b":2,"a":1}', DelaySeconds: '0' })).toEqual(url);
    expect(await again({ KmsDataKeyReusePeriodSeconds: '300', RedriveAllowPolicy: '' })).toEqual(
      url,
    );
  });

  it('is refused where one attribute differs [Q-4]', async () => {
    const dead = await setup.queue();
    const name = await setup.queue({ RedrivePolicy: redriveTo(dead), DelaySeconds: '3' });
    const differing = [
      { VisibilityTimeout: '31' },
      { RedrivePolicy: redriveTo(dead, 4) },
      { RedrivePolicy: '' },
      { Policy: '{}' },
      { DelaySeconds: '4' },
      { KmsMasterKeyId: 'alias/x' },
    ];
    for (const given of differing) {
      const attribute = Object.keys(given)[0] ?? '';
      const input = { QueueName: name, Attributes: { DelaySeconds: '3', ...given } };
      expect(await refusal(setup.handlers.CreateQueue(input, CALL))).toBe(
        `QueueNameExists: A queue already exists with the same name and a different value for attribute ${attribute}`,
      );
    }
  });

  it('is the same when several gateways make it at once [Q-5]', async () => {
    const name = setup.name();
    const Attributes = { VisibilityTimeout: '11', DelaySeconds: '2' };
    const gateways = [setup.first, setup.second, setup.first, setup.second];
    const made = await Promise.all(
      gateways.map(({ handlers }) => handlers.CreateQueue({ QueueName: name, Attributes }, CALL)),
    );
    expect(new Set(made.map(({ QueueUrl }) => QueueUrl)).size).toBe(1);
    expect(await setup.shown(name)).toMatchObject(Attributes);
  });
});

describe('a half of a queue', () => {
  it('is no queue, and becomes one [Q-1] [Q-5]', async () => {
    const name = setup.name();
    const { admin, handlers } = setup;
    await admin.createTopic({ name, partitions: 3, annotations: { mine: 'x' } });
    await setup.send(name, 'older');
    expect(await refusal(handlers.GetQueueUrl({ QueueName: name }, CALL))).toBe(
      'QueueDoesNotExist: The specified queue does not exist.',
    );
    await handlers.CreateQueue({ QueueName: name, Attributes: { DelaySeconds: '9' } }, CALL);
    expect(await setup.shown(name, 'DelaySeconds', 'ApproximateNumberOfMessages')).toEqual({
      DelaySeconds: '9',
      ApproximateNumberOfMessages: '1',
    });
    const topic = await admin.describeTopic(name);
    expect(topic.partitions).toHaveLength(3);
    expect(topic.annotations).toEqual({ mine: 'x', 'sqs.DelaySeconds': '9' });
  });

  it('that a deletion left behind is made anew [Q-5] [Q-9]', async () => {
    const name = await setup.queue({ VisibilityTimeout: '99' });
    await setup.admin.deleteTopic(name);
    await setup.handlers.CreateQueue({ QueueName: name }, CALL);
    expect(await setup.shown(name, 'VisibilityTimeout')).toEqual({ VisibilityTimeout: '30' });
  });

  it('goes again where the group is refused for good [Q-5]', async () => {
    const name = setup.name();
    const { client, directory } = setup.first;
    const full = new MillraceError('LIMIT_EXCEEDED', 'no room for groups');
    const admin = Object.assign(Object.create(client.admin) as typeof client.admin, {
      createShareGroup: () => Promise.reject(full),
    });
    const { CreateQueue } = createQueueHandlers({ client: { admin } }, directory);
    expect(await refusal(CreateQueue({ QueueName: name }, CALL))).toMatch(/^LIMIT_EXCEEDED/);
    await expect(admin.describeTopic(name)).rejects.toMatchObject({ code: 'UNKNOWN_TOPIC' });
    const topic = setup.name('topic');
    await admin.createTopic({ name: topic });
    expect(await refusal(CreateQueue({ QueueName: topic }, CALL))).toMatch(/^LIMIT_EXCEEDED/);
    expect((await admin.describeTopic(topic)).name).toBe(topic);
  });

  it('whose name a group of other messages has is refused, and nothing is made [Q-5]', async () => {
    const { admin, handlers } = setup;
    const [taken, other, consumed] = [setup.name(), await setup.queue(), setup.name()];
    await admin.createShareGroup({
      group: taken,
      topics: [other],
      config: { onExhausted: 'drop' },
    });
    expect(await refusal(handlers.CreateQueue({ QueueName: taken }, CALL))).toMatch(
      /^QueueNameExists: .* a group of that name reads other messages/,
    );
    await expect(admin.describeTopic(taken)).rejects.toMatchObject({ code: 'UNKNOWN_TOPIC' });
    await admin.commitGroupOffsets(consumed, [{ topic: other, partition: 0, offset: 0 }]);
    expect(await refusal(handlers.CreateQueue({ QueueName: consumed }, CALL))).toMatch(
      /^QueueNameExists/,
    );
  });
});

describe('DeleteQueue', () => {
  it('takes the topic, the group and all messages; the name is free at once [Q-8]', async () => {
    const name = await setup.queue({ DelaySeconds: '0', Policy: '{}' });
    const { handlers, admin } = setup;
    await setup.send(name, 'a', 'b');
    expect(await handlers.DeleteQueue({ QueueUrl: `/${ACCOUNT}/${name}` }, CALL)).toEqual({});
    await expect(admin.describeTopic(name)).rejects.toMatchObject({ code: 'UNKNOWN_TOPIC' });
    await expect(admin.describeShareGroup(name)).rejects.toMatchObject({ code: 'UNKNOWN_GROUP' });
    expect(await refusal(handlers.DeleteQueue({ QueueUrl: name }, CALL))).toBe(
      'QueueDoesNotExist: The specified queue does not exist.',
    );
    await handlers.CreateQueue({ QueueName: name }, CALL);
    const shown = await setup.shown(name, 'ApproximateNumberOfMessages', 'Policy');
    expect(shown).toEqual({ ApproximateNumberOfMessages: '0' });
  });

  it('lets queues that sent it their dead messages stop doing so [Q-8]', async () => {
    const dead = await setup.queue();
    const source = await setup.queue({ RedrivePolicy: redriveTo(dead) });
    await setup.handlers.DeleteQueue({ QueueUrl: dead }, CALL);
    expect(await setup.shown(source, 'RedrivePolicy')).toEqual({});
    const group = await setup.admin.describeShareGroup(source);
    expect(group.config).toMatchObject({ maxDeliveries: 0, onExhausted: 'drop' });
    expect(group.topics[0]?.deadLetterTopic).toBeNull();
  });

  it('does nothing where another group needs it for its dead messages [Q-8]', async () => {
    const { admin, handlers } = setup;
    const [dead, topic, group] = [await setup.queue(), setup.name(), setup.name('group')];
    const source = await setup.queue({ RedrivePolicy: redriveTo(dead) });
    await admin.createTopic({ name: topic });
    await admin.createShareGroup({ group, topics: [topic], deadLetterTopic: dead });
    expect(await refusal(handlers.DeleteQueue({ QueueUrl: dead }, CALL))).toMatch(/^TOPIC_IN_USE/);
    expect(await setup.shown(source, 'RedrivePolicy')).toEqual({ RedrivePolicy: redriveTo(dead) });
  });

  it('changes no group that reads other messages as well [Q-8]', async () => {
    const { admin, handlers } = setup;
    const [dead, other] = [await setup.queue(), await setup.queue()];
    const source = await setup.queue({ RedrivePolicy: redriveTo(dead) });
    await admin.alterShareGroup({ group: source, addTopics: [other] });
    expect(await refusal(handlers.DeleteQueue({ QueueUrl: dead }, CALL))).toMatch(/^TOPIC_IN_USE/);
    expect(await setup.shown(source, 'RedrivePolicy')).toEqual({ RedrivePolicy: redriveTo(dead) });
  });

  it('takes a queue that is its own dead-letter queue [Q-8]', async () => {
    const name = await setup.queue();
    await setup.set(name, { RedrivePolicy: redriveTo(name) });
    expect(await setup.shown(name, 'RedrivePolicy')).toEqual({ RedrivePolicy: redriveTo(name) });
    await setup.handlers.DeleteQueue({ QueueUrl: arnOf(name).replaceAll(':', '/') }, CALL);
    expect(await refusal(setup.handlers.GetQueueUrl({ QueueName: name }, CALL))).toMatch(
      /^QueueDoesNotExist/,
    );
  });

  it('ends what a crash left of an earlier one [Q-9]', async () => {
    const name = await setup.queue();
    await setup.admin.deleteTopic(name);
    await setup.handlers.DeleteQueue({ QueueUrl: name }, CALL);
    await expect(setup.admin.describeShareGroup(name)).rejects.toMatchObject({
      code: 'UNKNOWN_GROUP',
    });
  });

  it('leaves a topic without a group of its name alone [Q-1]', async () => {
    const name = setup.name();
    await setup.admin.createTopic({ name });
    expect(await refusal(setup.handlers.DeleteQueue({ QueueUrl: name }, CALL))).toMatch(
      /^QueueDoesNotExist/,
    );
    expect((await setup.admin.describeTopic(name)).name).toBe(name);
  });
});
