// The consumer in a group: heartbeats, partitions that come and go, and what is committed when.
import { MillraceError } from '@millrace/protocol';
import { describe, expect, it } from 'vitest';
import { type ConsumerOptions, codecs } from '../src/index.ts';
import { clientOf, eventually, fakeBroker, rejection } from './support/eventually.ts';
import { SILENT } from './support/fake-broker.ts';
import { FakeGroup } from './support/fake-group.ts';
import { FakeLog } from './support/fake-log.ts';

async function setup(options: Partial<ConsumerOptions<string>> = {}, target = [0], partitions = 2) {
  const log = new FakeLog({ t: partitions });
  const group = new FakeGroup(log, target);
  const broker = await fakeBroker(group.handlers);
  const client = await clientOf(broker);
  const consumer = client.consumer({ group: 'g', topics: 't', codec: codecs.text, ...options });
  return { log, group, broker, client, consumer };
}

const texts = (count: number, prefix = '') => Array.from({ length: count }, (_, n) => prefix + n);
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('membership', () => {
  it('joins with its topics, keeps the pace, leaves at close', async () => {
    const { consumer, group } = await setup({ memberId: 'me', sessionTimeoutMs: 2_000 });
    const run = consumer.run({ eachMessage: () => {} });
    await eventually(() => group.beats.length >= 4);
    expect(group.beats[0]).toMatchObject({
      group: 'g',
      memberId: 'me',
      memberEpoch: 0,
      sessionTimeoutMs: 2_000,
      topics: ['t'],
      owned: [],
    });
    expect(group.beats[1]).toMatchObject({
      memberEpoch: 1,
      owned: [{ topicId: 1, partitions: [0] }],
    });
    await consumer.close();
    await run;
    const beats = group.beats.length;
    expect(group.leaves).toMatchObject([{ memberId: 'me', memberEpoch: 1 }]);
    await pause(60);
    expect(group.beats.length).toBe(beats);
  });

  it('is kept while a handler is slow', async () => {
    const { consumer, group, log } = await setup();
    log.appendTexts('t', 0, ['slow']);
    let isWorking = false;
    const run = consumer.run({
      eachMessage: async () => {
        isWorking = true;
        await pause(150);
        isWorking = false;
      },
    });
    await eventually(() => isWorking);
    const before = group.beats.length;
    await eventually(() => !isWorking);
    expect(group.beats.length - before).toBeGreaterThan(3);
    await consumer.close();
    await run;
  });

  it('is given up while one message takes too long, and taken up after it', async () => {
    const { consumer, group, log } = await setup({ maxProcessingMs: 60 });
    log.appendTexts('t', 0, texts(2));
    const seen: string[] = [];
    let signal: AbortSignal | undefined;
    const run = consumer.run({
      eachMessage: async ({ value }, context) => {
        seen.push(value);
        signal ??= context.signal;
        if (seen.length === 1) await pause(200);
      },
    });
    await eventually(() => group.leaves.length === 1);
    expect(signal?.aborted).toBe(true);
    const beats = group.beats.length;
    await pause(60);
    expect(group.beats.length).toBe(beats);
    // It was never committed, so it comes again.
    await eventually(() => seen.length === 3);
    expect(seen).toEqual(['0', '0', '1']);
    await consumer.close();
    await run;
  });

  it('begins anew where the group has forgotten it', async () => {
    const { consumer, group, log } = await setup();
    log.appendTexts('t', 0, texts(3));
    const seen: string[] = [];
    const run = consumer.run({
      eachMessage: ({ value }) => {
        seen.push(value);
      },
    });
    await eventually(() => seen.length === 3);
    group.forget();
    await eventually(() => seen.length === 6);
    expect(group.beats.filter(({ memberEpoch }) => memberEpoch === 0).length).toBe(2);
    expect(seen).toEqual(['0', '1', '2', '0', '1', '2']);
    await consumer.close();
    await run;
  });

  it('ends where the group is of the other kind', async () => {
    const { consumer, broker } = await setup();
    broker.handlers.GroupHeartbeat = () => new MillraceError('GROUP_KIND_MISMATCH');
    const error = await rejection(consumer.run({ eachMessage: () => {} }));
    expect(error.code).toBe('GROUP_KIND_MISMATCH');
  });

  it('outlives lost connections', async () => {
    const { consumer, group, broker, log } = await setup();
    const seen: string[] = [];
    const run = consumer.run({
      eachMessage: ({ value }) => {
        seen.push(value);
      },
    });
    await eventually(() => group.beats.length > 2);
    broker.drop();
    log.appendTexts('t', 0, ['after']);
    await eventually(() => seen.length === 1);
    expect(group.beats.filter(({ memberEpoch }) => memberEpoch === 0).length).toBe(1);
    await consumer.close();
    await run;
  });

  it('takes the partitions for lost when no heartbeat came through for a session', async () => {
    const { consumer, group, broker, log } = await setup({ sessionTimeoutMs: 1_000 });
    log.appendTexts('t', 0, ['a']);
    let signal: AbortSignal | undefined;
    const run = consumer.run({
      eachMessage: async (_, context) => {
        signal ??= context.signal;
        await pause(20);
        if (!signal.aborted)
          await new Promise((resolve) => signal?.addEventListener('abort', resolve));
      },
    });
    await eventually(() => signal !== undefined);
    const { GroupHeartbeat } = group.handlers;
    broker.handlers.GroupHeartbeat = () => SILENT;
    await eventually(() => signal?.aborted === true);
    broker.handlers.GroupHeartbeat = GroupHeartbeat as never;
    await consumer.close();
    await run;
    expect(signal?.reason).toMatchObject({ code: 'UNKNOWN_MEMBER' });
  });
});

describe('partitions that come and go', () => {
  it('finishes what is in hand and commits it, and only then reports', async () => {
    const { consumer, group, log } = await setup({}, [0, 1]);
    log.appendTexts('t', 0, texts(10, 'a'));
    log.appendTexts('t', 1, texts(10, 'b'));
    const events: string[] = [];
    let finish = () => {};
    const run = consumer.run({
      concurrency: 2,
      eachMessage: async ({ value }) => {
        events.push(value);
        if (value !== 'a2') return;
        await new Promise<void>((resolve) => {
          finish = resolve;
        });
        events.push('a2 done');
      },
    });
    await eventually(() => events.includes('a2') && events.includes('b9'));
    group.assign([1]);
    const beats = group.beats.length;
    await eventually(() => group.beats.length > beats + 3);
    expect(group.owned).toEqual([0, 1]);
    expect(group.committed(0)).toBe(undefined);
    finish();
    await eventually(() => group.owned.length === 1);
    expect(group.committed(0)).toBe(3);
    expect(events.filter((event) => event.startsWith('a'))).toEqual(['a0', 'a1', 'a2', 'a2 done']);
    expect(consumer.assignment).toEqual([{ topic: 't', partition: 1 }]);
    await consumer.close();
    await run;
  });

  it('goes on in a loop with what is left', async () => {
    const { consumer, group, log } = await setup({}, [0, 1]);
    log.appendTexts('t', 0, texts(3, 'a'));
    const seen: string[] = [];
    for await (const { value } of consumer) {
      seen.push(value);
      if (value === 'a1') {
        group.assign([1]);
        const beats = group.beats.length;
        await eventually(() => group.beats.length > beats + 1);
        log.appendTexts('t', 1, ['b0']);
      }
      if (value === 'b0') break;
    }
    expect(seen).toEqual(['a0', 'a1', 'b0']);
    await eventually(() => group.committed(0) === 2);
  });

  it('takes up new ones where the group stopped', async () => {
    const { consumer, group, log } = await setup({}, [0]);
    log.appendTexts('t', 1, texts(5));
    log.committed.set('1/1', 3);
    const seen: string[] = [];
    const run = consumer.run({
      eachMessage: ({ value }) => {
        seen.push(value);
      },
    });
    await eventually(() => group.beats.length > 1);
    group.assign([0, 1]);
    await eventually(() => seen.length === 2);
    expect(seen).toEqual(['3', '4']);
    await eventually(() => group.owned.length === 2);
    await consumer.close();
    await run;
  });

  it('cannot commit what it has lost', async () => {
    const { consumer, group, log } = await setup({ commit: 'manual' });
    log.appendTexts('t', 0, texts(2));
    let error: { code?: string } = {};
    const run = consumer.run({
      eachMessage: async (message, { signal }) => {
        if (error.code !== undefined) return;
        group.forget();
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        error = await rejection(message.commit());
      },
    });
    await eventually(() => error.code !== undefined);
    expect(error.code).toBe('FENCED_MEMBER_EPOCH');
    expect(group.commits).toEqual([]);
    await consumer.close();
    await run;
  });
});

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

  it('are said again under the epoch that came meanwhile', async () => {
    const { consumer, group, log, broker } = await setup({ commit: 'manual' });
    log.appendTexts('t', 0, texts(3));
    const real = group.handlers.OffsetCommit;
    let isFirst = true;
    broker.handlers.OffsetCommit = async (body, call) => {
      if (isFirst) {
        isFirst = false;
        group.epoch += 1;
        const beats = group.beats.length;
        await eventually(() => group.beats.length > beats + 1);
      }
      return (real as NonNullable<typeof real>)(body, call);
    };
    for await (const message of consumer) {
      await message.commit();
      break;
    }
    expect(group.committed()).toBe(1);
    expect(broker.count('OffsetCommit')).toBe(2);
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
