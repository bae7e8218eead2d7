// Administration: what is asked for, and the plain data that comes back.
import { ERRORS, MillraceError } from '@millrace/protocol';
import { describe, expect, it } from 'vitest';
import { clientOf, fakeBroker, rejection } from './support/eventually.ts';
import { FakeLog } from './support/fake-log.ts';

const CONFIG = {
  retentionMs: -1,
  retentionBytes: -1,
  segmentBytes: 1,
  segmentMs: 1,
  messageBytesMax: 1,
  messageTtlMs: -1,
  dedup: 'none' as const,
  dedupWindowMs: 300_000,
  dedupScope: 'topic' as const,
  retentionAcked: false,
  deadLettersFrom: 'all' as const,
  deadLetterSources: [],
  cleanupPolicy: 'delete' as const,
  compactionLagMs: 0,
  tombstoneRetentionMs: 1,
  compactionDirtyRatio: 0.5,
};

async function setup() {
  const log = new FakeLog({ t: 2 });
  const broker = await fakeBroker(log.handlers);
  const client = await clientOf(broker);
  return { log, broker, client, admin: client.admin };
}

describe('topics', () => {
  it('are described in parts where all at once would be too much', async () => {
    const { admin, broker } = await setup();
    broker.handlers.DescribeTopics = ({ topics }) => {
      if ((topics ?? []).length > 2) return new MillraceError('LIMIT_EXCEEDED');
      const rest = { errorCode: 0, topicId: 1, createdAtMs: 5, config: CONFIG, partitions: [] };
      return { topics: (topics ?? []).map((name) => ({ name, annotations: {}, ...rest })) };
    };
    const names = ['e', 'd', 'c', 'b', 'a'];
    expect((await admin.describeTopics(names)).map(({ name }) => name)).toEqual(names);
    broker.handlers.DescribeTopics = () => new MillraceError('LIMIT_EXCEEDED');
    expect((await rejection(admin.describeTopics(names))).code).toBe('LIMIT_EXCEEDED');
  });

  it('are created, listed, described, altered and deleted', async () => {
    const { admin, broker, log } = await setup();
    broker.handlers.CreateTopic = () => ({ topicId: 7 });
    broker.handlers.AlterTopic = () => ({});
    broker.handlers.DeleteTopic = () => ({});
    broker.handlers.DescribeTopics = ({ topics }) => ({
      topics: (topics ?? ['t']).map((name) => {
        const errorCode = log.topics.has(name) ? 0 : ERRORS.UNKNOWN_TOPIC.code;
        const rest = { createdAtMs: 5, config: CONFIG, annotations: { a: 'b' }, partitions: [] };
        return { errorCode, name, topicId: 1, ...rest };
      }),
    });
    const input = { name: 'x', partitions: 3, config: { retentionMs: 10 }, validateOnly: true };
    expect(await admin.createTopic(input)).toEqual({ topicId: 7 });
    expect(broker.requests('CreateTopic')[0]).toMatchObject({
      ...input,
      config: { retentionMs: 10, segmentMs: null },
    });
    expect(await admin.listTopics()).toEqual([{ name: 't', topicId: 1, partitions: 2 }]);
    expect(await admin.describeTopic('t')).toEqual({
      name: 't',
      topicId: 1,
      createdAtMs: 5,
      config: CONFIG,
      annotations: { a: 'b' },
      partitions: [],
    });
    expect((await admin.describeTopics()).length).toBe(1);
    const error = await rejection(admin.describeTopics(['t', 'none']));
    expect(error).toMatchObject({ code: 'UNKNOWN_TOPIC' });
    expect(error.message).toContain("topic 'none'");
    await admin.alterTopic({ name: 't', partitions: 4 });
    await admin.deleteTopic('t');
    expect(broker.requests('DeleteTopic')).toEqual([{ name: 't' }]);
  });
});

describe('groups', () => {
  it('share groups: positions by meaning', async () => {
    const { admin, broker } = await setup();
    broker.handlers.CreateShareGroup = () => ({});
    broker.handlers.AlterShareGroup = () => ({});
    await admin.createShareGroup({ group: 'g', topics: ['t'], config: { maxDeliveries: 3 } });
    await admin.createShareGroup({ group: 'g', topics: ['t'], startAt: 'latest' });
    await admin.alterShareGroup({ group: 'g', addTopics: ['u'], startAt: { timestampMs: 99 } });
    const starts = broker.requests('CreateShareGroup').map(({ startAt }) => startAt);
    expect(starts).toEqual([-2, -1]);
    expect(broker.requests('AlterShareGroup')[0]).toMatchObject({ addTopics: ['u'], startAt: 99 });
  });

  it('offsets of a consumer group, by topic', async () => {
    const { admin, log, broker } = await setup();
    await admin.commitGroupOffsets('g', [{ topic: 't', partition: 1, offset: 5 }]);
    expect(log.committed.get('1/1')).toBe(5);
    expect(broker.requests('OffsetCommit')[0]).toMatchObject({ memberEpoch: -1, memberId: null });
    broker.handlers.OffsetFetch = () => ({
      offsets: [
        { topicId: 1, partition: 1, offset: 5, metadata: 'm' },
        { topicId: 1, partition: 0, offset: -1 },
        { topicId: 99, partition: 0, offset: 3 },
      ],
    });
    expect(await admin.groupOffsets('g')).toEqual([
      { topic: 't', partition: 1, offset: 5, metadata: 'm' },
    ]);
    broker.handlers.OffsetCommit = () => ({
      results: [{ errorCode: ERRORS.UNKNOWN_PARTITION.code }],
    });
    const error = await rejection(
      admin.commitGroupOffsets('g', [{ topic: 't', partition: 9, offset: 5 }]),
    );
    expect(error).toMatchObject({ code: 'UNKNOWN_PARTITION' });
    expect(error.message).toContain('t/9');
  });
});

describe('looking', () => {
  it('pings', async () => {
    const { admin, broker } = await setup();
    const ping = await admin.ping();
    expect(ping).toMatchObject({ address: broker.address, version: '9.9.9' });
    expect(ping.roundTripMs).toBeGreaterThan(0);
  });

  it('finds offsets by their meaning', async () => {
    const { admin, log } = await setup();
    log.appendTexts('t', 0, ['a', 'b']);
    const answers = await admin.listOffsets([
      { topic: 't', partition: 0, at: 'latest' },
      { topic: 't', partition: 0, at: 'earliest' },
      { topic: 't', partition: 1, at: { timestampMs: 3 } },
    ]);
    expect(answers).toEqual([
      { topic: 't', partition: 0, offset: 2, timestampMs: null },
      { topic: 't', partition: 0, offset: 0, timestampMs: null },
      { topic: 't', partition: 1, offset: 0, timestampMs: null },
    ]);
    log.topics.delete('t');
    const question = { topic: 't', partition: 0, at: 'latest' as const };
    expect((await rejection(admin.listOffsets([question]))).code).toBe('UNKNOWN_TOPIC');
  });

  it('takes a signal and a deadline everywhere', async () => {
    const { admin } = await setup();
    const signal = AbortSignal.abort();
    expect((await rejection(admin.listTopics({ signal }))).code).toBe('ABORTED');
    expect((await rejection(admin.listGroups({ signal }))).code).toBe('ABORTED');
    const question = { topic: 'unseen', partition: 0, at: 'latest' as const };
    expect((await rejection(admin.listOffsets([question], { signal }))).code).toBe('ABORTED');
  });
});
