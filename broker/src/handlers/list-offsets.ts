// ListOffsets: offsets by meaning, each question with its own outcome.

import { listOffset } from '@millrace/core';
import type { MillraceError, ResponseInput } from '@millrace/protocol';
import { topicRefusals } from '../access/topic-refusals.ts';
import type { Handler } from './handler.ts';
import { ITEM_OK, itemError } from './item-outcome.ts';
import type { Services } from './services.ts';

type Answer = ResponseInput<'ListOffsets'>['partitions'][number];

export function createListOffsetsHandler({ shard }: Services): Handler<'ListOffsets'> {
  return async ({ partitions: questions }, context) => {
    const refusals = topicRefusals(context, shard, 'ListOffsets', 'describe');
    const partitions = await shard.read((state, view) =>
      questions.map(({ topicId, partition, at }) => {
        const refusal = refusals?.of(topicId);
        if (refusal !== undefined) return refused(topicId, partition, refusal);
        const found = listOffset(state, view, { topicId, partition, at });
        if (found.error) return refused(topicId, partition, found.error);
        return {
          topicId,
          partition,
          ...ITEM_OK,
          offset: found.offset,
          timestampMs: found.timestampMs,
        };
      }),
    );
    return { partitions };
  };
}

function refused(topicId: number, partition: number, error: MillraceError): Answer {
  return { topicId, partition, ...itemError(error), offset: -1, timestampMs: -1 };
}
