// What a consumer commits, and when.
import { MillraceError } from '@millrace/protocol';
import { describe, expect, it } from 'vitest';
import { clientOf, eventually, fakeBroker, rejection } from './support/eventually.ts';
import { FakeGroup } from './support/fake-group.ts';
import { FakeLog } from './support/fake-log.ts';
import { pause, setup, texts } from './support/group-setup.ts';

describe('commits', () => {
  it('auto: in a loop what is before the message in hand', async () => {
    const { consumer, group, log } = await setup();
    log.appendTexts('t', 0, texts(10));
    for await (const { value } of consumer) if (value === '4') break;
    await consumer.close();
    expect(group.committed()).toBe(4);
  });

  it('auto: at intervals, only what is processed', async () => {
    const { consumer, group, log } = await setup({ commitIntervalMs: 20 });
    log.appendTexts('t', 0, texts(10));
    let finish = () => {};
    const run = consumer.run({
      eachMessage: ({ value }) =>
        value === '7'
          ? new Promise<void>((resolve) => {
              finish = resolve;
            })
          : undefined,
    });
    await eventually(() => group.committed() === 7);
    // On a slow machine the interval may pass again before the consumer hears of it.
    await eventually(() => consumer.stats().commits === group.commits.length);
    const commits = group.commits.length;
    await pause(60);
    expect(group.commits.length).toBe(commits);
    finish();
    await eventually(() => group.committed() === 10);
    await consumer.close();
    await run;
  });

  it('auto: what was processed before a handler failed', async () => {
    const { consumer, group, log } = await setup();
    log.appendTexts('t', 0, texts(10));
    await rejection(
      consumer.run({
        eachMessage: ({ value }) => {
          if (value === '6') throw new Error('six');
        },
      }),
    );
    expect(group.committed()).toBe(6);
    expect(group.leaves.length).toBe(1);
  });

  it('auto: batches when the next one is asked for', async () => {
    const { consumer, group, log } = await setup({ maxBatchMessages: 4 });
    log.appendTexts('t', 0, texts(10));
    for await (const { firstOffset } of consumer.batches()) if (firstOffset === 8) break;
    await consumer.close();
    expect(group.committed()).toBe(8);
  });

  it('manual: what it is told, joined by partition, the last one counts', async () => {
    const { consumer, group, log } = await setup({ commit: 'manual' });
    log.appendTexts('t', 0, texts(10));
    const all: Promise<void>[] = [];
    for await (const message of consumer) {
      if (message.offset < 5) all.push(message.commit());
      if (message.offset === 8) break;
    }
    await Promise.all(all);
    expect(group.committed()).toBe(5);
    expect(group.commits.length).toBeLessThan(3);
    await consumer.commit([{ topic: 't', partition: 0, offset: 7, metadata: 'note' }]);
    expect(group.commits.at(-1)?.offsets).toMatchObject([{ offset: 7, metadata: 'note' }]);
    await consumer.commit();
    expect(group.committed()).toBe(8);
    await consumer.close();
    expect(group.committed()).toBe(8);
  });

  it('none: nothing', async () => {
    const { consumer, group, log } = await setup({ commit: 'none', commitIntervalMs: 5 });
    log.appendTexts('t', 0, texts(10));
    for await (const { value } of consumer) if (value === '4') break;
    await pause(20);
    await consumer.close();
    expect(group.commits).toEqual([]);
  });

  it('are not said again for a member that was expelled and has joined anew: another may have gone on [C-21]', async () => {
    const { consumer, group, log, broker } = await setup({ commit: 'manual' });
    log.appendTexts('t', 0, texts(3));
    const real = group.handlers.OffsetCommit;
    broker.handlers.OffsetCommit = async (body, call) => {
      const joined = group.joinedEpoch;
      group.joinedEpoch += 10;
      group.epoch += 10;
      // It hears of it by a refusal of its heartbeat, and joins.
      group.refusal = new MillraceError('UNKNOWN_MEMBER');
      const beats = group.beats.length;
      await eventually(() => group.beats.length > beats);
      group.refusal = undefined;
      await eventually(() => group.joinedEpoch > joined + 10 && consumer.stats().lost > 0);
      return (real as NonNullable<typeof real>)(body, call);
    };
    for await (const message of consumer) {
      expect((await rejection(message.commit())).code).toBe('FENCED_MEMBER_EPOCH');
      break;
    }
    expect(group.committed()).toBeUndefined();
    expect(broker.count('OffsetCommit')).toBe(1);
  });

  it('seek back is what is committed next', async () => {
    const { consumer, group, log } = await setup({ commitIntervalMs: 10 });
    log.appendTexts('t', 0, texts(10));
    log.committed.set('1/0', 9);
    const reading = consumer[Symbol.asyncIterator]();
    await reading.next();
    consumer.seek({ topic: 't', partition: 0, offset: 2 });
    expect((await reading.next()).value?.value).toBe('2');
    await eventually(() => group.committed() === 2);
  });

  it.each([null, 7, {}, [null], [7], [{ partition: 0, offset: 0 }]])(
    'of what names no partitions are refused in words, as is to seek, pause or resume it: %j',
    async (given) => {
      const { consumer } = await setup();
      const bad = given as never;
      const refusals = [
        () => consumer.commit(bad),
        () => consumer.committed(given === null ? (7 as never) : bad),
        async () => consumer.seek(bad),
        async () => consumer.pause(bad),
        async () => consumer.resume(bad),
        () => consumer.seekTo('earliest', bad),
      ].map((act) => rejection(act()));
      for (const error of await Promise.all(refusals)) {
        expect(error).toMatchObject({ name: 'MillraceError', code: 'INVALID_REQUEST' });
      }
    },
  );

  it('that fail are logged where they are automatic', async () => {
    const warnings: string[] = [];
    const log = new FakeLog({ t: 1 });
    const group = new FakeGroup(log, [0]);
    const broker = await fakeBroker(group.handlers);
    broker.handlers.OffsetCommit = () => new MillraceError('UNKNOWN_TOPIC');
    const client = await clientOf(broker, { logger: { warn: (text) => warnings.push(text) } });
    log.appendTexts('t', 0, texts(2));
    const consumer = client.consumer({ group: 'g', topics: 't', commitIntervalMs: 10 });
    const run = consumer.run({ eachMessage: () => {} });
    await eventually(() => warnings.includes('offsets were not committed'));
    await consumer.close();
    await run;
    expect(group.committed()).toBe(undefined);
  });
});

describe('commits by themselves', () => {
  it('each: a handler has its next message once the last one is committed', async () => {
    const { consumer, group, log } = await setup({ commit: 'each' });
    log.appendTexts('t', 0, texts(4));
    const before: (number | undefined)[] = [];
    const run = consumer.run({ eachMessage: () => void before.push(group.committed()) });
    await eventually(() => group.committed() === 4);
    expect(before).toEqual([undefined, 1, 2, 3]);
    await consumer.close();
    await run;
    expect(group.commits.length).toBe(4);
  });

  it('each: batches, and loops without waiting', async () => {
    const { consumer, group, log } = await setup({ commit: 'each', maxBatchMessages: 2 });
    log.appendTexts('t', 0, texts(6));
    const seen: number[] = [];
    for await (const { offset } of consumer) {
      seen.push(offset);
      if (offset > 0) await eventually(() => group.committed() === offset);
      if (offset === 2) break;
    }
    const before: (number | undefined)[] = [];
    const run = consumer.run({ eachBatch: () => void before.push(group.committed()) });
    await eventually(() => group.committed() === 6);
    expect(before).toEqual([2, 5]);
    await consumer.close();
    await run;
  });

  it('auto: after so many, whatever the interval', async () => {
    const { consumer, group, log } = await setup({ commitThreshold: 4, commitIntervalMs: 60_000 });
    log.appendTexts('t', 0, texts(10));
    const run = consumer.run({ eachMessage: () => {} });
    await eventually(() => (group.committed() ?? 0) >= 8);
    await consumer.close();
    await run;
    expect(group.committed()).toBe(10);
  });
});
