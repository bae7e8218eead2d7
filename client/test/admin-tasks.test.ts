// The administrator's purge, redrive tasks and effects.
import type { ResponseInput } from '@millrace/protocol';
import { describe, expect, it } from 'vitest';
import type { Task } from '../src/index.ts';
import { clientOf, fakeBroker, rejection } from './support/eventually.ts';

async function setup() {
  const broker = await fakeBroker();
  const client = await clientOf(broker);
  return { broker, client, admin: client.admin };
}

describe('purge', () => {
  it('sums what it takes, and is undone', async () => {
    const { broker, admin } = await setup();
    const partitions = [0, 1].map((partition) => ({
      topic: 't',
      topicId: 1,
      partition,
      messages: 4,
    }));
    broker.handlers.Purge = ({ dryRun }) => ({ partitions, undoUntilMs: dryRun ? 0 : 77 });
    broker.handlers.UndoPurge = () => ({ partitions: partitions.slice(1) });
    expect(await admin.purge({ group: 'g', dryRun: true })).toEqual({
      messages: 8,
      partitions,
      undoUntilMs: null,
    });
    expect(await admin.purge({ group: 'g', topic: 't' })).toMatchObject({ undoUntilMs: 77 });
    expect(await admin.undoPurge({ group: 'g' })).toMatchObject({ messages: 4 });
  });
});

const TASK = {
  taskId: 3,
  kind: 'redrive',
  state: 'running',
  topic: 'dead',
  group: 'g',
  filter: {},
  ratePerSecond: 0,
  dryRun: false,
  total: 10,
  scanned: 0,
  moved: 0,
  skipped: 0,
  failed: 0,
  startedAtMs: 1,
} as const satisfies ResponseInput<'ListTasks'>['tasks'][number];

describe('redrive', () => {
  it('is started, watched until it ends, and cancelled', async () => {
    const { broker, admin } = await setup();
    broker.handlers.StartRedrive = () => ({ taskId: 3 });
    broker.handlers.CancelTask = () => ({ moved: 5 });
    let asked = 0;
    broker.handlers.ListTasks = () => {
      asked += 1;
      const state = asked < 5 ? 'running' : 'completed';
      return { tasks: [{ ...TASK, state, moved: asked >> 1 }] };
    };
    const input = { topic: 'dead', filter: { reason: 'exhausted' }, ratePerSecond: 9 };
    expect(await admin.startRedrive(input)).toEqual({ taskId: 3 });
    const seen: Task[] = [];
    const task = await admin.waitForTask(3, { intervalMs: 1, onProgress: (now) => seen.push(now) });
    expect(task.state).toBe('completed');
    expect(seen.map(({ moved }) => moved)).toEqual([0, 1, 2, 2]);
    expect(broker.requests('ListTasks')[0]).toEqual({ taskIds: [3] });
    expect(await admin.cancelTask(3)).toEqual({ moved: 5 });
    expect((await admin.tasks()).length).toBe(1);
  });

  it('is not waited for after the signal, or after close', async () => {
    const { broker, client, admin } = await setup();
    broker.handlers.ListTasks = () => ({ tasks: [TASK] });
    const signal = AbortSignal.timeout(20);
    expect((await rejection(admin.waitForTask(3, { signal }))).code).toBe('ABORTED');
    const waiting = rejection(admin.waitForTask(3, { intervalMs: 60_000 }));
    await new Promise((resolve) => setTimeout(resolve, 20));
    await client.close();
    expect((await waiting).code).toBe('CLIENT_CLOSED');
  });
});

describe('an effect', () => {
  it('is read by its key', async () => {
    const { broker, admin } = await setup();
    broker.handlers.GetEffect = ({ key }) =>
      key === 'none'
        ? { state: 'none', key }
        : {
            state: 'done',
            key,
            token: 4,
            memberId: 'm',
            atMs: 1,
            untilMs: 2,
            value: Buffer.from('7'),
          };
    expect(await admin.effect<number>('g', 'mail')).toEqual({
      key: 'mail',
      state: 'done',
      memberId: 'm',
      atMs: 1,
      untilMs: 2,
      value: 7,
    });
    expect(await admin.effect('g', 'none')).toMatchObject({ state: 'none', value: null });
  });
});
