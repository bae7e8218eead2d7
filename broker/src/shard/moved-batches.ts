// The batches of a stage that moved messages by themselves: to a dead-letter topic, or back. It decodes nothing.

import type { Wake, Write } from '@millrace/core';

export interface MovedBatch {
  readonly by: 'death' | 'redrive';
  readonly topicId: number;
  readonly partition: number;
  readonly batch: Uint8Array;
  /** When it was staged, ms since 1970. */
  readonly atMs: number;
}

const NONE: readonly MovedBatch[] = [];

export function movedBatches(
  writes: readonly Write[],
  wake: readonly Wake[],
  atMs: number,
): readonly MovedBatch[] {
  // Of every stage: most move nothing.
  if (!wake.some((one) => one.kind === 'appended' && one.by !== undefined)) return NONE;
  const moves = wake.flatMap((one) =>
    one.kind === 'appended' && one.by !== undefined ? [{ ...one, by: one.by }] : [],
  );
  return writes.flatMap((write): MovedBatch[] => {
    if (write.table !== 'batches' || write.value === undefined) return [];
    const [topicId, partition] = write.key;
    const move = moves.find((one) => one.topicId === topicId && one.partition === partition);
    return move === undefined
      ? []
      : [{ by: move.by, topicId, partition, batch: write.value, atMs }];
  });
}
