// Deletes the oldest records of a topic's partitions: each log then starts at the offset that is named.

import { NO_ERROR } from '@millrace/protocol';
import { type Metadata, onlyOne, outcomeError } from '../metadata.ts';
import type { Link, RequestOptions } from '../net/link.ts';

/** Up to where the records of a partition are to be deleted. */
export interface DeleteRecordsTarget {
  readonly partition: number;
  /** All before it go; `end`: all there are now. */
  readonly beforeOffset: number | 'end';
}

/** Where a partition begins after its records were deleted. */
export interface DeletedRecords {
  readonly partition: number;
  /** Where the log starts now: later than asked for where older records were gone already. */
  readonly startOffset: number;
}

/** Each partition stands by itself: what is thrown is the first error, when all were tried. */
export async function deleteRecords(
  link: Link,
  metadata: Metadata,
  topic: string,
  targets: readonly DeleteRecordsTarget[],
  options?: RequestOptions,
): Promise<DeletedRecords[]> {
  const { topicId } = await metadata.get(topic, options);
  const partitions = targets.map(({ partition, beforeOffset }) => {
    return { topicId, partition, beforeOffset: beforeOffset === 'end' ? -1 : beforeOffset };
  });
  const { results } = await link.request('DeleteRecords', { partitions }, options);
  return targets.map(({ partition }, index) => {
    const { errorCode, errorMessage, startOffset } = results[index] ?? onlyOne([]);
    if (errorCode !== NO_ERROR)
      throw outcomeError(errorCode, errorMessage, `${topic}/${partition}`);
    return { partition, startOffset };
  });
}
