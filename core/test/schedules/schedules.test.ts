// What becomes of a schedule: paused, in error, deleted, listed.
import { MillraceError } from '@millrace/protocol';
import { describe, expect, it } from 'vitest';
import {
  decideAlterSchedule,
  decideAlterTopic,
  decideCreateSchedule,
  decideDeleteSchedule,
  decideDeleteTopic,
  decideTick,
  listSchedules,
} from '../../src/index.ts';
import type { Machine } from '../support/machine.ts';
import {
  createTopic,
  cronTicks,
  listed,
  START,
  scheduleOf,
  setUp,
  tickAll,
  tickMessages,
  ticksOf,
} from '../support/schedule-commands.ts';
import { topicChange } from '../support/topic-change.ts';

function pause(machine: Machine, paused: boolean): void {
  machine.run(decideAlterSchedule, { name: 'cleanup', paused, cronTicks });
}

describe('a schedule', () => {
  it('[S-10] that is paused has no ticks, and they are not made up for', () => {
    const { machine, topicId } = setUp({ missed: 'all' });
    machine.nowMs += 1_000;
    tickAll(machine);
    pause(machine, true);
    expect(listed(machine)).toMatchObject({ paused: true, nextAtMs: null });
    machine.reload();
    machine.nowMs += 3_500;
    tickAll(machine);
    pause(machine, false);
    expect(listed(machine)).toMatchObject({ paused: false, nextAtMs: START + 5_000 });
    machine.nowMs += 1_000;
    tickAll(machine);
    expect(ticksOf(machine, topicId)).toEqual([1_000, 5_000]);
    expect(listed(machine)).toMatchObject({ missedTicks: 0 });
  });

  it('[S-10] may be told twice', () => {
    const { machine } = setUp();
    pause(machine, false);
    expect(machine.writes).toEqual([]);
    pause(machine, true);
    pause(machine, true);
    expect(machine.writes).toEqual([]);
  });

  it('[S-11] stays when its topic is deleted, and says so; another topic of that name is another', () => {
    const { machine } = setUp();
    machine.run(decideDeleteTopic, { name: 'jobs' });
    machine.nowMs += 1_000;
    tickAll(machine);
    const error = 'Topic jobs was deleted.';
    expect(listed(machine)).toMatchObject({ topic: 'jobs', error, sent: 0, missedTicks: 1 });
    const again = createTopic(machine, 'jobs');
    machine.nowMs += 1_000;
    tickAll(machine);
    machine.reload();
    expect(tickMessages(machine, again)).toEqual([]);
    expect(listed(machine)).toMatchObject({ error, missedTicks: 2, nextAtMs: START + 3_000 });
    // What is counted for whoever watches: not what somebody has paused or deleted.
    expect(machine.state.schedules.failing).toBe(1);
    pause(machine, true);
    expect(machine.state.schedules.failing).toBe(0);
    pause(machine, false);
    expect(machine.state.schedules.failing).toBe(1);
    machine.run(decideDeleteSchedule, { name: 'cleanup' });
    expect(machine.state.schedules.failing).toBe(0);
  });

  it('[S-11] whose message the topic no longer takes says so until it takes it again', () => {
    const { machine, topicId } = setUp({ value: new Uint8Array(500) });
    const limit = (messageBytesMax: number) => {
      const config = topicChange({ messageBytesMax });
      machine.run(decideAlterTopic, { name: 'jobs', partitions: null, config, annotations: null });
      machine.nowMs += 1_000;
      tickAll(machine);
    };
    limit(100);
    expect(listed(machine)?.error).toContain('takes at most 100');
    limit(1_000);
    expect(listed(machine)).toMatchObject({ error: null, sent: 1, missedTicks: 1 });
    expect(ticksOf(machine, topicId)).toEqual([2_000]);
  });

  it('[S-11] whose time zone is gone stops and says so', () => {
    const { machine } = setUp({ cron: 'every 1' });
    machine.nowMs += 1_000;
    const gone = () => new MillraceError('INVALID_REQUEST', 'No such time zone.');
    machine.run(decideTick, { scheduleId: 1, cronTicks: gone, ticksMax: 16 });
    const stopped = { nextAtMs: null, sent: 0, error: 'No such time zone.' };
    expect(listed(machine)).toMatchObject(stopped);
  });

  it('[S-12] that is deleted is gone, its messages stay, its name is free', () => {
    const { machine, topicId } = setUp();
    machine.nowMs += 1_000;
    tickAll(machine);
    machine.run(decideDeleteSchedule, { name: 'cleanup' });
    machine.reload();
    machine.nowMs += 5_000;
    tickAll(machine);
    expect(ticksOf(machine, topicId)).toEqual([1_000]);
    for (const decide of [decideDeleteSchedule, decideAlterSchedule] as const) {
      const error = machine.refused(decide, { name: 'cleanup', paused: true, cronTicks });
      expect(error.code).toBe('UNKNOWN_SCHEDULE');
    }
    machine.run(decideCreateSchedule, scheduleOf());
    expect(machine.state.schedules.byName('cleanup')?.scheduleId).toBe(2);
  });

  it('[S-12] is listed by name; an unknown one is refused', () => {
    const { machine } = setUp();
    machine.run(decideCreateSchedule, scheduleOf({ name: 'audit' }));
    const all = machine.run(
      (state, view, query: { names: null }) => listSchedules(state, view, query),
      {
        names: null,
      },
    );
    expect(all.schedules.map(({ name }) => name)).toEqual(['audit', 'cleanup']);
    const query = { names: ['audit', 'nothing'] };
    expect(
      machine.refused((state, view, q: typeof query) => listSchedules(state, view, q), query).code,
    ).toBe('UNKNOWN_SCHEDULE');
  });
});
