// From the names in a request to a share group and its topics, with the errors a client can act on.

import { decideCreateShareGroup, type Group, type ShardState } from '@millrace/core';
import { MillraceError } from '@millrace/protocol';
import type { Access } from '../access/access.ts';
import { mayHaveDefaultDeadLetters } from '../access/dead-letter-rights.ts';
import type { Services } from './services.ts';

/** @throws MillraceError UNKNOWN_GROUP, GROUP_KIND_MISMATCH */
export function requireShareGroup(
  state: ShardState,
  name: string,
): Group & { readonly kind: 'share' } {
  const group = state.catalog.groupByName(name);
  if (!group) throw unknownGroup(name);
  if (group.kind !== 'share') {
    throw new MillraceError('GROUP_KIND_MISMATCH', `"${name}" is a consumer group`, {
      field: 'group',
    });
  }
  return group;
}

/**
 * The group and those of its topics that are asked for, in that order; where the broker may, the group is made.
 * @throws MillraceError UNKNOWN_GROUP, GROUP_KIND_MISMATCH, UNKNOWN_TOPIC, TOPIC_NOT_IN_GROUP, INVALID_REQUEST
 */
export function requireAttachedTopics(
  { shard, settings }: Services,
  { group: groupName, topics: topicNames }: Found['request'],
  access: Access,
): { readonly groupId: number; readonly topicIds: readonly number[] } {
  if (topicNames.length === 0) {
    throw new MillraceError('INVALID_REQUEST', 'name at least one topic', {
      field: 'topics',
      limit: '1 topic at least',
    });
  }
  const missing = shard.peek((state) => state.catalog.groupByName(groupName) === undefined);
  const mayCreate = () =>
    access.may('create', 'group', groupName) && mayHaveDefaultDeadLetters(access, topicNames);
  if (missing && settings.autoCreateShareGroups && mayCreate()) {
    shard.stage((state, view, context) =>
      decideCreateShareGroup(
        state,
        view,
        {
          group: groupName,
          topics: [...topicNames],
          startAt: -2,
          deadLetterTopic: null,
          config: null,
        },
        context,
      ),
    );
  }
  return shard.peek((state) => {
    const { groupId } = requireShareGroup(state, groupName);
    const topicIds = topicNames.map((name, i) => {
      const topic = state.catalog.topicByName(name);
      if (!topic) throw unknownTopic(name, i);
      if (!state.catalog.attachment(groupId, topic.topicId)) {
        const text = `share group "${groupName}" takes no messages from topic "${name}"`;
        throw new MillraceError('TOPIC_NOT_IN_GROUP', text, { field: `topics[${i}]` });
      }
      return topic.topicId;
    });
    return { groupId, topicIds };
  });
}

/** What a request that waits asks for, as it was found when it came. */
interface Found {
  readonly groupId: number;
  readonly topicIds: readonly number[];
  readonly request: { readonly group: string; readonly topics: readonly string[] };
}

/**
 * Whoever waits may wait for what was deleted, though others have its names by now; or for what was never made, since the
 * commit was aborted, and others have its ids.
 * @throws MillraceError UNKNOWN_GROUP, UNKNOWN_TOPIC [L-33]
 */
export function requireStillThere(
  { shard }: Pick<Services, 'shard'>,
  { groupId, topicIds, request }: Found,
): void {
  const catalog = shard.peek((state) => state.catalog);
  if (catalog.groups.get(groupId)?.name !== request.group) throw unknownGroup(request.group);
  for (const [i, topicId] of topicIds.entries()) {
    const name = request.topics[i] ?? '';
    if (catalog.topics.get(topicId)?.name !== name) throw unknownTopic(name, i);
  }
}

function unknownGroup(name: string): MillraceError {
  return new MillraceError('UNKNOWN_GROUP', `no group is named "${name}"`, { field: 'group' });
}

function unknownTopic(name: string, index: number): MillraceError {
  const text = `no topic is named "${name}"`;
  return new MillraceError('UNKNOWN_TOPIC', text, { field: `topics[${index}]` });
}
