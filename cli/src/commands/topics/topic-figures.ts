// Figures of a topic summed over its partitions.

import type { TopicDescription } from '@millrace/client';

export interface TopicFigures {
  readonly records: number;
  readonly bytes: number;
}

/** `records` is the span of offsets: records that were removed from the middle still count. */
export function topicFigures({ partitions }: TopicDescription): TopicFigures {
  let records = 0;
  let bytes = 0;
  for (const each of partitions) {
    records += each.endOffset - each.startOffset;
    bytes += each.bytes;
  }
  return { records, bytes };
}
