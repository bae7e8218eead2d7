// Fetch: durable batches from offsets on; waits until there are enough bytes or the time is over.

import { readBatches } from '@millrace/core';
import { LIMITS, type RequestOf, type ResponseInput } from '@millrace/protocol';
import type { Handler } from './handler.ts';
import { ITEM_OK, itemError } from './item-outcome.ts';
import { longPoll } from './long-poll.ts';
import type { Services } from './services.ts';

type Answer = ResponseInput<'Fetch'>['partitions'][number];

interface Look {
  readonly partitions: Answer[];
  readonly bytes: number;
  readonly hasErrors: boolean;
}

export function createFetchHandler({ shard }: Services): Handler<'Fetch'> {
  /** Batches are added while they fit the reply; only the very first comes whatever its size. */
  function look(request: RequestOf<'Fetch'>, bytesMax: number): Look {
    let bytes = 0;
    let batchesLeft: number = LIMITS.fetchBatchesMax;
    let hasErrors = false;
    const partitions = request.partitions.map(
      ({ topicId, partition, offset, maxBytes }): Answer => {
        const command = {
          topicId,
          partition,
          offset,
          bytesMax: Math.min(maxBytes, bytesMax - bytes),
          batchesMax: batchesLeft,
          firstWhole: bytes === 0,
        };
        const found = shard.peek((state, view) => readBatches(state, view, command));
        if (found.error) {
          hasErrors = true;
          return {
            topicId,
            partition,
            ...itemError(found.error),
            startOffset: 0,
            endOffset: 0,
            batches: [],
          };
        }
        bytes += found.bytes;
        batchesLeft -= found.batches.length;
        const { startOffset, durableEnd: endOffset, batches } = found;
        return { topicId, partition, ...ITEM_OK, startOffset, endOffset, batches };
      },
    );
    return { partitions, bytes, hasErrors };
  }

  return async (request, { connection, signal }) => {
    const found = await longPoll({
      tryNow: () => look(request, Math.min(request.maxBytes, connection.replyRoomBytes)),
      enough: ({ bytes, hasErrors }) => bytes >= request.minBytes || hasErrors,
      waitMs: request.maxWaitMs,
      join: (attempt) => shard.waiters.waitForAppend(request.partitions, attempt),
      signal,
    });
    // An error shows state that may be staged only: a topic just created or deleted, a start just moved.
    if (found.hasErrors) await shard.durable();
    return { partitions: found.partitions };
  };
}
