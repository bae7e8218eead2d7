// Static members, patterns and assignors over the real broker.
import { type Client, type Consumer, type ConsumerOptions, connect } from '@millrace/client';
import { BrokerProcess, TemporaryDirectory } from '@millrace/harness';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from './support/member-process.ts';

describe('members of a group', () => {
  const directory = new TemporaryDirectory('millrace-members-');
  let broker: BrokerProcess;
  let client: Client;

  beforeAll(async () => {
    broker = await BrokerProcess.start({ dataDir: directory.path });
    client = await connect({ brokers: broker.address, logger: null });
    await client.admin.createTopic({ name: 't', partitions: 4 });
  });

  afterAll(async () => {
    await client.close();
    await broker.end('SIGTERM');
    directory.remove();
  });

  function member(group: string, options: Partial<ConsumerOptions<unknown>> = {}) {
    const consumer = client.consumer({ topics: 't', group, ...options });
    const ended = consumer.run({ eachMessage: () => {} }).then(
      () => 'closed',
      ({ code }: { code: string }) => code,
    );
    return { consumer, ended };
  }

  const partitionsOf = (consumer: Consumer<unknown>) =>
    consumer.assignment.map(({ partition }) => partition).toSorted((a, b) => a - b);

  const has = (consumer: Consumer<unknown>, count: number) =>
    until(
      () => consumer.assignment.length === count,
      () => `${count} partitions, not ${consumer.assignment.length}`,
    );

  it('static: who comes back has what it had, and nobody else hears of it', async () => {
    const one = member('static', { instanceId: 'pod-1' });
    const two = member('static', { instanceId: 'pod-2' });
    await has(one.consumer, 2);
    await has(two.consumer, 2);
    const before = partitionsOf(one.consumer);
    const { epoch } = await client.admin.describeGroup('static');
    await one.consumer.close();
    const { members } = await client.admin.describeGroup('static');
    const away = new Map(members.map(({ instanceId, isAway }) => [instanceId, isAway]));
    expect(away).toEqual(
      new Map([
        ['pod-1', true],
        ['pod-2', false],
      ]),
    );
    const again = member('static', { instanceId: 'pod-1' });
    await has(again.consumer, 2);
    expect(partitionsOf(again.consumer)).toEqual(before);
    expect(two.consumer.assignment.length).toBe(2);
    expect((await client.admin.describeGroup('static')).epoch).toBe(epoch);
    // Gone for good: the other one has all at once.
    await again.consumer.close({ leave: true });
    await has(two.consumer, 4);
    await two.consumer.close({ leave: true });
    expect(await Promise.all([one.ended, again.ended, two.ended])).toEqual([
      'closed',
      'closed',
      'closed',
    ]);
  });

  it('static: a second process under a name waits for the first', async () => {
    const first = member('in-use', { instanceId: 'pod' });
    await has(first.consumer, 4);
    const second = member('in-use', { instanceId: 'pod' });
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(second.consumer.assignment).toEqual([]);
    expect(first.consumer.assignment.length).toBe(4);
    await first.consumer.close();
    await has(second.consumer, 4);
    await second.consumer.close({ leave: true });
    expect(await Promise.all([first.ended, second.ended])).toEqual(['closed', 'closed']);
  });

  it('by pattern alone: topics of now and of later, until they are deleted', async () => {
    const { consumer, ended } = member('pattern', { topics: { pattern: 'p-[0-9]+' } });
    await until(
      () => consumer.stats().memberEpoch > 0,
      () => 'a member without partitions',
    );
    await client.admin.createTopic({ name: 'p-1', partitions: 2 });
    await client.admin.createTopic({ name: 'p-x', partitions: 1 });
    await has(consumer, 2);
    await client.admin.createTopic({ name: 'p-2', partitions: 1 });
    await until(
      () => consumer.assignment.some(({ topic }) => topic === 'p-2'),
      () => 'p-2 is read',
    );
    expect(consumer.assignment.some(({ topic }) => topic === 'p-x')).toBe(false);
    await client.admin.deleteTopic('p-2');
    await until(
      () => consumer.assignment.every(({ topic }) => topic === 'p-1'),
      () => 'p-2 is gone',
    );
    await consumer.close();
    expect(await ended).toBe('closed');
  });

  it('a pattern that is none ends the consumer with its error', async () => {
    expect(await member('bad', { topics: { pattern: '(' } }).ended).toBe('INVALID_PATTERN');
    expect(await member('bad', { topics: { pattern: 'a(?=b)' } }).ended).toBe('INVALID_PATTERN');
  });

  it('share as they ask to', async () => {
    const two = [0, 1].map((at) => member('range', { assignor: 'range', memberId: `m${at}` }));
    for (const { consumer } of two) await has(consumer, 2);
    expect(two.map(({ consumer }) => partitionsOf(consumer))).toEqual([
      [0, 1],
      [2, 3],
    ]);
    expect((await client.admin.describeGroup('range')).assignor).toBe('range');
    await Promise.all(two.map(({ consumer }) => consumer.close()));
  });
});
