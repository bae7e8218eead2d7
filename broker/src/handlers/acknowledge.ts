// Acknowledge: each item is a command of its own; they are answered when all of them are durable.

import { checkAcknowledgeSize, decideAcknowledge, RecordSources } from '@millrace/core';
import { MillraceError, type RequestOf, type ResponseInput } from '@millrace/protocol';
import { type TopicRefusals, topicRefusals } from '../access/topic-refusals.ts';
import type { Handler } from './handler.ts';
import type { Services } from './services.ts';
import { requireShareGroup } from './share-lookup.ts';

type Item = RequestOf<'Acknowledge'>['items'][number];
type Result = ResponseInput<'Acknowledge'>['results'][number];

export function createAcknowledgeHandler({ shard, metrics }: Services): Handler<'Acknowledge'> {
  function resolve(
    groupId: number,
    item: Item,
    sources: RecordSources,
    refusals: TopicRefusals | undefined,
  ): Result & { readonly deadLettered: number } {
    try {
      const refusal = refusals?.of(item.topicId);
      if (refusal !== undefined) throw refusal;
      return shard.stage((state, view, context) =>
        decideAcknowledge(state, view, { groupId, ...item, sources }, context),
      );
    } catch (error) {
      if (!(error instanceof MillraceError)) throw error;
      const { firstOffset, lastOffset } = item;
      const outcomes = [{ firstOffset, lastOffset, errorCode: error.number }];
      return { outcomes, deadLettered: 0 };
    }
  }

  return async ({ group, items }, context) => {
    const refusals = topicRefusals(context, shard, 'Acknowledge', 'read');
    const { groupId } = shard.peek((state) => requireShareGroup(state, group));
    const refused = checkAcknowledgeSize(items);
    if (refused !== undefined) throw refused.error;
    const results: Result[] = [];
    let deadLettered = 0;
    let sources = new RecordSources();
    for (const item of items) {
      // Dead letters are copies, made of decompressed batches: many of them take several commits. Each of these is
      // waited for: what an aborted one took back must not be told as done.
      if (shard.isFull || sources.isFull) {
        await shard.durable();
        sources = new RecordSources();
      }
      const result = resolve(groupId, item, sources, refusals);
      deadLettered += result.deadLettered;
      results.push(result);
    }
    await shard.durable();
    metrics.deadLettered(groupId, deadLettered);
    return { results };
  };
}
