// Membership of a group: heartbeats, leaving, being forgotten, and partitions that come and go.
import { MillraceError } from '@millrace/protocol';
import { describe, expect, it } from 'vitest';
import { eventually, rejection } from './support/eventually.ts';
import { SILENT } from './support/fake-broker.ts';
import { pause, setup, texts } from './support/group-setup.ts';

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
    let during = 0;
    const run = consumer.run({
      eachMessage: async () => {
        const before = group.beats.length;
        await eventually(() => group.beats.length > before + 3);
        during = group.beats.length - before;
      },
    });
    await eventually(() => during > 0);
    expect(group.leaves).toEqual([]);
    await consumer.close();
    await run;
    expect(group.beats.filter(({ memberEpoch }) => memberEpoch === 0).length).toBe(1);
  });

  it('is given up while one message takes too long, and taken up after it', async () => {
    const { consumer, group, log } = await setup({ maxProcessingMs: 500 });
    log.appendTexts('t', 0, texts(2));
    const seen: string[] = [];
    let signal: AbortSignal | undefined;
    let finish = () => {};
    const slow = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const run = consumer.run({
      eachMessage: async ({ value }, context) => {
        seen.push(value);
        signal ??= context.signal;
        if (seen.length === 1) await slow;
      },
    });
    await eventually(() => group.leaves.length === 1);
    expect(signal?.aborted).toBe(true);
    const beats = group.beats.length;
    await pause(60);
    expect(group.beats.length).toBe(beats);
    finish();
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
