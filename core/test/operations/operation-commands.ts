// Trace commands of purges and redrives, beside those of share groups.
import {
  decideCancelTask,
  decidePurge,
  decideRedriveSlice,
  decideRestorePurged,
  decideStartRedrive,
  decideSweepPurged,
  decideUndoPurge,
  listTasks,
} from '../../src/index.ts';
import type { TaskRow } from '../../src/queue-rows.ts';
import { shareCommands } from '../share/share-commands.ts';
import { placeOf } from '../support/log-commands.ts';
import type { Machine } from '../support/machine.ts';
import { numberOf, type TraceCommand, type TraceCommands, word } from '../support/trace.ts';
import { NO_FILTER } from './redrive-world.ts';

function targetOf({ words, options }: TraceCommand) {
  return { group: words[0] ?? '', topic: options.get('topic') ?? null };
}

function keyOf(machine: Machine, command: TraceCommand) {
  const groupId = machine.state.catalog.groupByName(word(command, 0))?.groupId ?? 0;
  return { groupId, ...placeOf(machine, word(command, 1)) };
}

function purgeCommands(machine: Machine): TraceCommands {
  return {
    purge: (command) => {
      const undoMs = numberOf(command, 'undo', 0);
      const dryRun = command.words.includes('dry-run');
      const forgetDuplicates = command.words.includes('forget-duplicates');
      const how = { undoMs, dryRun, forgetDuplicates };
      const reply = machine.run(decidePurge, { ...targetOf(command), ...how });
      const told = reply.partitions.map((one) => `${one.topic}/${one.partition} ${one.messages}`);
      return [...told, `undo until ${reply.undoUntilMs}`].join('\n');
    },
    'undo-purge': (command) => {
      const { scopes } = machine.run(decideUndoPurge, targetOf(command));
      return scopes.map(({ topic, key }) => `${topic.name}/${key.partition}`).join('\n');
    },
    restore: (command) => {
      const rowsMax = numberOf(command, 'rows', 100);
      const reply = machine.run(decideRestorePurged, { ...keyOf(machine, command), rowsMax });
      return `restored ${reply.restored}${reply.more ? ', more' : ''}`;
    },
    'sweep-purge': (command) => {
      const rowsMax = numberOf(command, 'rows', 100);
      const reply = machine.run(decideSweepPurged, { ...keyOf(machine, command), rowsMax });
      return `swept ${reply.rowsRemoved}${reply.more ? ', more' : ''}`;
    },
  };
}

/** `0:1-3,0:5-5`: partition and offsets. */
function amongOf(text: string | undefined): TaskRow['filter']['among'] {
  if (text === undefined) return null;
  return text.split(',').map((range) => {
    const [partition = 0, firstOffset = 0, lastOffset = 0] = range.split(/[:-]/).map(Number);
    return { partition, firstOffset, lastOffset };
  });
}

function taskCommands(machine: Machine): TraceCommands {
  return {
    redrive: (command) => {
      const { options } = command;
      const from = options.has('from') ? numberOf(command, 'from') : null;
      const { taskId } = machine.run(decideStartRedrive, {
        topic: word(command, 0),
        group: options.get('group') ?? null,
        target: options.get('target') ?? null,
        filter: {
          ...NO_FILTER,
          reason: options.get('reason') ?? null,
          fromOffset: from,
          error: options.get('error')?.replaceAll('_', ' ') ?? null,
          among: amongOf(options.get('among')),
        },
        ratePerSecond: numberOf(command, 'rate', 0),
        dryRun: command.words.includes('dry-run'),
      });
      return `task ${taskId}`;
    },
    slice: (command) => {
      const taskId = Number(word(command, 0));
      const messagesMax = numberOf(command, 'max', 100);
      const { moved, isDone } = machine.run(decideRedriveSlice, { taskId, messagesMax });
      return `moved ${moved}${isDone ? ', done' : ''}`;
    },
    cancel: (command) => {
      const { moved } = machine.run(decideCancelTask, { taskId: Number(word(command, 0)) });
      return `moved ${moved}`;
    },
    tasks: () =>
      machine
        .run(listTasks, { taskIds: null })
        .tasks.map((task) => {
          const { taskId, state, topic, group, target, total, scanned, moved, error } = task;
          const what = `${taskId} ${state}: ${topic} in ${group} to ${target ?? 'its source'}`;
          const counts = `${scanned} of ${total}, moved ${moved} skipped ${task.skipped} failed ${task.failed}`;
          return `${what}; ${counts}${error === null ? '' : `; ${error}`}`;
        })
        .join('\n') || 'none',
  };
}

export function operationCommands(machine: Machine): TraceCommands {
  return { ...shareCommands(machine), ...purgeCommands(machine), ...taskCommands(machine) };
}
