// Finds what a command on a share partition is about: the group, the topic, the log and what the group knows of it.

import type { Group, Topic } from '../catalog/catalog.ts';
import { type Refused, refuse } from '../decision.ts';
import type { LogPartition } from '../log/log-partition.ts';
import { missingPartition } from '../log/missing-partition.ts';
import type { AttachmentRow, ShareGroupRow } from '../rows.ts';
import type { ShardState } from '../shard-state.ts';
import type { SharePartition } from './share-partition.ts';

export interface ShareKey {
  readonly groupId: number;
  readonly topicId: number;
  readonly partition: number;
}

export type ShareGroup = ShareGroupRow & { readonly groupId: number };

export interface ShareScope {
  readonly error?: undefined;
  readonly key: ShareKey;
  readonly group: ShareGroup;
  readonly topic: Topic;
  readonly attachment: AttachmentRow;
  readonly log: LogPartition;
  readonly share: SharePartition;
  /** Below this nothing can be given any more: retention removed it, or a purge took it away. */
  readonly low: number;
}

/** Refused with UNKNOWN_GROUP, GROUP_KIND_MISMATCH, UNKNOWN_TOPIC, UNKNOWN_PARTITION or TOPIC_NOT_IN_GROUP. */
export function findShare(state: ShardState, key: ShareKey): ShareScope | Refused {
  const { groupId, topicId, partition } = key;
  const group = asShareGroup(state.catalog.groups.get(groupId), `with the id ${groupId}`);
  if ('error' in group) return group;
  const refusal = missingPartition(state.catalog, topicId, partition);
  if (refusal !== undefined) return refusal;
  const topic = state.catalog.topics.get(topicId) as Topic;
  const attachment = state.catalog.attachment(groupId, topicId);
  if (attachment === undefined) {
    const message = `Share group ${group.name} does not take messages from ${topic.name}.`;
    return refuse('TOPIC_NOT_IN_GROUP', message, { field: 'group' });
  }
  const log = state.logs.at(topicId, partition);
  const share = state.shares.at(groupId, topicId, partition);
  const low = Math.max(log.startOffset, share.purgedTo);
  return { key, group, topic, attachment, log, share, low };
}

/** Refused with UNKNOWN_GROUP or GROUP_KIND_MISMATCH. */
export function findShareGroup(state: ShardState, name: string): ShareGroup | Refused {
  return asShareGroup(state.catalog.groupByName(name), `named ${name}`);
}

function asShareGroup(group: Group | undefined, which: string): ShareGroup | Refused {
  if (group === undefined) {
    return refuse('UNKNOWN_GROUP', `There is no group ${which}.`, { field: 'group' });
  }
  if (group.kind === 'share') return group;
  return refuse('GROUP_KIND_MISMATCH', `The group ${which} is a consumer group.`, {
    field: 'group',
  });
}
