// The logs of all partitions of a shard. A partition that was never written to has no object of its own.
// It must not read the store.

import { assert } from '../assert.ts';
import type { SegmentRow } from '../log-rows.ts';
import { applySegmentWrite, LogPartition } from './log-partition.ts';

/** Stands for every partition that was never written to. */
const EMPTY = new LogPartition();
Object.freeze(EMPTY.segments);
Object.freeze(EMPTY);

/** Partitions of a topic are below 1024: one number names a partition of a shard. */
export function partitionKey(topicId: number, partition: number): number {
  return topicId * 1024 + partition;
}

export class Logs {
  readonly written = new Map<number, LogPartition>();

  /** The log of a partition. Whether the topic has such a partition is the catalog's to say. */
  at(topicId: number, partition: number): LogPartition {
    return this.written.get(partitionKey(topicId, partition)) ?? EMPTY;
  }

  apply(topicId: number, partition: number, baseOffset: number, row: SegmentRow | undefined): void {
    const key = partitionKey(topicId, partition);
    let log = this.written.get(key);
    if (log === undefined) {
      assert(row !== undefined, 'a segment that goes away was there');
      log = new LogPartition();
      this.written.set(key, log);
    }
    applySegmentWrite(log, baseOffset, row);
  }

  dropTopic(topicId: number, partitions: number): void {
    for (let partition = 0; partition < partitions; partition += 1) {
      this.written.delete(partitionKey(topicId, partition));
    }
  }

  assertInvariants(): void {
    for (const log of this.written.values()) {
      assert(log.segments.length > 0, 'a written log keeps its place');
      log.assertInvariants();
    }
  }
}
