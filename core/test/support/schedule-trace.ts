// Trace commands of schedules, over one Machine.
import {
  decideAlterSchedule,
  decideCreateSchedule,
  decideDeleteSchedule,
} from '../../src/index.ts';
import { logCommands } from './log-commands.ts';
import type { Machine } from './machine.ts';
import { cronTicks, scheduleOf, tickAll, tickMessages } from './schedule-commands.ts';
import { numberOf, type TraceCommand, type TraceCommands, word } from './trace.ts';

function policyOf({ options }: TraceCommand) {
  const missed = options.get('missed') ?? 'one';
  if (missed !== 'one' && missed !== 'all' && missed !== 'none') throw new Error(missed);
  return missed;
}

function listed(machine: Machine): string {
  const { schedules } = machine.state;
  const lines = schedules.names().map((name) => {
    const row = schedules.byName(name)?.row;
    const told = `${name}: next ${row?.nextAtMs ?? '-'} last ${row?.lastAtMs ?? '-'}`;
    const counts = `sent ${row?.sent} missed ${row?.missedTicks}`;
    return [told, counts, ...(row?.paused ? ['paused'] : []), row?.error ?? ''].join(' ').trimEnd();
  });
  return lines.join('\n') || 'none';
}

/** `schedule NAME TOPIC every=MS` or `seconds=N`: cron ticks at every time that N seconds divide. */
export function scheduleTraceCommands(machine: Machine): TraceCommands {
  return {
    ...logCommands(machine),
    schedule: (command) => {
      const [name, topic] = [word(command, 0), word(command, 1)];
      const timing = command.options.has('every')
        ? { everyMs: numberOf(command, 'every') }
        : { cron: `every ${numberOf(command, 'seconds')}` };
      const asked = scheduleOf({ name, topic, missed: policyOf(command), ...timing });
      return `next ${machine.run(decideCreateSchedule, asked).nextAtMs}`;
    },
    pause: (command) => {
      machine.run(decideAlterSchedule, { name: word(command, 0), paused: true, cronTicks });
      return undefined;
    },
    resume: (command) => {
      machine.run(decideAlterSchedule, { name: word(command, 0), paused: false, cronTicks });
      return undefined;
    },
    unschedule: (command) => {
      machine.run(decideDeleteSchedule, { name: word(command, 0) });
      return undefined;
    },
    /** Carries out all that is due. */
    tick: () => {
      tickAll(machine);
      return undefined;
    },
    schedules: () => listed(machine),
    /** Ticks that have their message, by schedule. */
    messages: (command) => {
      const topicId = machine.state.catalog.topicByName(word(command, 0))?.topicId ?? 0;
      const ticks = new Map<string, number[]>();
      for (const { schedule, tickMs } of tickMessages(machine, topicId)) {
        ticks.set(schedule, [...(ticks.get(schedule) ?? []), tickMs]);
      }
      return [...ticks].map(([name, all]) => `${name}: ${all.join(' ')}`).join('\n') || 'none';
    },
  };
}
