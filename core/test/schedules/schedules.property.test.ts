// Random commands on a few schedules, against naive ones: clock jumps, pauses, restarts between any two slices.
import { deepEqual, equal, ok } from 'node:assert/strict';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  decideAlterSchedule,
  decideCreateSchedule,
  decideDeleteSchedule,
  decideTick,
} from '../../src/index.ts';
import { Machine } from '../support/machine.ts';
import {
  createTopic,
  cronTicks,
  scheduleOf,
  tickAll,
  tickMessages,
} from '../support/schedule-commands.ts';
import { NaiveSchedule } from './naive-schedule.ts';

const NAMES = ['a', 'b', 'c'] as const;
const name = fc.constantFrom(...NAMES);
const seconds = fc.constantFrom(1, 2, 7, 60);
const byMs = fc.constantFrom(1, 400, 1_000, 2_500, 9_000, 10_000, 10_001, 30_000, 700_000, 4e6);

const create = fc.record({
  kind: fc.constant('create' as const),
  name,
  seconds,
  missed: fc.constantFrom('one' as const, 'all' as const, 'none' as const),
  isCron: fc.boolean(),
});
const ops = fc.oneof(
  { weight: 4, arbitrary: create },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('time' as const), byMs }) },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('run' as const),
      ticksMax: fc.constantFrom(1, 3, 16, 5_000),
      restart: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('pause' as const), name, paused: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete' as const), name }) },
);
type Op = typeof ops extends fc.Arbitrary<infer T> ? T : never;

class Twins {
  readonly machine = new Machine(1_000_500);
  readonly topicId = createTopic(this.machine, 'jobs', 3);
  readonly naive = new Map<string, NaiveSchedule>();
  /** What deleted schedules had sent. */
  readonly before = new Map<string, number[]>();

  run(op: Op): void {
    const { machine, naive } = this;
    if (op.kind === 'time') machine.nowMs += op.byMs;
    else if (op.kind === 'create') this.#create(op);
    else if (op.kind === 'run') this.#drain(op.ticksMax, op.restart);
    else if (op.kind === 'delete') {
      if (machine.decide(decideDeleteSchedule, op).error !== undefined) return;
      this.before.set(op.name, this.#sent(op.name));
      naive.delete(op.name);
    } else {
      // A tick that is due when a schedule is paused never comes; the naive one has to see it that way too.
      naive.get(op.name)?.setPaused(op.paused, machine.nowMs);
      machine.decide(decideAlterSchedule, { ...op, cronTicks });
    }
  }

  #create(op: Extract<Op, { kind: 'create' }>): void {
    const { machine, naive } = this;
    const timing = op.isCron ? { cron: `every ${op.seconds}` } : { everyMs: op.seconds * 1_000 };
    const asked = scheduleOf({ name: op.name, missed: op.missed, ...timing });
    const { error } = machine.decide(decideCreateSchedule, asked);
    equal(error !== undefined, naive.has(op.name));
    if (error !== undefined) return;
    const everyMs = op.seconds * 1_000;
    const fromMs = op.isCron ? 0 : machine.nowMs;
    naive.set(op.name, new NaiveSchedule({ ...op, everyMs, fromMs }, machine.nowMs));
  }

  #drain(ticksMax: number, restart: boolean): void {
    const { machine, naive } = this;
    for (;;) {
      const [scheduleId] = machine.state.schedules.due(machine.nowMs, 1);
      if (scheduleId === undefined) break;
      machine.run(decideTick, { scheduleId, cronTicks, ticksMax });
      if (restart) machine.reload();
    }
    const messages = tickMessages(machine, this.topicId);
    for (const [each, twin] of naive) {
      twin.run(machine.nowMs);
      const row = machine.state.schedules.byName(each)?.row;
      const expected = [...(this.before.get(each) ?? []), ...twin.sent];
      const sent = messages.filter(({ schedule }) => schedule === each);
      deepEqual(
        sent.map(({ tickMs }) => tickMs),
        expected,
      );
      const { missedTicks } = twin;
      deepEqual(
        [row?.sent, row?.missedTicks, row?.nextAtMs, row?.behind],
        [twin.sent.length, missedTicks, twin.nextAtMs(), 0],
      );
    }
  }

  #sent(schedule: string): number[] {
    const messages = tickMessages(this.machine, this.topicId);
    return messages.filter((each) => each.schedule === schedule).map(({ tickMs }) => tickMs);
  }
}

it('[S-2] [S-5] [S-8] [S-9] [S-10] does what the naive schedules do', () => {
  const commands = fc.array(ops, { maxLength: 25 });
  fc.assert(
    fc.property(commands, (all) => {
      const twins = new Twins();
      for (const op of all) twins.run(op);
      twins.run({ kind: 'run', ticksMax: 16, restart: true });
      expect(twins.machine.state.schedules.size).toBe(twins.naive.size);
    }),
    { numRuns: 300 },
  );
}, 120_000);

const steps = fc.array(
  fc.record({ byMs, slices: fc.nat(3), ticksMax: fc.integer({ min: 1, max: 9 }) }),
  {
    maxLength: 20,
  },
);

it('[S-5] gives each tick one message or passes it over, whenever time goes on between slices', () => {
  const policy = fc.constantFrom('one' as const, 'all' as const, 'none' as const);
  fc.assert(
    fc.property(steps, policy, (all, missed) => {
      const machine = new Machine();
      const topicId = createTopic(machine, 'jobs');
      machine.run(decideCreateSchedule, scheduleOf({ missed }));
      const { nowMs: createdAtMs } = machine;
      for (const step of all) {
        machine.nowMs += step.byMs;
        for (let slice = 0; slice < step.slices; slice += 1) {
          machine.run(decideTick, { scheduleId: 1, cronTicks, ticksMax: step.ticksMax });
          machine.reload();
        }
      }
      tickAll(machine);
      const ticks = tickMessages(machine, topicId).map(({ tickMs }) => tickMs - createdAtMs);
      ok(ticks.every((tick, i) => tick % 1_000 === 0 && tick > (ticks[i - 1] ?? 0)));
      const row = machine.state.schedules.byName('cleanup')?.row;
      const passed = Math.floor((machine.nowMs - createdAtMs) / 1_000);
      expect([row?.sent, row?.missedTicks]).toEqual([ticks.length, passed - ticks.length]);
    }),
    { numRuns: 300 },
  );
}, 120_000);
