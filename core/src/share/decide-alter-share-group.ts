// AlterShareGroup: other settings, more topics, another dead-letter topic. All of a request or nothing. Leases and
// pauses that run keep their times; the new settings hold from the next end of an attempt on.

import type { RequestOf } from '@millrace/protocol';
import type { Topic } from '../catalog/catalog.ts';
import { accept, type Context, type Decision, type View, type Wake } from '../decision.ts';
import {
  type AttachmentRow,
  put,
  type ShareConfig,
  type ShareGroupRow,
  type Write,
} from '../rows.ts';
import type { ShardState } from '../shard-state.ts';
import { checkTopicCount, findTopics, firstTable, planStart } from './attach-topics.ts';
import { type DeadLetterNames, deadLetterName, planDeadLetters } from './dead-letter-topics.ts';
import {
  changedLanes,
  changedShareConfig,
  hasDeadLetters,
  mayHaveDeadLetters,
  type ShareConfigChange,
} from './share-config.ts';
import { findShareGroup, type ShareGroup } from './share-scope.ts';

export type AlterShareGroupCommand = Omit<RequestOf<'AlterShareGroup'>, 'config'> & {
  readonly config: ShareConfigChange | null;
};

type Empty = { readonly [name: string]: never };

export function decideAlterShareGroup(
  state: ShardState,
  view: View,
  command: AlterShareGroupCommand,
  ctx: Context,
): Decision<Empty> {
  const group = findShareGroup(state, command.group);
  if ('error' in group) return group;
  const found = findTopics(state, command.addTopics ?? [], 'addTopics');
  if (found.error !== undefined) return found;
  const { groupId } = group;
  const attached = state.catalog.attachments.get(groupId) ?? new Map<number, AttachmentRow>();
  const added = found.topics.filter(({ topicId }) => !attached.has(topicId));
  const tooMany = checkTopicCount(attached.size + added.length, 'addTopics');
  if (tooMany !== undefined) return tooMany;
  const table = firstTable(added, 'addTopics');
  if (table !== undefined) return table;
  const checked = changedShareConfig(group.config, command.config, command.deadLetterTopic);
  if (checked.error !== undefined) return checked;
  const { config } = checked;
  const moved = changedLanes(group.config, config);
  if (moved !== undefined) return moved;

  const old = [...attached.keys()].flatMap((topicId) => state.catalog.topics.get(topicId) ?? []);
  const names = namesFor(state, [...old, ...added], attached, config, command.deadLetterTopic);
  const deadLetters = planDeadLetters(state.catalog, groupId, names, {
    ctx,
    loops: config.deadLetterLoops,
  });
  if (deadLetters.error !== undefined) return deadLetters;
  const writes: Write[] = [...deadLetters.writes, put('groups', [groupId], altered(group, config))];
  for (const [topicId, { startAt, deadLetterTopicId: before }] of attached) {
    const deadLetterTopicId = deadLetters.topicIds.get(topicId) ?? null;
    if (deadLetterTopicId === before) continue;
    writes.push(put('attachments', [groupId, topicId], { startAt, deadLetterTopicId }));
  }
  // Members that the old limit kept waiting may have messages now. [L-51]
  const isLimitMoved = config.maxInFlight !== group.config.maxInFlight;
  const woken = isLimitMoved ? [...attached.keys()] : [];
  const wake = woken.map((topicId): Wake => ({ kind: 'ready', groupId, topicId }));
  for (const topic of added) {
    const { topicId } = topic;
    const { startAt } = command;
    const deadLetterTopicId = deadLetters.topicIds.get(topicId) ?? null;
    writes.push(put('attachments', [groupId, topicId], { startAt, deadLetterTopicId }));
    writes.push(...planStart(state, view, groupId, topic, startAt));
    wake.push({ kind: 'ready', groupId, topicId });
  }
  return accept({}, writes, wake);
}

function altered({ kind, name, createdAtMs }: ShareGroup, config: ShareConfig): ShareGroupRow {
  return { kind, name, createdAtMs, config };
}

/** A topic keeps its dead-letter topic unless another is named. */
function namesFor(
  { catalog }: ShardState,
  topics: readonly Topic[],
  attached: ReadonlyMap<number, AttachmentRow>,
  config: ShareConfig,
  deadLetterTopic: string | null,
): DeadLetterNames {
  const names = new Map<Topic, string>();
  if (!mayHaveDeadLetters(config)) return names;
  for (const topic of topics) {
    const current = attached.get(topic.topicId)?.deadLetterTopicId ?? null;
    const kept = current === null ? undefined : catalog.topics.get(current)?.name;
    const name = deadLetterTopic ?? kept ?? (hasDeadLetters(config) ? deadLetterName(topic) : null);
    if (name !== null) names.set(topic, name);
  }
  return names;
}
