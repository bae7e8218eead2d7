// The rules of compacted topics and of DeleteRecords, as scripts that can be read.
import { decideCreateSchedule } from '../../src/index.ts';
import { operationCommands } from '../operations/operation-commands.ts';
import { Machine } from '../support/machine.ts';
import { scheduleOf, tickAll } from '../support/schedule-commands.ts';
import { type TraceCommands, testTraces, word } from '../support/trace.ts';

function commandsOf(machine: Machine): TraceCommands {
  return {
    ...operationCommands(machine),
    /** `schedule NAME TOPIC [KEY]`: a message every second. */
    schedule: (command) => {
      const [name, topic, key] = [word(command, 0), word(command, 1), command.words[2]];
      const change = { name, topic, key: key === undefined ? null : Buffer.from(key) };
      const { nextAtMs } = machine.run(decideCreateSchedule, scheduleOf(change));
      return `next ${nextAtMs}`;
    },
    tick: () => {
      tickAll(machine);
      const { schedules } = machine.state;
      const told = schedules.names().map((name) => {
        const row = schedules.byName(name)?.row;
        return `${name}: ${row?.sent} sent, ${row?.error ?? 'no error'}`;
      });
      return told.join('\n');
    },
  };
}

testTraces('compaction', () => commandsOf(new Machine()));
