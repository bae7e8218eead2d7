// The rules of compacted topics and of DeleteRecords, as scripts that can be read.
import { compactionRow, decideCreateSchedule } from '../../src/index.ts';
import { operationCommands } from '../operations/operation-commands.ts';
import { placeOf } from '../support/log-commands.ts';
import { Machine } from '../support/machine.ts';
import { scheduleOf, tickAll } from '../support/schedule-commands.ts';
import { numberOf, type TraceCommands, testTraces, word } from '../support/trace.ts';
import { Compactor } from './compactor.ts';

function commandsOf(machine: Machine): TraceCommands {
  const compactors = new Map<string, Compactor>();
  const compactorOf = (name: string) => {
    const found = compactors.get(name) ?? new Compactor(machine, placeOf(machine, name));
    compactors.set(name, found);
    return found;
  };
  return {
    ...operationCommands(machine),
    /** `schedule NAME TOPIC [KEY]`: a message every second. */
    schedule: (command) => {
      const [name, topic, key] = [word(command, 0), word(command, 1), command.words[2]];
      const change = { name, topic, key: key === undefined ? null : Buffer.from(key) };
      const { nextAtMs } = machine.run(decideCreateSchedule, scheduleOf(change));
      return `next ${nextAtMs}`;
    },
    /** `compact TOPIC`: a whole pass; with `records=N` one slice that looks at so many. */
    compact: (command) => {
      const name = word(command, 0);
      const compactor = compactorOf(name);
      if (command.options.has('records')) {
        const { state, recordsRemoved } = compactor.slice(numberOf(command, 'records'));
        return recordsRemoved > 0 ? `${state}, ${recordsRemoved} records` : state;
      }
      if (!compactor.pass()) return 'not due';
      const [compactedTo] = compactionRow(machine.view, placeOf(machine, name));
      return `compacted to ${compactedTo}`;
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
