// What a tick does, and what becomes of those that are missed.
// Limits met here: scheduleLateMs, scheduleMissedMax.
import { LIMITS, partitionForKey } from '@millrace/protocol';
import { describe, expect, it } from 'vitest';
import { decideTick } from '../../src/index.ts';
import {
  cronTicks,
  listed,
  START,
  setUp,
  tickAll,
  tickMessages,
  ticksOf,
} from '../support/schedule-commands.ts';

const TEXT = new TextEncoder();

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
