// CreateTopic: a topic with its settings, or everything checked and nothing created.

import type { RequestOf } from '@millrace/protocol';
import { accept, type Context, type Decision, type View } from '../decision.ts';
import type { ShardState } from '../shard-state.ts';
import { planTopics } from './plan-topics.ts';

/** The reply has the topic's id; 0 where it was only checked. */
export function decideCreateTopic(
  state: ShardState,
  _view: View,
  command: RequestOf<'CreateTopic'>,
  ctx: Context,
): Decision<{ topicId: number }> {
  const planned = planTopics(state.catalog, [command], ctx);
  if (planned.error !== undefined) return planned;
  if (command.validateOnly) return accept({ topicId: 0 });
  return accept({ topicId: planned.topics[0]?.topicId ?? 0 }, planned.writes);
}
