// ChangeMessages: each item is decided about in slices, with other traffic between; it is answered when all of them are
// durable.

import { type ChangeReply, checkChangeSize, decideChangeMessages } from '@millrace/core';
import { MillraceError, type RequestOf, type ResponseInput } from '@millrace/protocol';
import type { Handler } from './handler.ts';
import type { Services } from './services.ts';
import { requireShareGroup } from './share-lookup.ts';

type Request = RequestOf<'ChangeMessages'>;
type Item = Request['items'][number];
type Outcome = ResponseInput<'ChangeMessages'>['results'][number]['outcomes'][number];

const ROWS_PER_SLICE = 250;

export function createChangeMessagesHandler(services: Services): Handler<'ChangeMessages'> {
  const { shard, metrics } = services;

  function slice(groupId: number, { action, delayMs }: Request, item: Item): ChangeReply {
    const command = { groupId, ...item, action, delayMs, rowsMax: ROWS_PER_SLICE };
    const reply = shard.stage((state, view, context) =>
      decideChangeMessages(state, view, command, context),
    );
    metrics.deadLettered(reply.deadLettered);
    return reply;
  }

  /** Where a slice fails, those before it stay done. */
  async function change(groupId: number, request: Request, item: Item): Promise<Outcome[]> {
    const outcomes: Outcome[] = [];
    let firstOffset = item.firstOffset;
    for (;;) {
      try {
        const reply = slice(groupId, request, { ...item, firstOffset });
        if (reply.nextOffset !== null) await shard.durable();
        for (const outcome of reply.outcomes) append(outcomes, outcome);
        if (reply.nextOffset === null) return outcomes;
        firstOffset = reply.nextOffset;
      } catch (error) {
        if (!(error instanceof MillraceError)) throw error;
        append(outcomes, { ...item, firstOffset, errorCode: error.number });
        return outcomes;
      }
    }
  }

  return async (request) => {
    const { groupId } = shard.peek((state) => requireShareGroup(state, request.group));
    const refused = checkChangeSize(request.items);
    if (refused !== undefined) throw refused.error;
    const results: { outcomes: Outcome[] }[] = [];
    for (const item of request.items) {
      if (shard.isFull) await shard.durable();
      results.push({ outcomes: await change(groupId, request, item) });
    }
    await shard.durable();
    return { results };
  };
}

/** Outcomes of one slice go on where those of the slice before ended. */
function append(outcomes: Outcome[], { firstOffset, lastOffset, errorCode }: Outcome): void {
  const last = outcomes.at(-1);
  if (last?.errorCode === errorCode && last.lastOffset + 1 === firstOffset) {
    outcomes[outcomes.length - 1] = { ...last, lastOffset };
  } else {
    outcomes.push({ firstOffset, lastOffset, errorCode });
  }
}
