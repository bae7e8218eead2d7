// The lanes of one topic, and which of them a message takes: by its own wish, by its key, or one that stays for a batch.

import { MillraceError, partitionForKey } from '@millrace/protocol';
import type { Batch } from './batch.ts';
import { Lane, type LaneOwner } from './lane.ts';

export class TopicLanes {
  readonly topic: string;
  private readonly owner: LaneOwner;
  private readonly lanes: Lane[] = [];
  private partitions = 0;
  /** The open batch that messages without a key join. */
  sticky: Batch | undefined;
  private stickyPartition: number;

  constructor(owner: LaneOwner, topic: string, random: () => number = Math.random) {
    this.owner = owner;
    this.topic = topic;
    this.stickyPartition = Math.floor(random() * 0xffff);
  }

  resize(partitions: number): void {
    this.partitions = partitions;
    while (this.lanes.length < partitions) {
      this.lanes.push(new Lane(this.owner, this.topic, this.lanes.length));
    }
  }

  /** Throws UNKNOWN_PARTITION. */
  pick(key: Uint8Array | null | undefined, partition: number | undefined): Lane {
    if (partition !== undefined) return this.wished(partition);
    if (key !== null && key !== undefined) {
      return this.lanes[partitionForKey(key, this.partitions)] as Lane;
    }
    return this.sticky?.isOpen ? this.sticky.lane : this.moveOn();
  }

  /** A message went into this batch: one without a key and without a wish leads the others there. */
  noteSticky(
    batch: Batch,
    key: Uint8Array | null | undefined,
    partition: number | undefined,
  ): void {
    if ((key === null || key === undefined) && partition === undefined) this.sticky = batch;
  }

  private wished(partition: number): Lane {
    const lane = partition < this.partitions ? this.lanes[partition] : undefined;
    if (lane !== undefined) return lane;
    const text = `Topic '${this.topic}' has no partition ${partition}, it has ${this.partitions}.`;
    throw new MillraceError('UNKNOWN_PARTITION', text, { field: 'partition' });
  }

  /** The next lane round the topic, rather one with nothing on its way. */
  private moveOn(): Lane {
    const from = this.stickyPartition + 1;
    for (let step = 0; step < this.partitions; step += 1) {
      const partition = (from + step) % this.partitions;
      const lane = this.lanes[partition] as Lane;
      if (lane.isIdle) return this.stickAt(partition);
    }
    return this.stickAt(from % this.partitions);
  }

  private stickAt(partition: number): Lane {
    this.stickyPartition = partition;
    return this.lanes[partition] as Lane;
  }
}
