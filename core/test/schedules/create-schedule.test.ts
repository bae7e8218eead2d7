// What may be asked for.
import { LIMITS } from '@millrace/protocol';
import { describe, expect, it } from 'vitest';
import {
  decideAlterSchedule,
  decideAlterTopic,
  decideCreateSchedule,
  decideDeleteSchedule,
} from '../../src/index.ts';
import { Machine } from '../support/machine.ts';
import {
  createTopic,
  cronTicks,
  listed,
  START,
  scheduleOf,
  setUp,
  tickAll,
  tickMessages,
} from '../support/schedule-commands.ts';
import { topicChange } from '../support/topic-change.ts';

const TEXT = new TextEncoder();

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

  it('[S-14] tells the next ticks and changes nothing in a dry run', () => {
    const machine = new Machine(START);
    createTopic(machine, 'jobs');
    const told = machine.run(decideCreateSchedule, scheduleOf({ dryRun: true }));
    expect(LIMITS.ticksToldMax).toBe(5);
    const nextTicksMs = [1, 2, 3, 4, 5].map((n) => START + n * 1_000);
    expect(told).toEqual({ nextAtMs: START + 1_000, nextTicksMs });
    expect(machine.state.schedules.size).toBe(0);
    const never = scheduleOf({ dryRun: true, cron: 'never' });
    expect(machine.refused(decideCreateSchedule, never).code).toBe('INVALID_REQUEST');
  });

  it('[S-14] takes the place of one of the same name, with what that counted', () => {
    const { machine, topicId } = setUp();
    machine.nowMs += 1_500;
    tickAll(machine);
    const change = scheduleOf({ replace: true, everyMs: 10_000, value: TEXT.encode('other') });
    machine.run(decideCreateSchedule, change);
    machine.reload();
    const nextAtMs = START + 11_500;
    const counted = { sent: 1, lastAtMs: START + 1_000, nextAtMs, paused: false };
    expect(listed(machine)).toMatchObject(counted);
    expect(machine.state.schedules.size).toBe(1);
    machine.nowMs = nextAtMs;
    tickAll(machine);
    const values = tickMessages(machine, topicId).map(({ value, tickMs }) => [value, tickMs]);
    expect(values).toEqual([
      ['go', START + 1_000],
      ['other', nextAtMs],
    ]);
  });

  it('[S-14] leaves a schedule paused that is replaced, and says when it would tick', () => {
    const { machine } = setUp();
    machine.run(decideAlterSchedule, { name: 'cleanup', paused: true, cronTicks });
    const told = machine.run(decideCreateSchedule, scheduleOf({ replace: true, everyMs: 2_000 }));
    expect(told.nextAtMs).toBe(START + 2_000);
    expect(listed(machine)).toMatchObject({ paused: true, nextAtMs: null, everyMs: 2_000 });
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
