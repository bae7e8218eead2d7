// Figures of a topic summed over its partitions.

import type { TopicDescription } from '@millrace/client';
import { formatCount } from '../../output/format.ts';

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

/** A span of offsets as a number of records: in a topic that is compacted there may be fewer. */
export function recordsText({ config }: Pick<TopicDescription, 'config'>, span: number): string {
  const mayBeFewer = config !== null && config.cleanupPolicy !== 'delete';
  return mayBeFewer ? `<= ${formatCount(span)}` : formatCount(span);
}
