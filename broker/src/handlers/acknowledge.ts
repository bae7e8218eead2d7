// Acknowledge: each item is a command of its own; all of them go in one commit and are answered when it is durable.

import { decideAcknowledge } from '@millrace/core';
import { MillraceError, type RequestOf, type ResponseInput } from '@millrace/protocol';
import type { Handler } from './handler.ts';
import type { Services } from './services.ts';
import { requireShareGroup } from './share-lookup.ts';

type Item = RequestOf<'Acknowledge'>['items'][number];
type Result = ResponseInput<'Acknowledge'>['results'][number];

export function createAcknowledgeHandler({ shard, metrics }: Services): Handler<'Acknowledge'> {
  function resolve(groupId: number, item: Item): Result & { readonly deadLettered: number } {
    try {
      return shard.stage((state, view, context) =>
        decideAcknowledge(state, view, { groupId, ...item }, context),
      );
    } catch (error) {
      if (!(error instanceof MillraceError)) throw error;
      const { firstOffset, lastOffset } = item;
      const outcomes = [{ firstOffset, lastOffset, errorCode: error.number }];
      return { outcomes, deadLettered: 0 };
    }
  }

  return async ({ group, items }) => {
    const { groupId } = shard.peek((state) => requireShareGroup(state, group));
    const results: Result[] = [];
    let deadLettered = 0;
    for (const item of items) {
      // Dead letters are copies: many of them fill the queue of the next commit.
      if (shard.isFull) await shard.whenRoom();
      const result = resolve(groupId, item);
      deadLettered += result.deadLettered;
      results.push(result);
    }
    await shard.durable();
    metrics.deadLettered(deadLettered);
    return { results };
  };
}
