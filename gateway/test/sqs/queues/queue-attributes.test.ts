// SetQueueAttributes and GetQueueAttributes against a real broker.
import { describe, expect, it } from 'vitest';
import { ATTRIBUTE_NAMES, attribute } from '../../../src/sqs/queues/attributes.ts';
import { arnOf, CALL, redriveTo, refusal, Setup, STANDARD } from './setup.ts';

const setup = new Setup();

describe('GetQueueAttributes', () => {
  it('gives all that is set of a new queue, and no more [Q-11]', async () => {
    const name = await setup.queue();
    const shown = await setup.shown(name);
    expect(Object.keys(shown).toSorted()).toEqual(STANDARD);
    expect(shown).toMatchObject({
      ApproximateNumberOfMessages: '0',
      DelaySeconds: '0',
      MaximumMessageSize: '1048576',
      MessageRetentionPeriod: '345600',
      QueueArn: arnOf(name),
      ReceiveMessageWaitTimeSeconds: '0',
      SqsManagedSseEnabled: 'true',
      VisibilityTimeout: '30',
    });
    expect(shown['CreatedTimestamp']).toMatch(/^\d{10}$/);
    expect(shown['LastModifiedTimestamp']).toBe(shown['CreatedTimestamp']);
  });

  it('gives four attributes more of a FIFO queue [Q-11]', async () => {
    const shown = await setup.shown(await setup.queue({ FifoQueue: 'true' }));
    expect(Object.keys(shown).toSorted()).toEqual(
      [
        ...STANDARD,
        'ContentBasedDeduplication',
        'DeduplicationScope',
        'FifoQueue',
        'FifoThroughputLimit',
      ].toSorted(),
    );
    expect(shown).toMatchObject({
      FifoQueue: 'true',
      ContentBasedDeduplication: 'false',
      DeduplicationScope: 'queue',
      FifoThroughputLimit: 'perQueue',
    });
  });

  it('says nothing where nothing was asked for or nothing of it is set [Q-11]', async () => {
    const QueueUrl = await setup.queue();
    const ask = (AttributeNames?: string[]) =>
      setup.handlers.GetQueueAttributes({ QueueUrl, AttributeNames }, CALL);
    expect(await ask()).toEqual({});
    expect(await ask([])).toEqual({});
    expect(await ask(['Policy', 'RedrivePolicy', 'FifoQueue', 'DeduplicationScope'])).toEqual({});
    expect(await ask(['DelaySeconds ', 'Policy'])).toEqual({ Attributes: { DelaySeconds: '0' } });
    expect(await refusal(ask(['DelaySeconds', 'Nothing']))).toBe(
      'InvalidAttributeName: Unknown Attribute Nothing.',
    );
    expect(await refusal(ask(['toString']))).toBe(
      'InvalidAttributeName: Unknown Attribute toString.',
    );
  });

  it('counts what waits, what is leased and what is delayed, over all partitions [Q-23]', async () => {
    const name = setup.name();
    const { admin } = setup;
    await admin.createTopic({ name, partitions: 4 });
    const other = setup.name('other');
    await admin.createTopic({ name: other });
    await admin.createShareGroup({ group: name, topics: [name, other] });
    const producer = setup.first.client.producer();
    await producer.sendBatch(
      name,
      Array.from({ length: 12 }, (_, at) => ({ value: at, partition: at % 4 })),
    );
    await producer.sendBatch(name, [{ value: 'later', delayMs: 3_600_000 }]);
    await setup.send(other, 'of another topic');
    const queue = setup.first.client.queue(name);
    const leased = await queue.receive({ topics: name, maxMessages: 5 });
    await leased[0]?.accept();
    const left = leased.length - 1;
    const counts = await setup.shown(
      name,
      'ApproximateNumberOfMessages',
      'ApproximateNumberOfMessagesNotVisible',
    );
    expect(Number(counts['ApproximateNumberOfMessagesNotVisible'])).toBe(left);
    await queue.receive({ topics: name, maxMessages: 20 });
    expect(
      await setup.shown(
        name,
        'ApproximateNumberOfMessages',
        'ApproximateNumberOfMessagesNotVisible',
        'ApproximateNumberOfMessagesDelayed',
      ),
    ).toEqual({
      ApproximateNumberOfMessages: '0',
      ApproximateNumberOfMessagesNotVisible: '11',
      ApproximateNumberOfMessagesDelayed: '1',
    });
  });
});

describe('what is shown', () => {
  it('can be given again, to make the queue and to set it [Q-4] [Q-11]', async () => {
    const dead = await setup.queue({ FifoQueue: 'true' });
    const name = await setup.queue({
      FifoQueue: 'true',
      ContentBasedDeduplication: 'true',
      DeduplicationScope: 'messageGroup',
      FifoThroughputLimit: 'perMessageGroupId',
      KmsMasterKeyId: 'k',
      KmsDataKeyReusePeriodSeconds: '77',
      Policy: '{"Version":"2012-10-17","Statement":[]}',
      RedrivePolicy: redriveTo(dead, 1_000),
      RedriveAllowPolicy: `{"redrivePermission":"byQueue","sourceQueueArns":["${arnOf('a.fifo')}"]}`,
      DelaySeconds: '900',
    });
    const before = await setup.shown(name);
    const settable = ATTRIBUTE_NAMES.filter((one) => attribute(one).set !== 'never');
    expect(settable.filter((one) => before[one] === undefined)).toEqual([]);
    const given = Object.fromEntries(settable.map((one) => [one, before[one] ?? '']));
    await setup.handlers.CreateQueue({ QueueName: name, Attributes: given }, CALL);
    await setup.set(name, given);
    const { LastModifiedTimestamp: was, ...rest } = before;
    expect(await setup.shown(name)).toMatchObject(rest);
    expect(was).toMatch(/^\d+$/);
  });
});

describe('SetQueueAttributes', () => {
  it('changes what it names and leaves the rest [Q-10]', async () => {
    const name = await setup.queue({ DelaySeconds: '3', Policy: '{"a":1}' });
    const given = {
      VisibilityTimeout: '0',
      MaximumMessageSize: '1024',
      MessageRetentionPeriod: '60',
      ReceiveMessageWaitTimeSeconds: '1',
    };
    await setup.set(name, given);
    const shown = await setup.shown(name);
    expect(shown).toMatchObject({ ...given, DelaySeconds: '3', Policy: '{"a":1}' });
    expect(Number(shown['LastModifiedTimestamp'])).toBeGreaterThanOrEqual(
      Number(shown['CreatedTimestamp']),
    );
    const { config, annotations } = await setup.admin.describeTopic(name);
    expect(config).toMatchObject({ messageTtlMs: 60_000, retentionMs: 60_000, segmentMs: 60_000 });
    expect(annotations['sqs.LastModifiedTimestamp']).toMatch(/^\d{10}$/);
    await setup.set(name, { MessageRetentionPeriod: '1209600' });
    expect((await setup.admin.describeTopic(name)).config).toMatchObject({
      retentionMs: 1_209_600_000,
      segmentMs: 86_400_000,
    });
  });

  it('does not lose what gateways beside each other change [Q-10]', async () => {
    const name = await setup.queue();
    const changes = [
      { DelaySeconds: '1' },
      { MaximumMessageSize: '4096' },
      { ReceiveMessageWaitTimeSeconds: '2' },
      { Policy: '{}' },
      { KmsMasterKeyId: 'key' },
    ];
    await Promise.all(
      changes.map((Attributes, at) =>
        (at % 2 === 0 ? setup.first : setup.second).handlers.SetQueueAttributes(
          { QueueUrl: name, Attributes },
          CALL,
        ),
      ),
    );
    expect(await setup.shown(name)).toMatchObject(Object.assign({}, ...changes));
  });

  it('takes away what is given as an empty text [Q-7]', async () => {
    const dead = await setup.queue();
    const given = {
      Policy: '{"a":1}',
      RedrivePolicy: redriveTo(dead),
      RedriveAllowPolicy: '{"redrivePermission":"denyAll"}',
      KmsMasterKeyId: 'alias/key',
    };
    const names = Object.keys(given);
    const name = await setup.queue(given);
    expect(await setup.shown(name, ...names)).toEqual(given);
    await setup.set(name, Object.fromEntries(names.map((one) => [one, ''])));
    expect(await setup.shown(name, ...names)).toEqual({});
    const { annotations, config } = await setup.admin.describeTopic(name);
    expect(config?.deadLettersFrom).toBe('all');
    expect(Object.keys(annotations).toSorted()).toEqual([
      'sqs.LastModifiedTimestamp',
      'sqs.SqsManagedSseEnabled',
    ]);
  });

  it('refuses as a whole, and looks for the queue first [Q-10]', async () => {
    const name = await setup.queue();
    const { handlers } = setup;
    const set = (QueueUrl: string, Attributes: Record<string, string>) =>
      refusal(handlers.SetQueueAttributes({ QueueUrl, Attributes }, CALL));
    expect(await set('nothing', { Nothing: '' })).toMatch(/^QueueDoesNotExist/);
    expect(await set(name, {})).toBe(
      'MissingParameter: The request must contain the parameter Attribute.Name.',
    );
    expect(await set(name, { DelaySeconds: '5', QueueArn: 'x' })).toBe(
      'InvalidAttributeName: Unknown Attribute QueueArn.',
    );
    expect(await set(name, { DelaySeconds: '5', VisibilityTimeout: '43201' })).toBe(
      'InvalidAttributeValue: Invalid value for the parameter VisibilityTimeout.',
    );
    expect(await set(name, { DelaySeconds: '5', RedrivePolicy: redriveTo('nothing') })).toMatch(
      /^InvalidParameterValue: .* Reason: Dead letter target does not exist\.$/,
    );
    expect(await set(name, { FifoQueue: 'true' })).toBe(
      'InvalidAttributeName: Unknown Attribute FifoQueue.',
    );
    expect(await setup.shown(name, 'DelaySeconds')).toEqual({ DelaySeconds: '0' });
    const fifo = await setup.queue({ FifoQueue: 'true' });
    await setup.set(fifo, { FifoQueue: 'true' });
    expect(await set(fifo, { FifoQueue: 'false' })).toBe(
      'InvalidAttributeValue: Invalid value for the parameter FifoQueue. Reason: Modifying queue type is not supported.',
    );
    expect(await set(fifo, { FifoThroughputLimit: 'perMessageGroupId' })).toBe(
      'InvalidParameterValue: The perMessageGroupId value is allowed only when the value for DeduplicationScope is messageGroup',
    );
  });

  it('shows another scope of duplicates, and goes on with the old one [Q-14]', async () => {
    const name = await setup.queue({ FifoQueue: 'true' });
    const wanted = { DeduplicationScope: 'messageGroup', FifoThroughputLimit: 'perMessageGroupId' };
    await setup.set(name, wanted);
    expect(await setup.shown(name)).toMatchObject(wanted);
    expect((await setup.admin.describeTopic(name)).config?.dedupScope).toBe('topic');
    expect((await setup.first.directory.find(name)).dedupScope).toBe('queue');
    await setup.set(name, { DeduplicationScope: 'queue', FifoThroughputLimit: 'perQueue' });
    expect(await setup.shown(name, 'DeduplicationScope')).toEqual({ DeduplicationScope: 'queue' });
  });

  it('has one kind of encryption at a time [Q-28]', async () => {
    const name = await setup.queue({ KmsMasterKeyId: 'k', KmsDataKeyReusePeriodSeconds: '600' });
    const names = ['KmsMasterKeyId', 'KmsDataKeyReusePeriodSeconds', 'SqsManagedSseEnabled'];
    expect(await setup.shown(name, ...names)).toEqual({
      KmsMasterKeyId: 'k',
      KmsDataKeyReusePeriodSeconds: '600',
      SqsManagedSseEnabled: 'false',
    });
    await setup.set(name, { SqsManagedSseEnabled: 'True' });
    expect(await setup.shown(name, ...names)).toEqual({ SqsManagedSseEnabled: 'true' });
    await setup.set(name, { KmsDataKeyReusePeriodSeconds: '300' });
    expect(await setup.shown(name, ...names)).toEqual({ SqsManagedSseEnabled: 'true' });
  });
});
