// DeleteRecords: the start of each partition's log moves, each with its own outcome.

import { decideDeleteRecords } from '@millrace/core';
import type { RequestOf, ResponseInput } from '@millrace/protocol';
import { topicRefusals } from '../access/topic-refusals.ts';
import type { Handler } from './handler.ts';
import { ITEM_OK, itemError } from './item-outcome.ts';
import type { Services } from './services.ts';

type Item = RequestOf<'DeleteRecords'>['partitions'][number];
type Outcome = ResponseInput<'DeleteRecords'>['results'][number];

/** Cutting batches of more bytes than this takes a while: others come first. */
const CUT_BYTES_PER_TURN = 1024 * 1024;

export function createDeleteRecordsHandler({ shard }: Services): Handler<'DeleteRecords'> {
  return async ({ partitions }, request) => {
    const refusals = topicRefusals(request, shard, 'DeleteRecords', 'delete');
    const results: Outcome[] = [];
    let cut = 0;
    for (const item of partitions) {
      const refusal = refusals?.of(item.topicId);
      let outcome = refusal === undefined ? deleteFrom(item) : refusedAs(refusal);
      while (outcome === undefined) {
        await othersFirst();
        outcome = deleteFrom(item);
      }
      results.push(outcome);
      if (cut > CUT_BYTES_PER_TURN) await othersFirst();
    }
    await shard.durable();
    return { results };

    /** What was cut until now is waited for: what an aborted commit took back must not be told as done. */
    async function othersFirst(): Promise<void> {
      await shard.durable();
      await shard.whenRoom();
      cut = 0;
    }

    /** Undefined: there is more to do. */
    function deleteFrom(item: Item): Outcome | undefined {
      try {
        const reply = shard.stage((state, view, context) =>
          decideDeleteRecords(state, view, item, context),
        );
        cut += reply.cutBytes;
        if (reply.more) return undefined;
        return { ...ITEM_OK, startOffset: reply.startOffset };
      } catch (error) {
        return refusedAs(error);
      }
    }
  };
}

function refusedAs(error: unknown): Outcome {
  return { ...itemError(error), startOffset: -1 };
}
