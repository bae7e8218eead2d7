// CreateShareGroup: the group, its topics with where it begins in them, and the dead-letter topics it needs.

import type { RequestOf } from '@millrace/protocol';
import { planGroup } from '../catalog/plan-group.ts';
import { accept, type Context, type Decision, refuse, type View } from '../decision.ts';
import { put, type ShareConfig, type Write } from '../rows.ts';
import type { ShardState } from '../shard-state.ts';
import { checkTopicCount, findTopics, firstTable, planStart } from './attach-topics.ts';
import { deadLetterName, planDeadLetters } from './dead-letter-topics.ts';
import { changedShareConfig, hasDeadLetters, type ShareConfigChange } from './share-config.ts';
import { SHARE_DEFAULTS, SHARE_DEFAULTS_ON_DEAD_LETTERS } from './share-defaults.ts';

export type CreateShareGroupCommand = Omit<RequestOf<'CreateShareGroup'>, 'config'> & {
  readonly config: ShareConfigChange | null;
};

type Empty = { readonly [name: string]: never };

export function decideCreateShareGroup(
  state: ShardState,
  view: View,
  command: CreateShareGroupCommand,
  ctx: Context,
): Decision<Empty> {
  const { group: name, startAt, deadLetterTopic } = command;
  const found = findTopics(state, command.topics, 'topics');
  if (found.error !== undefined) return found;
  const { topics } = found;
  if (topics.length === 0) {
    return refuse('INVALID_CONFIG', 'A share group takes from at least one topic.', {
      field: 'topics',
    });
  }
  const tooMany = checkTopicCount(topics.length, 'topics');
  if (tooMany !== undefined) return tooMany;
  const table = firstTable(topics, 'topics');
  if (table !== undefined) return table;
  const base = defaultsFor(
    state,
    topics.map(({ topicId }) => topicId),
  );
  const checked = changedShareConfig(base, command.config, deadLetterTopic);
  if (checked.error !== undefined) return checked;
  const { config } = checked;
  const row = { kind: 'share', name, createdAtMs: ctx.nowMs, config } as const;
  const group = planGroup(state.catalog, row);
  if (group.error !== undefined) return group;

  const { groupId } = group;
  const sources = deadLetterTopic !== null || hasDeadLetters(config) ? topics : [];
  const names = new Map(sources.map((topic) => [topic, deadLetterTopic ?? deadLetterName(topic)]));
  const deadLetters = planDeadLetters(state.catalog, groupId, names, {
    ctx,
    loops: config.deadLetterLoops,
  });
  if (deadLetters.error !== undefined) return deadLetters;
  const writes: Write[] = [...deadLetters.writes, ...group.writes];
  for (const topic of topics) {
    const deadLetterTopicId = deadLetters.topicIds.get(topic.topicId) ?? null;
    writes.push(put('attachments', [groupId, topic.topicId], { startAt, deadLetterTopicId }));
    writes.push(...planStart(state, view, groupId, topic, startAt));
  }
  return accept({}, writes);
}

/** [L-28] */
function defaultsFor(state: ShardState, topicIds: readonly number[]): ShareConfig {
  const isOnDeadLetters = topicIds.some(
    (topicId) => state.catalog.deadLetterUserOf(topicId) !== undefined,
  );
  return isOnDeadLetters ? SHARE_DEFAULTS_ON_DEAD_LETTERS : SHARE_DEFAULTS;
}
