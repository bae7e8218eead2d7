// Moving about in several partitions, and what the consumer tells of where it is.
import { describe, expect, it } from 'vitest';
import { setup as alone, texts } from './support/consumer-setup.ts';
import { eventually, rejection } from './support/eventually.ts';
import { setup } from './support/group-setup.ts';

const at = (partition: number, offset = 0) => ({ topic: 't', partition, offset });

describe('seeking', () => {
  it('several partitions at once, or none where one is not read', async () => {
    const { consumer, log } = await alone({}, 2);
    log.appendTexts('t', 0, texts(4, 'a'));
    log.appendTexts('t', 1, texts(4, 'b'));
    const seen: string[] = [];
    const run = consumer.run({ eachMessage: ({ value }) => void seen.push(value) });
    await eventually(() => seen.length === 8);
    expect(() => consumer.seek([at(0, 1), at(7, 1)])).toThrow('t/7 is not read');
    expect(() => consumer.seek([at(0, -1)])).toThrow('offset is an integer');
    expect([consumer.position(at(0)), consumer.position(at(7))]).toEqual([4, undefined]);
    consumer.seek([at(0, 3), at(1, 2)]);
    await eventually(() => seen.length === 11);
    expect(seen.slice(8).toSorted()).toEqual(['a3', 'b2', 'b3']);
    await consumer.close();
    await run;
  });

  it('to a place by its meaning', async () => {
    const { consumer, log } = await alone({ maxWaitMs: 50 }, 2);
    log.appendTexts('t', 0, texts(3, 'a'));
    log.appendTexts('t', 1, texts(3, 'b'));
    const seen: string[] = [];
    const run = consumer.run({ eachMessage: ({ value }) => void seen.push(value) });
    await eventually(() => seen.length === 6);
    await consumer.seekTo('earliest', [at(1)]);
    await eventually(() => seen.length === 9);
    expect(seen.slice(6)).toEqual(['b0', 'b1', 'b2']);
    await consumer.seekTo({ timestampMs: 0 });
    await eventually(() => seen.length === 15);
    consumer.pause();
    expect(consumer.paused.length).toBe(2);
    log.appendTexts('t', 0, ['passed over']);
    await consumer.seekTo('latest');
    consumer.resume();
    log.appendTexts('t', 0, ['new']);
    await eventually(() => seen.length === 16);
    expect(seen.at(-1)).toBe('new');
    expect((await rejection(consumer.seekTo('latest', [at(7)]))).code).toBe('INVALID_REQUEST');
    expect((await rejection(consumer.seekTo('middle' as never))).code).toBe('INVALID_CONFIG');
    await consumer.close();
    await run;
  });
});

describe('what a consumer tells', () => {
  it('of its group: what is committed, and its counts', async () => {
    const { consumer, group, log } = await setup({ memberId: 'me', commit: 'each' }, [0, 1]);
    log.appendTexts('t', 0, texts(3));
    const run = consumer.run({
      eachMessage: ({ offset }) => {
        if (offset === 2) consumer.pause([at(1)]);
      },
    });
    await eventually(() => group.committed() === 3);
    expect(await consumer.committed()).toMatchObject([at(0, 3)]);
    expect(await consumer.committed([at(1)])).toEqual([]);
    expect(consumer.stats()).toMatchObject({
      memberId: 'me',
      memberEpoch: 1,
      partitions: 2,
      paused: 1,
      lag: 0,
      assigned: 2,
      revoked: 0,
      lost: 0,
      failedCommits: 0,
    });
    expect(consumer.stats().commits).toBeGreaterThan(2);
    group.assign([1]);
    await eventually(() => consumer.stats().revoked === 1);
    group.forget();
    await eventually(() => consumer.stats().lost === 1);
    await consumer.close();
    await run;
  });

  it('alone: no group', async () => {
    const { consumer } = await alone();
    expect(consumer.stats()).toMatchObject({ memberId: null, memberEpoch: 0, commits: 0 });
    expect((await rejection(consumer.committed())).code).toBe('INVALID_REQUEST');
    await consumer.close();
  });
});
