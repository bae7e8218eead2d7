// Schedules for tests: what to ask for, cron ticks without a calendar, and what a topic holds of them.
import { type RequestOf, readRecords, SCHEDULE_HEADERS } from '@millrace/protocol';
import {
  type CronTicks,
  decideCreateSchedule,
  decideCreateTopic,
  decideTick,
  listSchedules,
} from '../../src/index.ts';
import { everyTicks } from '../../src/schedules/ticks.ts';
import { Machine } from './machine.ts';

/** When the machines of `setUp` begin. */
export const START = 1_000_000;

const DECODER = new TextDecoder();

/** `every 7`: at every time that 7 s divide, counted one by one as with any cron expression; `never`: at no time. */
export const cronTicks: CronTicks = (cron) => {
  if (cron === 'never') return { after: () => null, upTo: () => null };
  const { after, upTo } = everyTicks(0, Number(cron.slice('every '.length)) * 1_000);
  return { after, upTo };
};

export function createTopic(machine: Machine, name: string, partitions = 1): number {
  return machine.run(decideCreateTopic, {
    name,
    partitions,
    config: null,
    annotations: null,
    validateOnly: false,
  }).topicId;
}

type Request = RequestOf<'CreateSchedule'>;

export function scheduleOf(change: Partial<Request> = {}) {
  return {
    name: 'cleanup',
    topic: 'jobs',
    cron: null,
    everyMs: change.cron === undefined ? 1_000 : null,
    timeZone: null,
    missed: 'one' as const,
    key: null,
    value: new TextEncoder().encode('go'),
    headers: null,
    dryRun: false,
    replace: false,
    cronTicks,
    ...change,
  };
}

/** Carries out what is due now, slice after slice. */
export function tickAll(machine: Machine, ticksMax = 16): void {
  for (;;) {
    const [scheduleId] = machine.state.schedules.due(machine.nowMs, 1);
    if (scheduleId === undefined) return;
    machine.run(decideTick, { scheduleId, cronTicks, ticksMax });
  }
}

export interface TickMessage {
  readonly partition: number;
  readonly schedule: string;
  readonly tickMs: number;
  readonly key: string | null;
  readonly value: string | null;
  readonly timestampMs: number;
  readonly headers: readonly string[];
}

/** All messages of schedules in a topic, by partition and offset. */
export function tickMessages(machine: Machine, topicId: number): TickMessage[] {
  return [...machine.view.range('batches', { prefix: [topicId] })].flatMap(
    ([[, partition], batch]) =>
      readRecords(batch).map(({ key, value, headers, timestampMs }) => {
        const texts = new Map(headers.map(([name, bytes]) => [name, DECODER.decode(bytes)]));
        return {
          partition,
          schedule: texts.get(SCHEDULE_HEADERS.name) ?? '',
          tickMs: Number(texts.get(SCHEDULE_HEADERS.tick)),
          key: key && DECODER.decode(key),
          value: value && DECODER.decode(value),
          timestampMs,
          headers: headers.map(([name]) => name),
        };
      }),
  );
}

/** A schedule `cleanup` on a topic of its own. */
export function setUp(change: Partial<Request> = {}, partitions = 1) {
  const machine = new Machine(START);
  const topicId = createTopic(machine, 'jobs', partitions);
  machine.run(decideCreateSchedule, scheduleOf(change));
  return { machine, topicId };
}

export function listed(machine: Machine, name = 'cleanup') {
  const { schedules } = machine.run(
    (state, view, query: { names: string[] }) => listSchedules(state, view, query),
    { names: [name] },
  );
  return schedules[0];
}

/** Ticks that have their message, in ms after START. */
export function ticksOf(machine: Machine, topicId: number): number[] {
  return tickMessages(machine, topicId).map(({ tickMs }) => tickMs - START);
}
