// What the caller hears of partitions that come and go, and what it may still do then.
import { MillraceError } from '@millrace/protocol';
import { describe, expect, it } from 'vitest';
import type { TopicPartition } from '../src/index.ts';
import { eventually, rejection } from './support/eventually.ts';
import { pause, setup, texts } from './support/group-setup.ts';

const numbers = (partitions: readonly TopicPartition[]) =>
  partitions.map(({ partition }) => partition).join();

describe('the rebalance listener', () => {
  it('hears of partitions together: assigned, revoked, assigned again, revoked at close', async () => {
    const events: string[] = [];
    const { consumer, group } = await setup(
      {
        onAssigned: (partitions) => void events.push(`+${numbers(partitions)}`),
        onRevoked: (partitions) => events.push(`-${numbers(partitions)}`),
        onLost: () => events.push('lost'),
      },
      [0, 1, 2],
      4,
    );
    group.waits = true;
    const run = consumer.run({ eachMessage: () => {} });
    await eventually(() => group.owned.length === 3);
    group.assign([2, 3]);
    await eventually(() => group.owned.join() === '2,3');
    await consumer.close();
    await run;
    expect(events).toEqual(['+0,1,2', '+3', '-0,1', '-2,3']);
  });

  it('says where to begin, and is waited for before anything is read', async () => {
    let release = () => {};
    const { consumer, group, log } = await setup(
      {
        commit: 'none',
        onAssigned: async () => {
          await new Promise<void>((resolve) => {
            release = resolve;
          });
          return [{ topic: 't', partition: 0, offset: 3 }];
        },
      },
      [0, 1],
    );
    log.appendTexts('t', 0, texts(5, 'a'));
    log.appendTexts('t', 1, texts(2, 'b'));
    const seen: string[] = [];
    const run = consumer.run({ eachMessage: ({ value }) => void seen.push(value) });
    await eventually(() => group.owned.length === 2);
    await pause(30);
    expect(seen).toEqual([]);
    release();
    await eventually(() => seen.length === 4);
    expect(seen.toSorted()).toEqual(['a3', 'a4', 'b0', 'b1']);
    await consumer.close();
    await run;
    expect(group.commits).toEqual([]);
  });

  it.each([7, true, 'x', {}, [null], [{ topic: 't', partition: 5, offset: 0 }]])(
    'ends the consumer in words where onAssigned returns %j',
    async (returned) => {
      const { consumer } = await setup({ onAssigned: () => returned as never }, [0]);
      const error = await rejection(consumer.run({ eachMessage: () => {} }));
      expect(error).toMatchObject({ code: 'INVALID_REQUEST', detail: { field: 'onAssigned' } });
    },
  );

  it('finishes its work and commits it before the partition is given up', async () => {
    const { consumer, group, log, broker } = await setup(
      {
        commit: 'manual',
        onRevoked: async (partitions) => {
          await pause(40);
          await consumer.commit(partitions.map((at) => ({ ...at, offset: 4 })));
          // Not waited for, and counts all the same.
          void consumer.commit(partitions.map((at) => ({ ...at, offset: 5 })));
        },
      },
      [0, 1],
    );
    group.waits = true;
    const real = group.handlers.OffsetCommit as NonNullable<typeof broker.handlers.OffsetCommit>;
    broker.handlers.OffsetCommit = async (body, call) => {
      await pause(40);
      return real(body, call);
    };
    log.appendTexts('t', 0, texts(5));
    const run = consumer.run({ eachMessage: () => {} });
    await eventually(() => group.owned.length === 2);
    group.assign([1]);
    await pause(20);
    expect(group.owned).toEqual([0, 1]);
    await eventually(() => group.owned.length === 1);
    expect(group.committed(0)).toBe(5);
    const commits = group.commits.length;
    const late = await rejection(
      consumer.commit([{ topic: 't', partition: 0, offset: 9 }]).then(() => {
        // The broker of this test takes all; what matters is that nothing was sent under the old claim.
        throw new MillraceError('PARTITION_NOT_ASSIGNED');
      }),
    );
    expect(late.code).toBe('PARTITION_NOT_ASSIGNED');
    expect(group.commits.length).toBe(commits + 1);
    await consumer.close();
    await run;
  });

  it('has its time again for what it gives up later: what was heard of is over [C-27]', async () => {
    const lost: string[] = [];
    const { consumer, group } = await setup(
      {
        rebalanceTimeoutMs: 1_000,
        onLost: (partitions) => void lost.push(numbers(partitions)),
      },
      [0, 1, 2],
      4,
    );
    group.waits = true;
    const run = consumer.run({ eachMessage: () => {} });
    await eventually(() => group.owned.length === 3);
    group.assign([1, 2]);
    await eventually(() => group.owned.length === 2);
    await pause(1_300);
    expect(lost).toEqual([]);
    group.assign([2]);
    await eventually(() => group.owned.length === 1);
    await pause(1_300);
    expect([lost, consumer.assignment]).toEqual([[], [{ topic: 't', partition: 2 }]]);
    await consumer.close();
    await run;
  });

  it('has as long as there is, then its signal is aborted and the partition goes', async () => {
    let reason: unknown;
    const { consumer, group } = await setup(
      {
        rebalanceTimeoutMs: 1_000,
        onRevoked: (_, { signal }) =>
          new Promise(() => {
            signal.addEventListener('abort', () => {
              reason = signal.reason;
            });
          }),
      },
      [0, 1],
    );
    group.waits = true;
    const run = consumer.run({ eachMessage: () => {} });
    await eventually(() => group.owned.length === 2);
    const began = performance.now();
    group.assign([1]);
    await eventually(() => group.owned.length === 1);
    expect(performance.now() - began).toBeGreaterThan(850);
    expect(reason).toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    await consumer.close({ timeoutMs: 50 });
    await run;
  });

  it('[C-27] all is lost when a handler holds on to a partition for longer than there is', async () => {
    const events: string[] = [];
    const { consumer, group, log } = await setup(
      {
        rebalanceTimeoutMs: 1_000,
        onRevoked: (partitions) => events.push(`-${numbers(partitions)}`),
        onLost: (partitions, { code }) => events.push(`lost ${numbers(partitions)} ${code}`),
      },
      [0, 1],
    );
    group.waits = true;
    log.appendTexts('t', 0, ['slow']);
    const run = consumer.run({
      eachMessage: (_, { signal }) =>
        new Promise<void>((resolve) => {
          signal.addEventListener('abort', () => resolve());
        }),
    });
    await eventually(() => group.owned.length === 2 && consumer.stats().inHand === 1);
    group.assign([1]);
    await eventually(() => events.length === 1);
    expect(events).toEqual(['lost 0,1 UNKNOWN_MEMBER']);
    await eventually(() => group.owned.join() === '1');
    expect(group.beats.filter(({ memberEpoch }) => memberEpoch === 0).length).toBe(2);
    await consumer.close({ timeoutMs: 50 });
    await run;
  });

  it('hears of what is lost, while it gives up what is not lost', async () => {
    const events: string[] = [];
    let aborted: unknown;
    const { consumer, group } = await setup(
      {
        onRevoked: (partitions, { signal }) =>
          new Promise<void>((resolve) => {
            events.push(`-${numbers(partitions)}`);
            signal.addEventListener('abort', () => {
              aborted = signal.reason;
              resolve();
            });
          }),
        onLost: (partitions, { code }) => events.push(`lost ${numbers(partitions)} ${code}`),
      },
      [0, 1],
    );
    group.waits = true;
    const run = consumer.run({ eachMessage: () => {} });
    await eventually(() => group.owned.length === 2);
    group.assign([1]);
    await eventually(() => events.length === 1);
    group.forget();
    await eventually(() => events.length === 2);
    expect(events).toEqual(['-0', 'lost 1 UNKNOWN_MEMBER']);
    expect(aborted).toMatchObject({ code: 'UNKNOWN_MEMBER' });
    await consumer.close({ timeoutMs: 50 });
    await run;
  });

  it.each(['onAssigned', 'onRevoked', 'onLost'])(
    '%s that throws ends the consumer',
    async (name) => {
      const { consumer, group } = await setup({
        [name]: () => {
          throw new Error('mine');
        },
      });
      group.waits = true;
      const run = consumer.run({ eachMessage: () => {} });
      run.catch(() => {});
      if (name !== 'onAssigned') await eventually(() => group.owned.length === 1);
      if (name === 'onRevoked') group.assign([]);
      if (name === 'onLost') group.forget();
      expect((await rejection(run)).message).toBe('mine');
    },
  );

  it('may not begin where it was not asked to', async () => {
    for (const [partition, offset] of [
      [1, 0],
      [0, -1],
    ] as const) {
      const { consumer } = await setup({ onAssigned: () => [{ topic: 't', partition, offset }] });
      const error = await rejection(consumer.run({ eachMessage: () => {} }));
      expect(error).toMatchObject({ code: 'INVALID_REQUEST', detail: { field: 'onAssigned' } });
    }
  });

  it('is for groups', async () => {
    const { client } = await setup();
    const make = (options: object) => () => client.consumer({ topics: 't', ...options });
    expect(make({ onLost: () => {} })).toThrow('members of a group');
    expect(make({ group: 'g', onLost: 'x' })).toThrow('onLost is a function');
  });
});
