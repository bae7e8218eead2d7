// Which share partitions a purge or its undo is about, and how it tells of them. It changes nothing.

import type { ResponseOf } from '@millrace/protocol';
import { assert } from '../assert.ts';
import { type Refused, refuse } from '../decision.ts';
import type { ShardState } from '../shard-state.ts';
import { findShare, findShareGroup, type ShareScope } from '../share/share-scope.ts';

export type PurgedPartition = ResponseOf<'Purge'>['partitions'][number];

export interface PurgeTarget {
  readonly group: string;
  /** Null: all topics of the group. */
  readonly topic: string | null;
}

interface Found {
  readonly error?: undefined;
  readonly scopes: readonly ShareScope[];
}

/** Refused with UNKNOWN_GROUP, GROUP_KIND_MISMATCH, UNKNOWN_TOPIC or TOPIC_NOT_IN_GROUP. */
export function purgeScopes(state: ShardState, target: PurgeTarget): Found | Refused {
  const group = findShareGroup(state, target.group);
  if ('error' in group) return group;
  const { groupId } = group;
  const { catalog } = state;
  let topicIds = [...(catalog.attachments.get(groupId)?.keys() ?? [])];
  if (target.topic !== null) {
    const topic = catalog.topicByName(target.topic);
    if (topic === undefined) {
      return refuse('UNKNOWN_TOPIC', `No topic is named ${target.topic}.`, { field: 'topic' });
    }
    if (!topicIds.includes(topic.topicId)) {
      const message = `Share group ${group.name} does not take messages from ${topic.name}.`;
      return refuse('TOPIC_NOT_IN_GROUP', message, { field: 'topic' });
    }
    topicIds = [topic.topicId];
  }
  const scopes: ShareScope[] = [];
  for (const topicId of topicIds) {
    const partitions = catalog.topics.get(topicId)?.partitions ?? 0;
    for (let partition = 0; partition < partitions; partition += 1) {
      const scope = findShare(state, { groupId, topicId, partition });
      assert(scope.error === undefined, 'the share partition exists');
      scopes.push(scope);
    }
  }
  return { scopes };
}

export function purgedPartition({ topic, key }: ShareScope, messages: number): PurgedPartition {
  return { topic: topic.name, topicId: key.topicId, partition: key.partition, messages };
}
