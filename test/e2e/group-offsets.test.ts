// Where groups go on, moved by administrators over the real broker.
import { type Client, connect } from '@millrace/client';
import { BrokerProcess, TemporaryDirectory } from '@millrace/harness';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

describe('resetting the offsets of a group', () => {
  const directory = new TemporaryDirectory('millrace-reset-');
  let broker: BrokerProcess;
  let client: Client;
  let middleMs = 0;

  beforeAll(async () => {
    broker = await BrokerProcess.start({ dataDir: directory.path });
    client = await connect({ brokers: broker.address, logger: null });
    await client.admin.createTopic({ name: 't', partitions: 2 });
    await client.admin.createTopic({ name: 'u', partitions: 1 });
    const producer = client.producer();
    for (const partition of [0, 1]) {
      const of = (count: number) =>
        Array.from({ length: count }, (_, value) => ({ partition, value }));
      await producer.sendBatch('t', of(6));
      await new Promise((resolve) => setTimeout(resolve, 20));
      middleMs = Date.now();
      await new Promise((resolve) => setTimeout(resolve, 20));
      await producer.sendBatch('t', of(4));
    }
    await client.admin.commitGroupOffsets('g', [{ topic: 't', partition: 0, offset: 5 }]);
  });

  afterAll(async () => {
    await client.close();
    await broker.end('SIGTERM');
    directory.remove();
  });

  const committed = async () =>
    (await client.admin.groupOffsets('g')).map(({ partition, offset }) => [partition, offset]);

  it('tells without moving, and moves what is committed or named', async () => {
    const { admin } = client;
    const dry = await admin.resetGroupOffsets('g', { to: 'earliest', dryRun: true });
    expect(dry).toEqual([{ topic: 't', partition: 0, before: 5, offset: 0, lag: 10 }]);
    expect(await committed()).toEqual([[0, 5]]);
    const both = await admin.resetGroupOffsets('g', { to: 'latest', topics: ['t'] });
    expect(both.map(({ before, offset, lag }) => [before, offset, lag])).toEqual([
      [5, 10, 0],
      [null, 10, 0],
    ]);
    expect(await committed()).toEqual([
      [0, 10],
      [1, 10],
    ]);
  });

  it('by offset and by shift, within what there is', async () => {
    const { admin } = client;
    const to = async (place: Parameters<typeof admin.resetGroupOffsets>[1]['to']) =>
      (await admin.resetGroupOffsets('g', { to: place })).map(({ offset }) => offset);
    expect(await to({ offset: 4 })).toEqual([4, 4]);
    expect(await to({ shiftBy: 3 })).toEqual([7, 7]);
    expect(await to({ shiftBy: -20 })).toEqual([0, 0]);
    expect(await to({ offset: 99 })).toEqual([10, 10]);
    const one = { partitions: [{ topic: 't', partition: 1 }] };
    await admin.resetGroupOffsets('g', { to: { shiftBy: -1 }, ...one });
    expect(await committed()).toEqual([
      [0, 10],
      [1, 9],
    ]);
  });

  it('by time and by duration', async () => {
    const { admin } = client;
    const one = { partitions: [{ topic: 't', partition: 1 }] };
    const at = async (place: Parameters<typeof admin.resetGroupOffsets>[1]['to']) =>
      (await admin.resetGroupOffsets('g', { to: place, ...one, dryRun: true }))[0]?.offset;
    expect(await at({ timestampMs: middleMs })).toBe(6);
    expect(await at({ timestampMs: middleMs + 60_000 })).toBe(10);
    // Now is later than the records are: at once, but for a machine whose clock is set back a little.
    await expect.poll(() => at({ durationMs: 0 }), { timeout: 20_000 }).toBe(10);
    expect(await at({ durationMs: 60_000 })).toBe(0);
  });

  it('refuses what makes no sense, and groups with members', async () => {
    const { admin } = client;
    const refusal = (reset: object) =>
      admin.resetGroupOffsets('g', reset as never).then(
        () => 'done',
        ({ code, detail }) => `${code} ${detail.field ?? ''}`,
      );
    expect(await refusal({ to: 'middle' })).toBe('INVALID_REQUEST to');
    expect(await refusal({ to: { offset: 1, shiftBy: 1 } })).toBe('INVALID_REQUEST to');
    expect(await refusal({ to: { offset: -1 } })).toBe('INVALID_REQUEST to.offset');
    expect(await refusal({ to: { durationMs: 0.5 } })).toBe('INVALID_REQUEST to.durationMs');
    expect(await refusal({ to: 'latest', topics: ['no'] })).toBe('UNKNOWN_TOPIC ');
    const partitions = [{ topic: 't', partition: 9 }];
    expect(await refusal({ to: 'latest', partitions })).toBe('UNKNOWN_PARTITION ');
    await expect(admin.resetGroupOffsets('new', { to: 'latest' })).rejects.toThrow(
      'committed nothing',
    );
    const before = await committed();
    const consumer = client.consumer({ topics: 't', group: 'g', from: 'latest' });
    const run = consumer.run({ eachMessage: () => {} });
    while (consumer.assignment.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await refusal({ to: 'earliest' })).toBe('GROUP_NOT_EMPTY ');
    const { state, offsets, members } = await admin.describeGroup('g');
    expect(members.length).toBe(1);
    expect(state).toMatch(/stable|reconciling/);
    expect(
      offsets.map(({ offset, lag, endOffset }) => [offset, lag + offset === endOffset]),
    ).toEqual(before.map(([, offset]) => [offset, true]));
    await consumer.close();
    await run;
  });
});
