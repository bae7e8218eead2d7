// AlterTopic: other settings, other annotations, more partitions. All of a request or nothing.

import { LIMITS, type RequestOf } from '@millrace/protocol';
import { assert } from '../assert.ts';
import {
  accept,
  type Context,
  type Decision,
  type Refused,
  refuse,
  type View,
} from '../decision.ts';
import { put } from '../rows.ts';
import type { ShardState } from '../shard-state.ts';
import { type AnnotationsChange, alteredAnnotations } from './altered-annotations.ts';
import type { Catalog, Topic } from './catalog.ts';
import { isCompacted, refuseQueue } from './compacted.ts';
import { checkPartitions } from './plan-topics.ts';
import { alteredTopicConfig } from './topic-config.ts';

export type AlterTopicCommand = Pick<RequestOf<'AlterTopic'>, 'name' | 'partitions' | 'config'> &
  AnnotationsChange;

type Empty = { readonly [name: string]: never };

export function decideAlterTopic(
  state: ShardState,
  _view: View,
  command: AlterTopicCommand,
  _ctx: Context,
): Decision<Empty> {
  const { catalog } = state;
  const topic = catalog.topicByName(command.name);
  if (topic === undefined) return refuse('UNKNOWN_TOPIC', `No topic is named ${command.name}.`);
  const { topicId, ...row } = topic;
  const partitions = command.partitions ?? row.partitions;
  const refusal = checkGrowth(catalog, topic, partitions);
  if (refusal !== undefined) return refusal;
  const checked = alteredTopicConfig(row.config, command.config);
  if (checked.error !== undefined) return checked;
  const inUse = isCompacted(checked.config) ? refuseQueue(state, topic) : undefined;
  if (inUse !== undefined) return inUse;
  const noted = alteredAnnotations(row.annotations, command);
  if (noted.error !== undefined) return noted;
  const { annotations } = noted;
  const altered = { ...row, partitions, config: checked.config, annotations };
  return accept({}, [put('topics', [topicId], altered)]);
}

/** Partitions hold records: none is ever taken away. */
function checkGrowth(catalog: Catalog, topic: Topic, partitions: number): Refused | undefined {
  assert(partitions <= LIMITS.partitionsPerTopicMax, 'the codec checked the partitions');
  if (partitions < topic.partitions) {
    const limit = `at least ${topic.partitions}`;
    const message = `A topic never shrinks: ${topic.name} has ${topic.partitions} partitions.`;
    return refuse('INVALID_CONFIG', message, { field: 'partitions', limit });
  }
  if (partitions > topic.partitions) {
    const ordered = orderedGroup(catalog, topic);
    if (ordered !== undefined) {
      const message = `${topic.name} cannot grow: its keys would move to other partitions, and the share group ${ordered} takes them in order.`;
      return refuse('INVALID_CONFIG', message, { field: 'partitions' });
    }
  }
  return checkPartitions(catalog, partitions - topic.partitions);
}

/** Name of a share group that takes from the topic in the order of its keys. [L-68] */
function orderedGroup(catalog: Catalog, { topicId }: Topic): string | undefined {
  for (const groupId of catalog.shareGroupsOf.get(topicId) ?? []) {
    const group = catalog.groups.get(groupId);
    if (group?.kind === 'share' && group.config.ordering !== 'none') return group.name;
  }
  return undefined;
}
