// DescribeShareGroups: settings and topics of share groups, from the catalog.

import type { RequestOf, ResponseOf } from '@millrace/protocol';
import { accept, type Decision, type View } from '../decision.ts';
import type { ShardState } from '../shard-state.ts';
import { findShareGroup, type ShareGroup } from './share-scope.ts';

export type ShareGroupDescription = ResponseOf<'DescribeShareGroups'>['groups'][number];

/** Those named, in that order; all by name where none is. Refused with UNKNOWN_GROUP or GROUP_KIND_MISMATCH. */
export function describeShareGroups(
  state: ShardState,
  _view: View,
  { groups: names }: RequestOf<'DescribeShareGroups'>,
): Decision<{ groups: ShareGroupDescription[] }> {
  const groups: ShareGroupDescription[] = [];
  for (const name of names ?? allNames(state)) {
    const group = findShareGroup(state, name);
    if ('error' in group) return group;
    groups.push(describe(state, group));
  }
  return accept({ groups });
}

function allNames({ catalog }: ShardState): string[] {
  const shares = [...catalog.groups.values()].filter(({ kind }) => kind === 'share');
  return shares.map(({ name }) => name).toSorted();
}

function describe({ catalog }: ShardState, group: ShareGroup): ShareGroupDescription {
  const { groupId, name, createdAtMs, config } = group;
  const topics: ShareGroupDescription['topics'] = [];
  for (const [topicId, { startAt, deadLetterTopicId }] of catalog.attachments.get(groupId) ?? []) {
    const deadLetter =
      deadLetterTopicId === null ? undefined : catalog.topics.get(deadLetterTopicId);
    const topic = catalog.topics.get(topicId)?.name ?? '';
    topics.push({ topic, topicId, startAt, deadLetterTopic: deadLetter?.name ?? null });
  }
  return { group: name, groupId, createdAtMs, config, topics };
}
