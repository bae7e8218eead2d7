// Heartbeats that wait at the broker: when they go, what they say, and what ends them.
import { MillraceError } from '@millrace/protocol';
import { describe, expect, it } from 'vitest';
import { clientOf, eventually, fakeBroker, rejection } from './support/eventually.ts';
import { SILENT, untilAborted } from './support/fake-broker.ts';
import { FakeGroup } from './support/fake-group.ts';
import { FakeLog } from './support/fake-log.ts';
import { pause, setup, texts } from './support/group-setup.ts';

describe('heartbeats that wait', () => {
  it('wait for a third of the session, and tell what was said at the join once', async () => {
    const { consumer, group } = await setup({
      sessionTimeoutMs: 9_000,
      assignor: 'range',
      rebalanceTimeoutMs: 4_000,
    });
    group.waits = true;
    const run = consumer.run({ eachMessage: () => {} });
    await eventually(() => group.beats.length === 2);
    expect(group.beats[0]).toMatchObject({
      maxWaitMs: 0,
      topics: ['t'],
      topicPattern: null,
      assignor: 'range',
      rebalanceTimeoutMs: 4_000,
    });
    expect(group.beats[1]).toMatchObject({ maxWaitMs: 3_000, topics: null, assignor: null });
    await pause(50);
    expect(group.beats.length).toBe(2);
    await consumer.close();
    await run;
    expect(group.leaves).toMatchObject([{ keep: false }]);
  });

  it('wait again only when one was answered after a lost connection: else no answer comes for a session', async () => {
    const { consumer, group, broker } = await setup({ sessionTimeoutMs: 9_000 });
    group.waits = true;
    const run = consumer.run({ eachMessage: () => {} });
    await eventually(() => group.beats.length === 2 && group.underWay === 1);
    broker.drop();
    await eventually(() => group.beats.length === 4);
    expect(group.beats.map(({ maxWaitMs }) => maxWaitMs)).toEqual([0, 3_000, 0, 3_000]);
    expect(group.beats[2]).toMatchObject({ memberEpoch: 1 });
    await consumer.close();
    await run;
  });

  it('wait no longer than 15 s', async () => {
    const { consumer, group } = await setup({ sessionTimeoutMs: 600_000 });
    group.waits = true;
    const run = consumer.run({ eachMessage: () => {} });
    await eventually(() => group.beats.length === 2);
    expect(group.beats[1]?.maxWaitMs).toBe(15_000);
    await consumer.close();
    await run;
  });

  it('are told of news at once, and a change to report ends the one that waits: one at a time', async () => {
    const { consumer, group, log, broker } = await setup({}, [0, 1]);
    group.waits = true;
    log.appendTexts('t', 0, texts(3, 'a'));
    let finish: (() => void) | undefined;
    const run = consumer.run({
      eachMessage: () =>
        new Promise<void>((resolve) => {
          finish = resolve;
        }),
    });
    await eventually(() => finish !== undefined && group.owned.length === 2);
    group.assign([1]);
    await eventually(() => group.beats.at(-1)?.memberEpoch === 2 && group.underWay === 1);
    expect(group.owned).toEqual([0, 1]);
    const cancelled = broker.count('Cancel');
    finish?.();
    await eventually(() => group.owned.length === 1);
    expect(broker.count('Cancel')).toBe(cancelled + 1);
    expect(group.committed(0)).toBe(1);
    expect(group.underWayMost).toBe(1);
    await consumer.close();
    await run;
  });

  it('keep the pace of a broker that does not wait', async () => {
    const { consumer, group } = await setup();
    group.heartbeatIntervalMs = 50;
    const run = consumer.run({ eachMessage: () => {} });
    await pause(300);
    expect(group.beats.length).toBeLessThan(12);
    await consumer.close();
    await run;
  });

  it('go on at once after a lost connection, as the same member', async () => {
    const { consumer, group, broker } = await setup();
    group.waits = true;
    const run = consumer.run({ eachMessage: () => {} });
    await eventually(() => group.beats.length === 2);
    broker.drop();
    await eventually(() => group.beats.length === 4);
    expect(group.beats.map(({ memberEpoch }) => memberEpoch)).toEqual([0, 1, 1, 1]);
    await consumer.close();
    await run;
  });

  it('are not held up by the bound of requests under way', async () => {
    const log = new FakeLog({ t: 2 });
    const group = new FakeGroup(log, [0, 1]);
    const broker = await fakeBroker(group.handlers);
    broker.handlers.DescribeTopics = async (_, { signal }): Promise<typeof SILENT> => {
      await untilAborted(signal);
      return SILENT;
    };
    const client = await clientOf(broker, { maxInFlight: 1 });
    const consumer = client.consumer({ topics: 't', group: 'g' });
    const hanging = client.admin.describeTopics().catch(() => {});
    const run = consumer.run({ eachMessage: () => {} });
    await eventually(() => group.beats.length > 4);
    expect(broker.count('Fetch')).toBe(0);
    await client.close({ timeoutMs: 100 });
    await Promise.all([run, hanging]);
  });
});

describe('static members', () => {
  it('keep their place at close, and give it up when told to', async () => {
    const { client, group } = await setup();
    const options = { topics: 't', group: 'g', instanceId: 'pod-1' };
    for (const leave of [false, true]) {
      const consumer = client.consumer(options);
      const run = consumer.run({ eachMessage: () => {} });
      await eventually(() => group.owned.length === 1);
      await consumer.close({ leave });
      await run;
    }
    expect(group.leaves.map(({ keep }) => keep)).toEqual([true, false]);
    expect(group.beats.every(({ instanceId }) => instanceId === 'pod-1')).toBe(true);
  });

  it('wait, with one line in the log, while another process works under their name', async () => {
    const lines: string[] = [];
    const log = new FakeLog({ t: 1 });
    const group = new FakeGroup(log, [0]);
    const broker = await fakeBroker(group.handlers);
    const client = await clientOf(broker, { logger: { warn: (text) => lines.push(text) } });
    group.refusal = new MillraceError('INSTANCE_IN_USE');
    const consumer = client.consumer({ topics: 't', group: 'g', instanceId: 'pod-1' });
    const run = consumer.run({ eachMessage: () => {} });
    await eventually(() => group.beats.length > 5);
    group.refusal = undefined;
    await eventually(() => group.owned.length === 1);
    expect(lines).toEqual([
      'another process works under this instance id, waiting until it leaves',
    ]);
    await consumer.close();
    await run;
  });

  it('end where a newer process has taken their place', async () => {
    const { client, group, log } = await setup();
    log.appendTexts('t', 0, ['a']);
    const consumer = client.consumer({ topics: 't', group: 'g', instanceId: 'pod-1' });
    let signal: AbortSignal | undefined;
    const run = consumer.run({
      eachMessage: async (_, context) => {
        signal = context.signal;
        await new Promise((resolve) => context.signal.addEventListener('abort', resolve));
      },
    });
    run.catch(() => {});
    await eventually(() => signal !== undefined);
    group.refusal = new MillraceError('FENCED_INSTANCE');
    expect((await rejection(run)).code).toBe('FENCED_INSTANCE');
    expect(signal?.reason).toMatchObject({ code: 'FENCED_INSTANCE' });
  });
});
