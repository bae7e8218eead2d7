import { LIMITS, MillraceError, partitionForKey } from '@millrace/protocol';
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
import { Machine } from '../support/machine.ts';
import {
  createTopic,
  cronTicks,
  scheduleOf,
  tickAll,
  tickMessages,
} from '../support/schedule-commands.ts';
import { topicChange } from '../support/topic-change.ts';

const START = 1_000_000;
const TEXT = new TextEncoder();

function setUp(change: Parameters<typeof scheduleOf>[0] = {}, partitions = 1) {
  const machine = new Machine(START);
  const topicId = createTopic(machine, 'jobs', partitions);
  machine.run(decideCreateSchedule, scheduleOf(change));
  return { machine, topicId };
}

function listed(machine: Machine, name = 'cleanup') {
  return machine.run(
    (state, view, query: { names: string[] }) => listSchedules(state, view, query),
    {
      names: [name],
    },
  ).schedules[0];
}

function ticksOf(machine: Machine, topicId: number): number[] {
  return tickMessages(machine, topicId).map(({ tickMs }) => tickMs - START);
}

function pause(machine: Machine, paused: boolean): void {
  machine.run(decideAlterSchedule, { name: 'cleanup', paused, cronTicks });
}

describe('creating a schedule', () => {
  it.each([
    ['neither cron nor everyMs', { everyMs: null }, 'INVALID_REQUEST', 'cron'],
    ['both', { cron: 'every 1', everyMs: 1_000 }, 'INVALID_REQUEST', 'everyMs'],
    ['a zone without cron', { timeZone: 'Europe/Berlin' }, 'INVALID_REQUEST', 'timeZone'],
    ['a cron that never comes', { cron: 'never' }, 'INVALID_REQUEST', 'cron'],
    ['a bad name', { name: 'a/b' }, 'INVALID_REQUEST', 'name'],
    ['dots alone', { name: '..' }, 'INVALID_REQUEST', 'name'],
  ])('[S-1] refuses %s', (_, change, code, field) => {
    const machine = new Machine(START);
    createTopic(machine, 'jobs');
    const error = machine.refused(decideCreateSchedule, scheduleOf(change));
    expect(error).toMatchObject({ code, detail: { field } });
    expect(machine.state.schedules.size).toBe(0);
  });

  it('[S-1] refuses a name that is taken and a topic that is not there', () => {
    const { machine } = setUp();
    expect(machine.refused(decideCreateSchedule, scheduleOf()).code).toBe('SCHEDULE_EXISTS');
    const nowhere = scheduleOf({ name: 'other', topic: 'nowhere' });
    expect(machine.refused(decideCreateSchedule, nowhere).code).toBe('UNKNOWN_TOPIC');
  });

  it('[S-3] refuses what is too large, for the broker or for the topic', () => {
    const { machine } = setUp();
    const large = (bytes: number, headers = 0) =>
      scheduleOf({
        name: 'large',
        value: new Uint8Array(bytes),
        headers: Array.from({ length: headers }, (_, i) => ({
          name: `h${i}`,
          value: new Uint8Array(1),
        })),
      });
    const max = LIMITS.scheduleMessageBytesMax;
    expect(machine.refused(decideCreateSchedule, large(max + 1)).code).toBe('MESSAGE_TOO_LARGE');
    expect(machine.refused(decideCreateSchedule, large(max - 2, 1)).code).toBe('MESSAGE_TOO_LARGE');
    expect(machine.refused(decideCreateSchedule, large(0, 127))).toMatchObject({
      code: 'INVALID_REQUEST',
      detail: { field: 'headers' },
    });
    const config = topicChange({ messageBytesMax: 2_000 });
    machine.run(decideAlterTopic, { name: 'jobs', partitions: null, config, annotations: null });
    expect(machine.refused(decideCreateSchedule, large(1_960)).code).toBe('MESSAGE_TOO_LARGE');
    machine.run(decideCreateSchedule, large(900, 126));
    machine.nowMs += 1_000;
    tickAll(machine);
    expect(listed(machine, 'large')).toMatchObject({ sent: 1, error: null });
  });

  it('[S-6] refuses headers that are the broker’s to set', () => {
    const { machine } = setUp();
    const headers = [{ name: 'millrace-schedule-tick', value: TEXT.encode('1') }];
    const error = machine.refused(decideCreateSchedule, scheduleOf({ name: 'x', headers }));
    expect(error).toMatchObject({ code: 'INVALID_REQUEST', detail: { field: 'headers' } });
  });

  it('[S-1] keeps at most so many', () => {
    const { machine } = setUp();
    for (let i = 1; i < LIMITS.schedulesMax; i += 1) {
      machine.run(decideCreateSchedule, scheduleOf({ name: `s${i}` }));
    }
    const error = machine.refused(decideCreateSchedule, scheduleOf({ name: 'one-more' }));
    expect(error.code).toBe('LIMIT_EXCEEDED');
    machine.run(decideDeleteSchedule, { name: 's1' });
    machine.run(decideCreateSchedule, scheduleOf({ name: 'one-more' }));
  }, 30_000);
});

describe('a tick', () => {
  it('[S-2] comes every so many ms from the creation on, also after a restart', () => {
    const { machine, topicId } = setUp({ everyMs: 2_500 });
    expect(listed(machine)).toMatchObject({ nextAtMs: START + 2_500, lastAtMs: null, sent: 0 });
    for (const atMs of [2_499, 2_500, 3_000, 5_200, 7_500]) {
      machine.nowMs = START + atMs;
      tickAll(machine);
      machine.reload();
    }
    expect(ticksOf(machine, topicId)).toEqual([2_500, 5_000, 7_500]);
    expect(listed(machine)).toMatchObject({ nextAtMs: START + 10_000, lastAtMs: START + 7_500 });
  });

  it('[S-5] is one decision: messages and the row with the next tick', () => {
    const { machine } = setUp();
    machine.nowMs += 3_000;
    machine.run(decideTick, { scheduleId: 1, cronTicks, ticksMax: 16 });
    expect(machine.writes.map(({ table }) => table)).toEqual(['batches', 'segments', 'schedules']);
    expect(machine.wake).toEqual([{ kind: 'appended', topicId: 1, partition: 0 }]);
    machine.run(decideTick, { scheduleId: 1, cronTicks, ticksMax: 16 });
    expect(machine.writes).toEqual([]);
  });

  it('[S-6] gives a message that names the schedule and the tick, and has its time', () => {
    const headers = [{ name: 'kind', value: TEXT.encode('night') }];
    const { machine, topicId } = setUp({ key: TEXT.encode('k'), headers });
    machine.nowMs += 1_234;
    tickAll(machine);
    expect(tickMessages(machine, topicId)).toEqual([
      {
        partition: 0,
        schedule: 'cleanup',
        tickMs: START + 1_000,
        timestampMs: START + 1_000,
        key: 'k',
        value: 'go',
        headers: ['kind', 'millrace-schedule', 'millrace-schedule-tick'],
      },
    ]);
  });

  it('[S-6] may give a message without a value', () => {
    const { machine, topicId } = setUp({ value: null });
    machine.nowMs += 1_000;
    tickAll(machine);
    expect(tickMessages(machine, topicId)).toMatchObject([{ key: null, value: null }]);
  });

  it('[S-7] goes to the partition of the key, or else of the name', () => {
    for (const key of [null, TEXT.encode('customer-7')]) {
      const { machine, topicId } = setUp({ key }, 16);
      machine.nowMs += 5_000;
      tickAll(machine);
      const expected = partitionForKey(key ?? TEXT.encode('cleanup'), 16);
      const partitions = tickMessages(machine, topicId).map(({ partition }) => partition);
      expect(partitions).toEqual([expected, expected, expected, expected, expected]);
    }
  });
});

describe('ticks missed', () => {
  it.each([
    ['every period', {}],
    ['a cron expression', { cron: 'every 1' }],
  ])('[S-8] are none where the broker is a little late: %s', (_, timing) => {
    for (const missed of ['one', 'all', 'none'] as const) {
      const { machine, topicId } = setUp({ ...timing, missed });
      machine.nowMs += LIMITS.scheduleLateMs;
      tickAll(machine);
      expect(ticksOf(machine, topicId)).toHaveLength(10);
      expect(listed(machine)).toMatchObject({ missedTicks: 0 });
    }
  });

  it.each([
    ['one', 11, 49],
    ['none', 10, 50],
    ['all', 60, 0],
  ] as const)('[S-9] by policy %s', (missed, sent, missedTicks) => {
    for (const timing of [{}, { cron: 'every 1' }]) {
      const { machine, topicId } = setUp({ ...timing, missed });
      machine.nowMs += 60_500;
      tickAll(machine);
      const ticks = ticksOf(machine, topicId);
      expect(ticks).toHaveLength(sent);
      // Those of the last ten seconds are not missed: 51 to 60. The newest missed is 50.
      expect(ticks.slice(-11)[0]).toBe({ one: 50_000, none: 51_000, all: 50_000 }[missed]);
      expect(ticks.at(-1)).toBe(60_000);
      expect(listed(machine)).toMatchObject({ sent, missedTicks, nextAtMs: START + 61_000 });
    }
  });

  it('[S-9] are told from those that are on time to the millisecond', () => {
    for (const timing of [{}, { cron: 'every 1' }]) {
      const { machine, topicId } = setUp(timing);
      machine.nowMs += 60_000;
      tickAll(machine);
      const onTime = Array.from({ length: 11 }, (_, i) => 50_000 + i * 1_000);
      expect(ticksOf(machine, topicId)).toEqual([49_000, ...onTime]);
      expect(listed(machine)).toMatchObject({ missedTicks: 48 });
    }
  });

  it('[S-9] are made up for to the number that is the limit, over restarts too', () => {
    for (const timing of [{}, { cron: 'every 1' }]) {
      const { machine, topicId } = setUp({ ...timing, missed: 'all' });
      machine.nowMs += 5_000_000;
      for (
        let slice = 0;
        slice < 400 && machine.state.schedules.due(machine.nowMs, 1).length > 0;
      ) {
        machine.run(decideTick, { scheduleId: 1, cronTicks, ticksMax: 7 });
        machine.reload();
        slice += 1;
      }
      const ticks = ticksOf(machine, topicId);
      expect(ticks.slice(0, 1_000)).toEqual(
        Array.from({ length: 1_000 }, (_, i) => (i + 1) * 1_000),
      );
      expect(ticks.slice(1_000)).toEqual(
        Array.from({ length: 11 }, (_, i) => 4_990_000 + i * 1_000),
      );
      // Periods are counted; ticks of a cron expression would have to be gone through one by one.
      const missedTicks = 'cron' in timing ? 1 : 3_989;
      expect(listed(machine)).toMatchObject({ sent: 1_011, missedTicks });
    }
  });

  it('[S-9] of a period are counted however many they are, at once', () => {
    const { machine } = setUp();
    machine.nowMs += 1_000_000_000;
    machine.run(decideTick, { scheduleId: 1, cronTicks, ticksMax: 16 });
    expect(listed(machine)).toMatchObject({ sent: 12, missedTicks: 999_988 });
  });

  it('[S-9] of a cron expression are gone through to the limit, then leapt over', () => {
    const { machine, topicId } = setUp({ cron: 'every 1' });
    machine.nowMs += 5_000_000;
    tickAll(machine);
    expect(ticksOf(machine, topicId)).toHaveLength(12);
    expect(listed(machine)).toMatchObject({ sent: 12, missedTicks: 1_000 });
  });
});

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
