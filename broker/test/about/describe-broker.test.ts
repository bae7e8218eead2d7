// DescribeBroker: what it tells is what there is, from the first second on.
import { Histogram } from '@millrace/options';
import { expect, test } from 'vitest';
import { Minute, quantile, type Totals } from '../../src/metrics/minute.ts';
import { OPTIONS } from '../../src/options/table.ts';
import { WireClient } from '../rim/wire-client.ts';
import { SecureBroker } from '../security/secure-broker.ts';
import { batchOf } from '../shard/open-test-shard.ts';

test('a whole broker tells of itself', async () => {
  const otlpEndpoint = 'http://me:canary@of-a-password@collector:4318';
  const options = { authentication: 'none', storageReserve: 4_096, otlpEndpoint } as const;
  const broker = await SecureBroker.open(options);
  try {
    const client = await WireClient.greeted(broker.port);
    await client.ask('CreateTopic', { name: 't', partitions: 3 });
    const place = { topicId: 1, partition: 0 };
    await client.ask('Produce', { batches: [{ ...place, batch: batchOf('a', 'b') }] });
    await client.ask('Fetch', { partitions: [{ ...place, offset: 0 }], maxWaitMs: 0 });
    const described = async () => {
      const { body } = await client.ask('DescribeBroker', {});
      if (body === undefined) throw new Error('it is not told');
      return body;
    };
    await expect.poll(async () => (await described()).rates, { timeout: 20_000 }).not.toBeNull();
    const body = await described();
    expect(body).toMatchObject({
      nodeVersion: process.version,
      ready: true,
      reasons: [],
      connections: 1,
      topics: 1,
      partitions: 3,
      consumerGroups: 0,
      shareGroups: 0,
      storage: { reserveBytes: 4_096, full: false, commitsAborted: 0, quarantinedBatches: 0 },
      process: { pid: process.pid },
    });
    expect(body.nowMs).toBeGreaterThan(body.startedAtMs);
    expect(body.storage.commitP99Ms).toBeGreaterThanOrEqual(body.storage.commitP50Ms ?? Infinity);
    expect(body.storage.fileBytes).toBeGreaterThan(body.storage.journalBytes);
    const { overMs = 0, recordsAppended = 0, recordsFetched = 0 } = body.rates ?? {};
    expect(recordsAppended * overMs).toBeCloseTo(2_000, -1);
    expect(recordsFetched * overMs).toBeCloseTo(2_000, -1);
    expect(body.options).toHaveLength(Object.keys(OPTIONS).length);
    const told = { value: 'http://***@collector:4318', isDefault: false };
    expect(body.options).toContainEqual({ name: '--otlp-endpoint', ...told });
    expect(body.options).toContainEqual({ name: '--sync', value: 'os', isDefault: false });
    expect(body.options).toContainEqual({ name: '--idle-timeout', value: '30m', isDefault: true });
  } finally {
    await broker.close();
  }
});

const ZERO: Totals = {
  recordsAppended: 0,
  bytesAppended: 0,
  recordsFetched: 0,
  bytesFetched: 0,
  messagesLeased: 0,
  messagesAcknowledged: 0,
  messagesDeadLettered: 0,
  requests: 0,
  commits: 0,
  cpuMicros: 0,
};

test('rates are those of the last minute, and of the time since the start where that is shorter', () => {
  let requests = 0;
  const commits = new Histogram([0.001, 0.01]);
  const minute = new Minute(() => ({ ...ZERO, requests }), commits);
  minute.look(0);
  expect(minute.rates(500)).toBeUndefined();
  expect(minute.commitMs(0.5)).toBeNull();
  requests = 10;
  commits.record(0.0005);
  expect(minute.rates(2_000)).toMatchObject({ overMs: 2_000, perSecond: { requests: 5 } });
  expect(minute.commitMs(0.5)).toBe(0.5);
  for (let at = 1_000; at <= 70_000; at += 1_000) minute.look(at);
  expect(minute.rates(70_000)).toMatchObject({ overMs: 60_000, perSecond: { requests: 0 } });
  expect(minute.commitMs(0.5)).toBeNull();
  requests = 70;
  expect(minute.rates(70_000)?.perSecond.requests).toBe(1);
});

test('a quantile lies on a straight line within its bucket', () => {
  const bounds = [1, 2, 4];
  expect(quantile(bounds, [0, 0, 0, 0], 0.5)).toBeUndefined();
  expect(quantile(bounds, [10, 0, 0, 0], 0.5)).toBe(0.5);
  expect(quantile(bounds, [0, 10, 10, 0], 0.5)).toBe(2);
  expect(quantile(bounds, [0, 10, 10, 0], 0.75)).toBe(3);
  expect(quantile(bounds, [0, 0, 0, 1], 0.99)).toBe(4);
});
