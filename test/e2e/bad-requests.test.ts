// Requests that are wrong in themselves, sent to a real broker: each gets its typed error, which names the field or the
// limit; nothing is half done, and the connection goes on.

import { type Client, connect, MillraceError } from '@millrace/client';
import { BrokerProcess, TemporaryDirectory } from '@millrace/harness';
import { ERRORS, type ErrorName, encodeBatch, LIMITS } from '@millrace/protocol';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

let directory: TemporaryDirectory;
let broker: BrokerProcess;
let client: Client;
let topicId: number;

beforeAll(async () => {
  directory = new TemporaryDirectory('millrace-e2e-');
  broker = await BrokerProcess.start({ dataDir: directory.path });
  client = await connect({ brokers: broker.address, logger: null });
  ({ topicId } = await client.admin.createTopic({ name: 'orders', partitions: 2 }));
  await client.admin.createShareGroup({ group: 'kitchen', topics: ['orders'] });
});

afterAll(async () => {
  await client.close();
  await broker.end('SIGTERM');
  directory.remove();
});

async function errorOf(work: Promise<unknown>): Promise<MillraceError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof MillraceError))
    throw new Error(`expected a MillraceError, got ${String(error)}`);
  return error;
}

const batch = () => encodeBatch([{ value: new Uint8Array([1, 2, 3]) }], { nowMs: Date.now() });

async function produce(bytes: Uint8Array, at = { topicId, partition: 0 }) {
  const { results } = await client.request('Produce', { batches: [{ ...at, batch: bytes }] });
  return results[0];
}

async function endOffset(): Promise<number> {
  const { partitions } = await client.admin.describeTopic('orders');
  return partitions.reduce((sum, partition) => sum + partition.endOffset, 0);
}

describe('names and settings', () => {
  const names: [string, ErrorName][] = [
    ['', 'INVALID_NAME'],
    ['.', 'INVALID_NAME'],
    ['..', 'INVALID_NAME'],
    ['a b', 'INVALID_NAME'],
    ['../../etc', 'INVALID_NAME'],
    ['grün', 'INVALID_NAME'],
    ['nul\0', 'INVALID_NAME'],
    ['orders', 'TOPIC_EXISTS'],
  ];
  test.each(names)('topic %j: %s', async (name, code) => {
    expect(await errorOf(client.admin.createTopic({ name }))).toMatchObject({ code });
  });

  test('a setting out of its range is named with its limit', async () => {
    const error = await errorOf(
      client.admin.createTopic({ name: 'x', config: { segmentBytes: 1 } }),
    );
    expect(error).toMatchObject({ code: 'INVALID_CONFIG' });
    expect(error.detail.field).toContain('segmentBytes');
    expect(error.detail.limit).toContain(`${LIMITS.segmentBytesMin}`);
  });

  test('dead letters that would come back are refused', async () => {
    const input = { group: 'loop', topics: ['orders'], deadLetterTopic: 'orders' };
    expect(await errorOf(client.admin.createShareGroup(input))).toMatchObject({ code: 'DLQ_LOOP' });
  });

  test('a group of the other kind, an unknown group, an unknown topic', async () => {
    const receive = (group: string, topic: string) =>
      client.request('Receive', { group, topics: [topic], memberId: 'm' });
    const heartbeat = { group: 'kitchen', memberId: 'm', memberEpoch: 0, topics: ['orders'] };
    expect(await errorOf(client.request('GroupHeartbeat', heartbeat))).toMatchObject({
      code: 'GROUP_KIND_MISMATCH',
    });
    expect(await errorOf(receive('nobody', 'orders'))).toMatchObject({ code: 'UNKNOWN_GROUP' });
    expect(await errorOf(receive('kitchen', 'nothing'))).toMatchObject({ code: 'UNKNOWN_TOPIC' });
    await client.admin.createTopic({ name: 'other' });
    expect(await errorOf(receive('kitchen', 'other'))).toMatchObject({
      code: 'TOPIC_NOT_IN_GROUP',
    });
  });
});

describe('batches', () => {
  const damages: [string, (bytes: Uint8Array) => Uint8Array, ErrorName][] = [
    [
      'a flipped bit in the body',
      (b) => b.map((byte, i) => (i === b.length - 1 ? byte ^ 1 : byte)),
      'CORRUPT_BATCH',
    ],
    [
      'a flipped bit in the header',
      (b) => b.map((byte, i) => (i === 30 ? byte ^ 1 : byte)),
      'CORRUPT_BATCH',
    ],
    ['a byte too few', (b) => b.subarray(0, -1), 'CORRUPT_BATCH'],
    ['a byte too many', (b) => new Uint8Array([...b, 0]), 'CORRUPT_BATCH'],
    ['nothing at all', () => new Uint8Array(0), 'CORRUPT_BATCH'],
  ];
  test.each(damages)('%s', async (_, damage, code) => {
    const before = await endOffset();
    expect(await produce(damage(batch()))).toMatchObject({
      errorCode: ERRORS[code].code,
      baseOffset: -1,
    });
    expect(await endOffset()).toBe(before);
  });

  test('a bad batch does not hurt the good ones beside it', async () => {
    const bad = batch();
    bad[bad.length - 1] = (bad.at(-1) ?? 0) ^ 0xff;
    const { results } = await client.request('Produce', {
      batches: [
        { topicId, partition: 0, batch: batch() },
        { topicId, partition: 0, batch: bad },
        { topicId, partition: 1, batch: batch() },
      ],
    });
    expect(results.map(({ errorCode }) => errorCode)).toEqual([0, ERRORS.CORRUPT_BATCH.code, 0]);
  });

  test('a record larger than its topic allows', async () => {
    const small = await client.admin.createTopic({
      name: 'small',
      config: { messageBytesMax: 1_000 },
    });
    const large = encodeBatch([{ value: new Uint8Array(2_000) }], { nowMs: Date.now() });
    const result = await produce(large, { topicId: small.topicId, partition: 0 });
    expect(result).toMatchObject({ errorCode: ERRORS.MESSAGE_TOO_LARGE.code });
    expect(result?.errorMessage).toContain('1000');
  });

  test('an unknown topic and an unknown partition', async () => {
    const unknownTopic = await produce(batch(), { topicId: 99_999, partition: 0 });
    const unknownPartition = await produce(batch(), { topicId, partition: 7 });
    expect(unknownTopic).toMatchObject({ errorCode: ERRORS.UNKNOWN_TOPIC.code });
    expect(unknownPartition).toMatchObject({ errorCode: ERRORS.UNKNOWN_PARTITION.code });
  });
});

describe('offsets', () => {
  test.each([1_000_000, Number.MAX_SAFE_INTEGER])(
    'fetch from %d: out of range, with the range',
    async (offset) => {
      const { partitions } = await client.request('Fetch', {
        partitions: [{ topicId, partition: 0, offset }],
      });
      expect(partitions[0]).toMatchObject({
        errorCode: ERRORS.OFFSET_OUT_OF_RANGE.code,
        batches: [],
      });
      expect(partitions[0]?.errorMessage).toContain('0 to before');
    },
  );

  test('a commit for a partition that does not exist fails by itself', async () => {
    const { results } = await client.request('OffsetCommit', {
      group: 'reports',
      offsets: [
        { topicId, partition: 0, offset: 0 },
        { topicId, partition: 9, offset: 0 },
      ],
    });
    expect(results.map(({ errorCode }) => errorCode)).toEqual([0, ERRORS.UNKNOWN_PARTITION.code]);
  });
});

describe('receipts', () => {
  async function acknowledge(item: {
    partition?: number;
    firstOffset: number;
    lastOffset: number;
    token: number;
  }) {
    const whole = { topicId, partition: 0, kind: 'accept' as const, ...item };
    const { results } = await client.request('Acknowledge', { group: 'kitchen', items: [whole] });
    return results[0]?.outcomes.map(({ errorCode }) => errorCode);
  }

  test('stale, resolved, forged: each says so, and none of them has an effect', async () => {
    await produce(batch(), { topicId, partition: 0 });
    const receive = { group: 'kitchen', topics: ['orders'], memberId: 'm', maxMessages: 1 };
    const leased = await client.request('Receive', receive);
    const lease = leased.leases[0];
    if (!lease) throw new Error('nothing was leased');
    const { firstOffset, lastOffset, token, partition } = lease;
    const receipt = { partition, firstOffset, lastOffset, token };
    expect(await acknowledge({ ...receipt, token: token + 1_000 })).toEqual([
      ERRORS.UNKNOWN_RECEIPT.code,
    ]);
    expect(await acknowledge({ ...receipt, token: 0 })).toEqual([ERRORS.UNKNOWN_RECEIPT.code]);
    expect(await acknowledge({ ...receipt, firstOffset: 5_000, lastOffset: 6_000 })).toEqual([
      ERRORS.UNKNOWN_RECEIPT.code,
    ]);
    expect(await acknowledge(receipt)).toEqual([0]);
    expect(await acknowledge(receipt)).toEqual([ERRORS.ALREADY_RESOLVED.code]);
  });

  test('a receipt whose message was leased again is stale', async () => {
    await client.admin.createTopic({ name: 'short' });
    await client.admin.createShareGroup({
      group: 'short',
      topics: ['short'],
      config: { backoff: 'none', visibilityTimeoutMs: 50 },
    });
    await client.producer().send({ topic: 'short', value: 1 });
    const queue = client.queue('short');
    const [first] = await queue.receive({ topics: 'short', maxWaitMs: 5_000 });
    const [second] = await queue.receive({
      topics: 'short',
      maxWaitMs: 5_000,
      visibilityTimeoutMs: 30_000,
    });
    expect(second?.deliveries).toBe(2);
    expect(await errorOf(Promise.resolve(first?.accept()))).toMatchObject({ code: 'STALE_LEASE' });
    await second?.accept();
  });
});

test('after all of this the broker is well', async () => {
  expect((await client.admin.ping()).roundTripMs).toBeGreaterThan(0);
  await expect.poll(async () => (await fetch(`${broker.adminUrl}/readyz`)).status).toBe(200);
});
