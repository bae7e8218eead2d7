// Queues that were made or altered natively, as the actions on queues show them.
import { describe, expect, it } from 'vitest';
import { arnOf, redriveTo, Setup, STANDARD } from './setup.ts';

const setup = new Setup();

describe('a queue that was made natively', () => {
  it('shows its real settings [Q-12]', async () => {
    const name = setup.name('native');
    const { admin } = setup;
    await admin.createTopic({
      name,
      partitions: 2,
      config: { messageBytesMax: 5_000, retentionMs: 90_500, segmentMs: 30_000, dedup: 'none' },
    });
    await admin.createShareGroup({
      group: name,
      topics: [name],
      config: { visibilityTimeoutMs: 1_700, maxDeliveries: 4 },
    });
    expect(await setup.shown(name)).toMatchObject({
      MaximumMessageSize: '5000',
      MessageRetentionPeriod: '90',
      VisibilityTimeout: '1',
      RedrivePolicy: redriveTo(`${name}.dlq`, 4),
    });
    await admin.alterTopic({ name, config: { retentionMs: 365 * 86_400_000 } });
    expect(await setup.shown(name, 'MessageRetentionPeriod')).toEqual({
      MessageRetentionPeriod: '1209600',
    });
    await admin.alterTopic({ name, config: { retentionMs: -1 } });
    expect(await setup.shown(name, 'MessageRetentionPeriod')).toEqual({
      MessageRetentionPeriod: '1209600',
    });
    expect(await setup.first.directory.find(name)).toMatchObject({
      partitions: 2,
      isFifo: false,
      visibilityTimeoutMs: 1_700,
      messageBytesMax: 5_000,
    });
  });

  it('is a FIFO queue where its group is ordered, whatever its name [Q-13]', async () => {
    const [ordered, named] = [setup.name('ordered'), setup.name('named', '.fifo')];
    const { admin } = setup;
    for (const name of [ordered, named]) await admin.createTopic({ name });
    const config = { ordering: 'key', onExhausted: 'drop', maxDeliveries: 0 } as const;
    await admin.createShareGroup({ group: ordered, topics: [ordered], config });
    await admin.createShareGroup({
      group: named,
      topics: [named],
      config: { onExhausted: 'drop' },
    });
    expect(await setup.shown(ordered, 'FifoQueue')).toEqual({ FifoQueue: 'true' });
    expect(await setup.shown(named, 'FifoQueue')).toEqual({});
    expect((await setup.first.directory.find(ordered)).isFifo).toBe(true);
  });

  it('that was altered natively shows that, and not what was given [Q-12] [Q-15]', async () => {
    const [dead, other] = [await setup.queue(), await setup.queue()];
    const name = await setup.queue({
      RedrivePolicy: `{ "maxReceiveCount" : "7", "deadLetterTargetArn" : "${arnOf(dead)}" }`,
      VisibilityTimeout: '20',
    });
    expect(await setup.shown(name, 'RedrivePolicy')).toEqual({
      RedrivePolicy: `{"maxReceiveCount":7,"deadLetterTargetArn":"${arnOf(dead)}"}`,
    });
    const { admin } = setup;
    const config = { visibilityTimeoutMs: 9_000, maxDeliveries: 2 };
    await admin.alterShareGroup({ group: name, deadLetterTopic: other, config });
    expect(await setup.shown(name, 'RedrivePolicy', 'VisibilityTimeout')).toEqual({
      RedrivePolicy: redriveTo(other, 2),
      VisibilityTimeout: '9',
    });
    await admin.alterShareGroup({ group: name, config: { onExhausted: 'drop' } });
    expect(await setup.shown(name, 'RedrivePolicy')).toEqual({});
  });

  it('whose annotations make no sense has the defaults [Q-12]', async () => {
    const name = await setup.queue();
    const mergeAnnotations = {
      'sqs.DelaySeconds': '-5',
      'sqs.MaximumMessageSize': 'large',
      'sqs.ReceiveMessageWaitTimeSeconds': '21',
      'sqs.Policy': '[',
      'sqs.RedriveAllowPolicy': '{"redrivePermission":"allowAll","sourceQueueArns":5}',
      'sqs.LastModifiedTimestamp': 'soon',
      'sqs.DeduplicationScope': 'x',
    };
    await setup.admin.alterTopic({ name, mergeAnnotations });
    const shown = await setup.shown(name);
    expect(Object.keys(shown).toSorted()).toEqual(STANDARD);
    expect(shown).toMatchObject({
      DelaySeconds: '0',
      MaximumMessageSize: '1048576',
      ReceiveMessageWaitTimeSeconds: '0',
      LastModifiedTimestamp: shown['CreatedTimestamp'],
    });
  });
});
