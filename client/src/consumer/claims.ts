// The partitions a consumer reads now, by topic id and partition.

import { MillraceError } from '@millrace/protocol';
import type { Codec } from '../codecs.ts';
import { Claim } from './claim.ts';
import type { FetchBudget } from './fetch-budget.ts';

/** A partition by the name of its topic. */
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

/** The list as it is. Throws INVALID_REQUEST where it is none, or something in it names no partition. */
export function partitionList<T extends TopicPartition>(
  field: string,
  given: readonly T[],
): readonly T[] {
  const isList: boolean = Array.isArray(given);
  if (isList && given.every((one) => typeof one?.topic === 'string')) return given;
  const text = `${field} is a list, and each in it has at least a topic and a partition.`;
  throw new MillraceError('INVALID_REQUEST', text, { field });
}

export function nameKey({ topicId, partition }: { topicId: number; partition: number }): string {
  return `${topicId}/${partition}`;
}

export class Claims<V> implements Iterable<Claim<V>> {
  private readonly codec: Codec<V>;
  private readonly budget: FetchBudget;
  /** Told of claims that are read no more. */
  private readonly onGone: (claim: Claim<V>) => void;
  private readonly byKey = new Map<string, Claim<V>>();

  constructor(codec: Codec<V>, budget: FetchBudget, onGone: (claim: Claim<V>) => void) {
    this.codec = codec;
    this.budget = budget;
    this.onGone = onGone;
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

  add(name: PartitionName): Claim<V> {
    const claim = new Claim(name, this.codec, this.budget);
    this.byKey.set(nameKey(claim), claim);
    return claim;
  }

  delete(claim: Claim<V>): void {
    this.byKey.delete(nameKey(claim));
    this.onGone(claim);
  }
}
