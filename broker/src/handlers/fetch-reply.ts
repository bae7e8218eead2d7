// A Fetch reply as it fills up: partition after partition, batches while they fit. It knows no sessions and no waiting.

import { readBatches } from '@millrace/core';
import {
  LIMITS,
  type MillraceError,
  NO_ERROR,
  type RequestOf,
  type ResponseInput,
  recordCount,
} from '@millrace/protocol';
import type { TopicRefusals } from '../access/topic-refusals.ts';
import type { Shard } from '../shard/shard.ts';
import { ITEM_OK, itemError } from './item-outcome.ts';

export type Asked = RequestOf<'Fetch'>['partitions'][number];
export type Answer = ResponseInput<'Fetch'>['partitions'][number];

export class FetchReply {
  readonly #shard: Shard;
  readonly #bytesMax: number;
  /** Undefined: nothing is refused. */
  readonly #refusals: TopicRefusals | undefined;
  #batchesLeft: number;
  bytes = 0;
  /** In the batches of it, also before the offsets asked for. */
  records = 0;
  hasErrors = false;
  /** A partition has something that did not fit: whoever waits for more bytes waits in vain. */
  isFull = false;

  constructor(
    shard: Shard,
    bytesMax: number,
    refusals: TopicRefusals | undefined,
    batchesMax: number = LIMITS.fetchBatchesMax,
  ) {
    this.#batchesLeft = batchesMax;
    this.#shard = shard;
    this.#refusals = refusals;
    this.#bytesMax = bytesMax;
  }

  /**
   * Batches are added while they fit; only the very first of the reply comes whatever its size, and that of a partition
   * whatever the partition's part of the reply. [G-7]
   */
  read(asked: Asked): Answer {
    return this.#read(asked, this.#batchesLeft);
  }

  /** Where the partition begins and ends, or why it cannot be read; no batches. */
  readEnds(asked: Asked): Answer {
    return this.#read(asked, 0);
  }

  #read({ topicId, partition, offset, maxBytes }: Asked, batchesMax: number): Answer {
    const left = this.#bytesMax - this.bytes;
    const command = {
      topicId,
      partition,
      offset,
      bytesMax: Math.min(maxBytes, left),
      firstBytesMax: left,
      batchesMax,
      firstWhole: this.bytes === 0,
    };
    const refusal = this.#refusals?.of(topicId);
    if (refusal !== undefined) return this.#refuse(topicId, partition, refusal);
    const found = this.#shard.peek((state, view) => readBatches(state, view, command));
    if (found.error) return this.#refuse(topicId, partition, found.error);
    this.bytes += found.bytes;
    for (const batch of found.batches) this.records += recordCount(batch);
    this.#batchesLeft -= found.batches.length;
    const { startOffset, durableEnd: endOffset, batches } = found;
    this.isFull ||= this.#batchesLeft === 0 || (batches.length === 0 && found.more);
    return { topicId, partition, ...ITEM_OK, startOffset, endOffset, batches };
  }

  #refuse(topicId: number, partition: number, error: MillraceError): Answer {
    this.hasErrors = true;
    const nothing = { startOffset: 0, endOffset: 0, batches: [] };
    return { topicId, partition, ...itemError(error), ...nothing };
  }
}

export function isRefused({ errorCode }: Answer): boolean {
  return errorCode !== NO_ERROR;
}
