// Tasks: how many there may be, which of them are told of, and what becomes of one whose group goes.
import { LIMITS } from '@millrace/protocol';
import { describe, expect, it } from 'vitest';
import {
  decideCancelTask,
  decideCreateTopic,
  decideDeleteShareGroup,
  decideStartRedrive,
  listTasks,
} from '../../src/index.ts';
import { NO_FILTER, RedriveWorld } from './redrive-world.ts';

/** Letters in both partitions. */
function died(): RedriveWorld {
  const world = new RedriveWorld();
  for (const partition of [0, 1]) {
    world.append(partition, 3);
    world.receive('workers', partition, 10);
    world.settle('workers', 'reject');
  }
  return world;
}

describe('tasks', () => {
  it('forgets those that ended longest ago, and never gives out an id again [L-124]', () => {
    const world = died();
    const ids: number[] = [];
    for (let i = 0; i < LIMITS.tasksEndedMax + 5; i += 1) {
      const taskId = world.start({ dryRun: true });
      while (!world.slice(taskId, 100));
      ids.push(taskId);
      if (i % 50 === 0) world.machine.reload();
    }
    expect(new Set(ids).size).toBe(ids.length);
    const { tasks } = world.machine.run(listTasks, { taskIds: null });
    expect(tasks.map(({ taskId }) => taskId)).toEqual(ids.slice(5).toReversed());
    expect(world.machine.view.count('tasks')).toBe(LIMITS.tasksEndedMax);
    const forgotten = world.machine.refused(listTasks, { taskIds: [ids[0] ?? 0] });
    expect(forgotten.code).toBe('UNKNOWN_TASK');
  });

  it('lets only so many run [L-124]', () => {
    const { machine } = new RedriveWorld();
    const rest = { group: null, target: null, filter: NO_FILTER, ratePerSecond: 0, dryRun: false };
    const start = (topic: string) => machine.decide(decideStartRedrive, { topic, ...rest });
    for (let i = 0; i <= LIMITS.tasksRunningMax; i += 1) {
      const topic = { name: `t${i}`, partitions: 1, config: null, annotations: null };
      machine.run(decideCreateTopic, { ...topic, validateOnly: false });
      const { error } = start(`t${i}`);
      expect(error?.code).toBe(i < LIMITS.tasksRunningMax ? undefined : 'LIMIT_EXCEEDED');
    }
    machine.run(decideCancelTask, { taskId: 1 });
    expect(start(`t${LIMITS.tasksRunningMax}`).error).toBeUndefined();
  });

  it('fails when the group goes in which letters are resolved, and moves nothing more [L-122]', () => {
    const world = died();
    const taskId = world.start({});
    world.slice(taskId, 2);
    world.machine.run(decideDeleteShareGroup, { group: 'undertakers' });
    const rowsOf = () =>
      (['dead', 'runs', 'batches'] as const).map((table) => world.machine.view.count(table));
    const before = rowsOf();
    expect(world.slice(taskId, 100)).toBe(true);
    const error = 'share group undertakers was deleted';
    expect(world.task(taskId)).toMatchObject({ state: 'failed', moved: 2, error });
    expect(rowsOf()).toEqual(before);
  });

  it('moves what has a key to the partition of the key, with the id of the message [L-119]', () => {
    const world = died();
    const taskId = world.start({ target: 'elsewhere' });
    while (!world.slice(taskId, 2));
    expect(world.task(taskId)).toMatchObject({ moved: 6, failed: 0 });
    const byKey = new Map<number | undefined, Set<number>>();
    for (const { key, partition, headers } of world.records('elsewhere')) {
      const places = byKey.get(key?.[0]) ?? new Set();
      byKey.set(key?.[0], places.add(partition));
      expect([...headers.keys()]).toEqual(['millrace-dlq-message-id']);
    }
    expect([...byKey.values()].map((places) => places.size)).toEqual([1, 1]);
  });
});
