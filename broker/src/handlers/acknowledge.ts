// Acknowledge: each item is a command of its own; all of them go in one commit and are answered when it is durable.

import { decideAcknowledge } from '@millrace/core';
import { MillraceError, type RequestOf, type ResponseInput } from '@millrace/protocol';
import type { Handler } from './handler.ts';
import type { Services } from './services.ts';
import { requireShareGroup } from './share-lookup.ts';

type Item = RequestOf<'Acknowledge'>['items'][number];
type Result = ResponseInput<'Acknowledge'>['results'][number];

export function createAcknowledgeHandler({ shard, metrics }: Services): Handler<'Acknowledge'> {
  function resolve(groupId: number, item: Item): Result {
    try {
      const reply = shard.stage((state, view, context) =>
        decideAcknowledge(state, view, { groupId, ...item }, context),
      );
      metrics.deadLettered(reply.deadLettered);
      return { outcomes: reply.outcomes, deadlineMs: reply.deadlineMs };
    } catch (error) {
      if (!(error instanceof MillraceError)) throw error;
      const { firstOffset, lastOffset } = item;
      return { outcomes: [{ firstOffset, lastOffset, errorCode: error.number }] };
    }
  }

  return async ({ group, items }) => {
    const { groupId } = shard.peek((state) => requireShareGroup(state, group));
    const results = items.map((item) => resolve(groupId, item));
    await shard.durable();
    return { results };
  };
}
