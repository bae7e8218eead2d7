// What the cleanup policy of a topic means for others: whether it is a table, and whether retention looks at it. A table
// is no queue: docs/adr/0128-a-compacted-topic-is-a-table.md.

import { type Refused, refuse } from '../decision.ts';
import type { TopicConfig } from '../rows.ts';
import type { ShardState } from '../shard-state.ts';
import type { Topic } from './catalog.ts';

type Policy = Pick<TopicConfig, 'cleanupPolicy'>;

/** Compaction keeps the last record of each key. [G-31] */
export function isCompacted({ cleanupPolicy }: Policy): boolean {
  return cleanupPolicy !== 'delete';
}

/** Retention removes what is old, surplus or done with. [G-32] */
export function isRetained({ cleanupPolicy }: Policy): boolean {
  return cleanupPolicy !== 'compact';
}

/** Refused with INVALID_CONFIG where the topic is a table; `field` is what named it. [G-34] */
export function refuseTable({ name, config }: Topic, field: string): Refused | undefined {
  if (!isCompacted(config)) return undefined;
  const message = `${name} is compacted: it is a table and cannot be a queue, nor take dead letters.`;
  return refuse('INVALID_CONFIG', message, { field, limit: 'a topic with cleanupPolicy delete' });
}

/** Refused with INVALID_CONFIG where the topic is used as a queue, so that it cannot become a table. [G-34] */
export function refuseQueue({ catalog, tasks }: ShardState, topic: Topic): Refused | undefined {
  const { topicId, name } = topic;
  const why = queueUse();
  if (why === undefined) return undefined;
  const message = `${name} cannot be compacted: ${why}.`;
  const limit = 'delete while the topic is a queue';
  return refuse('INVALID_CONFIG', message, { field: 'config.cleanupPolicy', limit });

  function queueUse(): string | undefined {
    for (const groupId of catalog.shareGroupsOf.get(topicId) ?? []) {
      return `share group ${catalog.groups.get(groupId)?.name} takes messages from it`;
    }
    for (const groupIds of catalog.deadLetterSources.get(topicId)?.values() ?? []) {
      for (const groupId of groupIds) {
        return `share group ${catalog.groups.get(groupId)?.name} sends its dead messages there`;
      }
    }
    for (const taskId of tasks.running) {
      if (tasks.runningTask(taskId)?.targetTopicId === topicId)
        return `task ${taskId} moves messages there`;
    }
    return undefined;
  }
}
