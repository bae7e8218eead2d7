// Produce: check each batch, append those that stand, answer when all of them are durable.

import { type AppendReply, decideAppend } from '@millrace/core';
import {
  MillraceError,
  type RequestOf,
  type ResponseInput,
  validateBatch,
} from '@millrace/protocol';
import { type TopicRefusals, topicRefusals } from '../access/topic-refusals.ts';
import type { Handler } from './handler.ts';
import { ITEM_OK, itemError } from './item-outcome.ts';
import type { Services } from './services.ts';

type Item = RequestOf<'Produce'>['batches'][number];
type Outcome = ResponseInput<'Produce'>['results'][number];

interface Appended extends Outcome {
  /** What was appended: nothing where the batch was refused or all of it is duplicates. */
  readonly records: number;
  readonly bytes: number;
}

const NOTHING = { baseOffset: -1, appendTimeMs: -1, duplicates: null, records: 0, bytes: 0 };

/** Field by field: fields that a literal adds after a spread go a slow way in V8, 20 microseconds of a produce. */
function accepted(reply: AppendReply): Appended {
  const { baseOffset, appendTimeMs, duplicates, records, bytes, repeated } = reply;
  const { errorCode, errorMessage } = ITEM_OK;
  return {
    errorCode,
    errorMessage,
    baseOffset,
    appendTimeMs,
    duplicates,
    records,
    bytes,
    repeated,
  };
}

/** @throws what is not a refusal. */
function refused(error: unknown): Appended {
  const outcome = itemError(error);
  const endOffset = error instanceof MillraceError ? (error.detail.endOffset ?? -1) : -1;
  return { ...outcome, ...NOTHING, endOffset };
}

export function createProduceHandler({ shard, space, metrics }: Services): Handler<'Produce'> {
  function append(
    { topicId, partition, batch, expectedOffset }: Item,
    refusals: TopicRefusals | undefined,
    user: string | undefined,
  ): Appended {
    try {
      const refusal = refusals?.of(topicId);
      if (refusal !== undefined) return refused(refusal);
      const header = validateBatch(batch);
      const command = { topicId, partition, batch, header, expectedOffset, user };
      const reply = shard.stage((state, view, context) => {
        const decision = decideAppend(state, view, command, context);
        // What was appended before is told also where there is no room for more. [G-54]
        if (decision.error === undefined && decision.writes.length > 0) space.assertRoom();
        return decision;
      });
      return accepted(reply);
    } catch (error) {
      return refused(error);
    }
  }

  return async ({ batches }, context) => {
    const refusals = topicRefusals(context, shard, 'Produce', 'write');
    const { user } = context.connection.access;
    const sender = user === '' ? undefined : user;
    const results = batches.map((item) => append(item, refusals, sender));
    // What came first may have been staged a moment ago, by somebody else: duplicates wait for it too, as does whoever is
    // told of another end.
    await shard.durable();
    for (const { records, bytes } of results) if (records > 0) metrics.appended(records, bytes);
    return { results };
  };
}
