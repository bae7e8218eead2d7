// ListOffsets: offsets by meaning, each question with its own outcome.

import { listOffset } from '@millrace/core';
import type { Handler } from './handler.ts';
import { ITEM_OK, itemError } from './item-outcome.ts';
import type { Services } from './services.ts';

export function createListOffsetsHandler({ shard }: Services): Handler<'ListOffsets'> {
  return async ({ partitions: questions }) => {
    const partitions = await shard.read((state, view) =>
      questions.map(({ topicId, partition, at }) => {
        const found = listOffset(state, view, { topicId, partition, at });
        if (found.error)
          return { topicId, partition, ...itemError(found.error), offset: -1, timestampMs: -1 };
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
