// The partitions a consumer reads now, by topic id and partition.

import type { Codec } from '../codecs.ts';
import { Claim } from './claim.ts';

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** `offset` is the next one to read. */
export interface TopicPartitionOffset extends TopicPartition {
  readonly offset: number;
  /** The consumer's own note, kept with the offset; at most 4 KiB. */
  readonly metadata?: string | null | undefined;
}

/** What names a partition on the wire. */
export interface PartitionName extends TopicPartition {
  readonly topicId: number;
}

export function nameKey({ topicId, partition }: { topicId: number; partition: number }): string {
  return `${topicId}/${partition}`;
}

export class Claims<V> implements Iterable<Claim<V>> {
  private readonly codec: Codec<V>;
  private readonly byKey = new Map<string, Claim<V>>();

  constructor(codec: Codec<V>) {
    this.codec = codec;
  }

  get size(): number {
    return this.byKey.size;
  }

  [Symbol.iterator](): Iterator<Claim<V>> {
    return this.byKey.values();
  }

  has(key: string): boolean {
    return this.byKey.has(key);
  }

  find({ topic, partition }: TopicPartition): Claim<V> | undefined {
    for (const claim of this) {
      if (claim.topic === topic && claim.partition === partition) return claim;
    }
    return undefined;
  }

  add({ topic, topicId, partition }: PartitionName): Claim<V> {
    const claim = new Claim(topic, topicId, partition, this.codec);
    this.byKey.set(nameKey(claim), claim);
    return claim;
  }

  delete(claim: Claim<V>): void {
    this.byKey.delete(nameKey(claim));
  }
}
