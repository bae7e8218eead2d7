// Produce: check each batch, append those that stand, answer when all of them are durable.

import { decideAppend } from '@millrace/core';
import { type RequestOf, type ResponseInput, validateBatch } from '@millrace/protocol';
import type { Handler } from './handler.ts';
import { ITEM_OK, itemError } from './item-outcome.ts';
import type { Services } from './services.ts';

type Item = RequestOf<'Produce'>['batches'][number];
type Outcome = ResponseInput<'Produce'>['results'][number];

interface Appended extends Outcome {
  /** Zero where the batch was refused. */
  readonly records: number;
}

export function createProduceHandler({ shard, space, metrics }: Services): Handler<'Produce'> {
  function append({ topicId, partition, batch }: Item): Appended {
    try {
      space.assertRoom();
      const header = validateBatch(batch);
      const { baseOffset, appendTimeMs } = shard.stage((state, view, context) =>
        decideAppend(state, view, { topicId, partition, batch, header }, context),
      );
      return { ...ITEM_OK, baseOffset, appendTimeMs, records: header.count };
    } catch (error) {
      return { ...itemError(error), baseOffset: -1, appendTimeMs: -1, records: 0 };
    }
  }

  return async ({ batches }) => {
    const results = batches.map(append);
    await shard.durable();
    results.forEach(({ records }, at) => {
      if (records > 0) metrics.appended(records, batches[at]?.batch.byteLength ?? 0);
    });
    return { results };
  };
}
