// Retention by what groups are done with, as scripts that can be read.
import { decidePurge, decideSweepPurged, decideUndoPurge } from '../../src/index.ts';
import { groupCommands } from '../consumer/group-commands.ts';
import { shareCommands } from '../share/share-commands.ts';
import { placeOf } from '../support/log-commands.ts';
import { Machine } from '../support/machine.ts';
import { numberOf, type TraceCommands, testTraces, word } from '../support/trace.ts';

function commands(machine: Machine): TraceCommands {
  const consumers = groupCommands(machine);
  const { 'delete-group': deleteConsumers } = consumers;
  return {
    ...consumers,
    ...(deleteConsumers && { 'delete-consumers': deleteConsumers }),
    ...shareCommands(machine),
    purge: (command) => {
      const [group, topic] = [word(command, 0), word(command, 1)];
      const undoMs = numberOf(command, 'undo', 0);
      const { partitions } = machine.run(decidePurge, { group, topic, undoMs, dryRun: false });
      return partitions.map(({ messages }) => `purged ${messages}`).join('\n') || 'nothing';
    },
    'undo-purge': (command) => {
      machine.run(decideUndoPurge, { group: word(command, 0), topic: word(command, 1) });
      return undefined;
    },
    'sweep-purged': (command) => {
      const place = placeOf(machine, word(command, 1));
      const groupId = machine.state.catalog.groupByName(word(command, 0))?.groupId ?? 0;
      machine.run(decideSweepPurged, { groupId, ...place, rowsMax: 100 });
      return undefined;
    },
  };
}

testTraces('acked', () => commands(new Machine()));
