// Offsets for administrators: those a consumer group has committed, and offsets by their meaning.

import { NO_ERROR, POSITION } from '@millrace/protocol';
import type { TopicPartition, TopicPartitionOffset } from '../consumer/claims.ts';
import { type Metadata, onlyOne, outcomeError } from '../metadata.ts';
import type { Link, RequestOptions } from '../net/link.ts';

/** A position in a partition by its meaning; a time is ms since 1970, by append time. */
export type StartAt = 'earliest' | 'latest' | { readonly timestampMs: number };

/** Which offset of a partition is asked for. */
export interface OffsetQuestion extends TopicPartition {
  readonly at: StartAt;
}

/** An offset of a partition, as it was asked for. */
export interface OffsetAnswer extends TopicPartition {
  /** The end of the partition where no record is that young. */
  readonly offset: number;
  /** Append time of that record, ms since 1970; null where there is none. */
  readonly timestampMs: number | null;
}

function wirePosition(at: StartAt): number {
  return typeof at === 'string' ? POSITION[at] : at.timestampMs;
}

/** The place where a share group begins, as the protocol has it; the start where none is named. */
export function withStart<T extends { readonly startAt?: StartAt | undefined }>(
  input: T,
): Omit<T, 'startAt'> & { readonly startAt: number } {
  return { ...input, startAt: wirePosition(input.startAt ?? 'earliest') };
}

/** What a consumer group has committed, by topic and partition; topics that are deleted are left out. */
export async function groupOffsets(
  link: Link,
  group: string,
  options?: RequestOptions,
): Promise<TopicPartitionOffset[]> {
  const { offsets } = await link.request('OffsetFetch', { group, partitions: null }, options);
  const { topics } = await link.request('Metadata', { topics: null }, options);
  const names = new Map(topics.map(({ topicId, name }) => [topicId, name]));
  return offsets.flatMap(({ topicId, partition, offset, metadata }) => {
    const topic = names.get(topicId);
    return topic === undefined || offset < 0 ? [] : [{ topic, partition, offset, metadata }];
  });
}

export async function commitGroupOffsets(
  link: Link,
  metadata: Metadata,
  group: string,
  offsets: readonly TopicPartitionOffset[],
  options?: RequestOptions,
): Promise<void> {
  const wire = await Promise.all(
    offsets.map(async ({ topic, partition, offset, metadata: text }) => {
      const { topicId } = await metadata.get(topic, options);
      return { topicId, partition, offset, metadata: text };
    }),
  );
  const { results } = await link.request('OffsetCommit', { group, offsets: wire }, options);
  for (const [index, { errorCode, errorMessage }] of results.entries()) {
    if (errorCode === NO_ERROR) continue;
    const at = offsets[index];
    throw outcomeError(errorCode, errorMessage, `${at?.topic}/${at?.partition}`);
  }
}

export async function listOffsets(
  link: Link,
  metadata: Metadata,
  questions: readonly OffsetQuestion[],
  options?: RequestOptions,
): Promise<OffsetAnswer[]> {
  const partitions = await Promise.all(
    questions.map(async ({ topic, partition, at }) => {
      const { topicId } = await metadata.get(topic, options);
      return { topicId, partition, at: wirePosition(at) };
    }),
  );
  const reply = await link.request('ListOffsets', { partitions }, options);
  return questions.map(({ topic, partition }, index) => {
    const answer = reply.partitions[index];
    const { errorCode, errorMessage, offset, timestampMs } = answer ?? onlyOne([]);
    if (errorCode !== NO_ERROR) {
      throw outcomeError(errorCode, errorMessage, `${topic}/${partition}`);
    }
    return { topic, partition, offset, timestampMs: timestampMs < 0 ? null : timestampMs };
  });
}
