// DeleteTopic: the topic and its name go at once; its records and what groups know of it go later, in slices.

import type { RequestOf } from '@millrace/protocol';
import { accept, type Context, type Decision, refuse, type View, type Wake } from '../decision.ts';
import { put, remove } from '../rows.ts';
import type { ShardState } from '../shard-state.ts';
import type { Catalog, Topic } from './catalog.ts';

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
  const writes = [remove('topics', [topicId]), put('sweeps', ['topic', topicId], 0)];
  return accept({}, writes, waiting(catalog, topic));
}

/** Who waits for records of the topic looks again, and learns that it is gone. */
function waiting(catalog: Catalog, { topicId, partitions }: Topic): readonly Wake[] {
  const wake: Wake[] = [];
  for (let partition = 0; partition < partitions; partition += 1) {
    wake.push({ kind: 'appended', topicId, partition });
  }
  for (const groupId of catalog.shareGroupsOf.get(topicId) ?? []) {
    wake.push({ kind: 'ready', groupId, topicId });
  }
  return wake;
}
