// Figures of partitions, from the rows of their segments.

import type { View } from '@millrace/core';

export interface PartitionFigures {
  readonly partition: number;
  readonly startOffset: number;
  readonly endOffset: number;
  readonly segments: number;
  readonly bytes: number;
}

/** Partitions that something was ever written to. */
export function partitionsOf(view: View, topicId: number): PartitionFigures[] {
  const found = new Map<number, PartitionFigures>();
  for (const [[, partition, baseOffset], row] of view.range('segments', { prefix: [topicId] })) {
    const [endOffset, bytes] = row;
    const before = found.get(partition);
    found.set(partition, {
      partition,
      startOffset: before?.startOffset ?? baseOffset,
      endOffset,
      segments: (before?.segments ?? 0) + 1,
      bytes: (before?.bytes ?? 0) + bytes,
    });
  }
  return [...found.values()];
}
