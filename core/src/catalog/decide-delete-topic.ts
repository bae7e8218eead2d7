// DeleteTopic: the topic and its name go at once; its records and what groups know of it go later, in slices.

import type { RequestOf } from '@millrace/protocol';
import { accept, type Context, type Decision, refuse, type View } from '../decision.ts';
import { put, remove } from '../rows.ts';
import type { ShardState } from '../shard-state.ts';

type Empty = { readonly [name: string]: never };

/** Refused with TOPIC_IN_USE while a share group of another topic sends its dead messages here. */
export function decideDeleteTopic(
  state: ShardState,
  _view: View,
  { name }: RequestOf<'DeleteTopic'>,
  _ctx: Context,
): Decision<Empty> {
  const { catalog } = state;
  const topic = catalog.topicByName(name);
  if (topic === undefined) return refuse('UNKNOWN_TOPIC', `No topic is named ${name}.`);
  const { topicId } = topic;
  const user = catalog.deadLetterUserOf(topicId);
  if (user !== undefined) {
    return refuse('TOPIC_IN_USE', `Share group ${user.name} sends its dead messages to ${name}.`);
  }
  return accept({}, [remove('topics', [topicId]), put('sweeps', ['topic', topicId], 0)]);
}
