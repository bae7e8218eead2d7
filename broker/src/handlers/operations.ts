// For operators: purge and its undo, redrive, and the tasks that carry it out.

import {
  decideCancelTask,
  decidePurge,
  decideRestorePurged,
  decideStartRedrive,
  decideUndoPurge,
  listTasks,
} from '@millrace/core';
import type { ResponseInput } from '@millrace/protocol';
import type { Handler } from './handler.ts';
import type { Services } from './services.ts';

type PurgedPartition = ResponseInput<'UndoPurge'>['partitions'][number];

const RESTORE_ROWS_PER_SLICE = 1_000;

export function createOperationHandlers({ shard }: Services) {
  const purge: Handler<'Purge'> = (command) =>
    shard.submit((state, view, context) => decidePurge(state, view, command, context));

  /** Answered when all is back. Should this end before, a job goes on with it. */
  const undoPurge: Handler<'UndoPurge'> = async (command) => {
    const { scopes } = await shard.submit((state, view, context) =>
      decideUndoPurge(state, view, command, context),
    );
    const partitions: PurgedPartition[] = [];
    for (const { key, topic } of scopes) {
      const slice = { ...key, rowsMax: RESTORE_ROWS_PER_SLICE };
      let messages = 0;
      for (let more = true; more; ) {
        await shard.whenRoom();
        const reply = await shard.submit((state, view, context) =>
          decideRestorePurged(state, view, slice, context),
        );
        messages += reply.restored;
        more = reply.more;
      }
      const { topicId, partition } = key;
      partitions.push({ topic: topic.name, topicId, partition, messages });
    }
    return { partitions };
  };

  const startRedrive: Handler<'StartRedrive'> = (command) =>
    shard.submit((state, view, context) => decideStartRedrive(state, view, command, context));

  const list: Handler<'ListTasks'> = (query) =>
    shard.submit((state, view) => listTasks(state, view, query));

  const cancelTask: Handler<'CancelTask'> = (command) =>
    shard.submit((state, view, context) => decideCancelTask(state, view, command, context));

  return {
    Purge: purge,
    UndoPurge: undoPurge,
    StartRedrive: startRedrive,
    ListTasks: list,
    CancelTask: cancelTask,
  };
}
