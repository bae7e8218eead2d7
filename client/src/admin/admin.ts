// Administration: topics, share groups, consumer groups, offsets. One request a method, results as plain data.

import { NO_ERROR, POSITION, type RequestInput, type ResponseOf } from '@millrace/protocol';
import type { Codec } from '../codecs.ts';
import type { TopicPartition, TopicPartitionOffset } from '../consumer/claims.ts';
import { type Metadata, onlyOne, outcomeError } from '../metadata.ts';
import type { Link, RequestOptions } from '../net/link.ts';
import type { BrokerInfo } from '../net/session.ts';
import { type PeekOptions, type PeekResult, peek } from './peek.ts';
import { countersOf, type QueueStats } from './queue-stats.ts';

/** A position in a partition by its meaning; a time is ms since 1970, by append time. */
export type StartAt = 'earliest' | 'latest' | { readonly timestampMs: number };

export interface TopicSummary {
  readonly name: string;
  readonly topicId: number;
  readonly partitions: number;
}

type DescribedTopic = ResponseOf<'DescribeTopics'>['topics'][number];
export type TopicDescription = Omit<DescribedTopic, 'errorCode' | 'errorMessage'>;
export type ShareGroupDescription = ResponseOf<'DescribeShareGroups'>['groups'][number];
export type GroupDescription = ResponseOf<'DescribeGroup'>;
export type GroupSummary = ResponseOf<'ListGroups'>['groups'][number];

type WithStart<T> = Omit<T, 'startAt'> & {
  /** Where the group begins; default 'earliest'. */
  readonly startAt?: StartAt | undefined;
};
export type CreateShareGroup = WithStart<RequestInput<'CreateShareGroup'>>;
export type AlterShareGroup = WithStart<RequestInput<'AlterShareGroup'>>;

export interface OffsetQuestion extends TopicPartition {
  readonly at: StartAt;
}

export interface OffsetAnswer extends TopicPartition {
  /** The end of the partition where no record is that young. */
  readonly offset: number;
  /** Append time of that record, ms since 1970; null where there is none. */
  readonly timestampMs: number | null;
}

export interface Ping extends BrokerInfo {
  readonly roundTripMs: number;
}

function wirePosition(at: StartAt): number {
  return typeof at === 'string' ? POSITION[at] : at.timestampMs;
}

export class Admin {
  private readonly link: Link;
  private readonly metadata: Metadata;
  private readonly codec: Codec<unknown>;

  constructor(link: Link, metadata: Metadata, codec: Codec<unknown>) {
    this.link = link;
    this.metadata = metadata;
    this.codec = codec;
  }

  /** Asks the broker for nothing, and tells how long that took. */
  async ping(options?: RequestOptions): Promise<Ping> {
    const from = performance.now();
    await this.link.request('Metadata', { topics: [] }, options);
    return { roundTripMs: performance.now() - from, ...this.link.broker };
  }

  /** Throws TOPIC_EXISTS, INVALID_NAME, INVALID_CONFIG, LIMIT_EXCEEDED. */
  async createTopic(
    input: RequestInput<'CreateTopic'>,
    options?: RequestOptions,
  ): Promise<{ readonly topicId: number }> {
    return this.link.request('CreateTopic', input, options);
  }

  /** All topics, by name. */
  async listTopics(options?: RequestOptions): Promise<TopicSummary[]> {
    const { topics } = await this.link.request('Metadata', { topics: null }, options);
    return topics.map(({ name, topicId, leaders }) => {
      return { name, topicId, partitions: leaders.length };
    });
  }

  /** Those named, or all by name. Throws UNKNOWN_TOPIC. */
  async describeTopics(
    names?: readonly string[],
    options?: RequestOptions,
  ): Promise<TopicDescription[]> {
    const { topics } = await this.link.request('DescribeTopics', { topics: names }, options);
    return topics.map(({ errorCode, errorMessage, ...topic }) => {
      if (errorCode === NO_ERROR) return topic;
      throw outcomeError(errorCode, errorMessage, `topic '${topic.name}'`);
    });
  }

  async describeTopic(name: string, options?: RequestOptions): Promise<TopicDescription> {
    return onlyOne(await this.describeTopics([name], options));
  }

  /** Changes settings or annotations, or adds partitions. Throws UNKNOWN_TOPIC, INVALID_CONFIG, LIMIT_EXCEEDED. */
  async alterTopic(input: RequestInput<'AlterTopic'>, options?: RequestOptions): Promise<void> {
    await this.link.request('AlterTopic', input, options);
    await this.metadata.refresh(input.name, options);
  }

  /** Throws UNKNOWN_TOPIC, TOPIC_IN_USE. */
  async deleteTopic(name: string, options?: RequestOptions): Promise<void> {
    await this.link.request('DeleteTopic', { name }, options);
    this.metadata.forget(name);
  }

  /** Throws GROUP_EXISTS, GROUP_KIND_MISMATCH, UNKNOWN_TOPIC, INVALID_NAME, INVALID_CONFIG, DLQ_LOOP, LIMIT_EXCEEDED. */
  async createShareGroup(input: CreateShareGroup, options?: RequestOptions): Promise<void> {
    const startAt = wirePosition(input.startAt ?? 'earliest');
    await this.link.request('CreateShareGroup', { ...input, startAt }, options);
  }

  /** Changes settings, or adds topics. Throws UNKNOWN_GROUP, GROUP_KIND_MISMATCH, UNKNOWN_TOPIC, INVALID_CONFIG, DLQ_LOOP. */
  async alterShareGroup(input: AlterShareGroup, options?: RequestOptions): Promise<void> {
    const startAt = wirePosition(input.startAt ?? 'earliest');
    await this.link.request('AlterShareGroup', { ...input, startAt }, options);
  }

  /** The messages stay in the log. Throws UNKNOWN_GROUP, GROUP_KIND_MISMATCH. */
  async deleteShareGroup(group: string, options?: RequestOptions): Promise<void> {
    await this.link.request('DeleteShareGroup', { group }, options);
  }

  /** All share groups, by name. */
  async listShareGroups(options?: RequestOptions): Promise<ShareGroupDescription[]> {
    const { groups } = await this.link.request('DescribeShareGroups', { groups: null }, options);
    return groups;
  }

  /** Throws UNKNOWN_GROUP, GROUP_KIND_MISMATCH. */
  async describeShareGroup(
    group: string,
    options?: RequestOptions,
  ): Promise<ShareGroupDescription> {
    const { groups } = await this.link.request('DescribeShareGroups', { groups: [group] }, options);
    return onlyOne(groups);
  }

  /** Groups of both kinds, by name. */
  async listGroups(options?: RequestOptions): Promise<GroupSummary[]> {
    const { groups } = await this.link.request('ListGroups', {}, options);
    return groups;
  }

  /** Members, assignment, offsets and lag of a consumer group. Throws UNKNOWN_GROUP, GROUP_KIND_MISMATCH. */
  async describeGroup(group: string, options?: RequestOptions): Promise<GroupDescription> {
    return this.link.request('DescribeGroup', { group }, options);
  }

  /** Deletes a consumer group without members. Throws UNKNOWN_GROUP, GROUP_KIND_MISMATCH, GROUP_NOT_EMPTY. */
  async deleteGroup(group: string, options?: RequestOptions): Promise<void> {
    await this.link.request('DeleteGroup', { group }, options);
  }

  /** What a consumer group has committed, by topic and partition; topics that are deleted are left out. */
  async groupOffsets(group: string, options?: RequestOptions): Promise<TopicPartitionOffset[]> {
    const { offsets } = await this.link.request(
      'OffsetFetch',
      { group, partitions: null },
      options,
    );
    const names = new Map((await this.listTopics(options)).map((t) => [t.topicId, t.name]));
    return offsets.flatMap(({ topicId, partition, offset, metadata }) => {
      const topic = names.get(topicId);
      return topic === undefined || offset < 0 ? [] : [{ topic, partition, offset, metadata }];
    });
  }

  /** Sets where a consumer group without members goes on. Throws GROUP_NOT_EMPTY, UNKNOWN_TOPIC, UNKNOWN_PARTITION. */
  async commitGroupOffsets(
    group: string,
    offsets: readonly TopicPartitionOffset[],
    options?: RequestOptions,
  ): Promise<void> {
    const wire = await Promise.all(
      offsets.map(async ({ topic, partition, offset, metadata }) => {
        const { topicId } = await this.metadata.get(topic, options);
        return { topicId, partition, offset, metadata };
      }),
    );
    const { results } = await this.link.request('OffsetCommit', { group, offsets: wire }, options);
    for (const [index, { errorCode, errorMessage }] of results.entries()) {
      if (errorCode === NO_ERROR) continue;
      const at = offsets[index];
      throw outcomeError(errorCode, errorMessage, `${at?.topic}/${at?.partition}`);
    }
  }

  /** Offsets by their meaning, in the order of the questions. Throws UNKNOWN_TOPIC, UNKNOWN_PARTITION. */
  async listOffsets(
    questions: readonly OffsetQuestion[],
    options?: RequestOptions,
  ): Promise<OffsetAnswer[]> {
    const partitions = await Promise.all(
      questions.map(async ({ topic, partition, at }) => {
        const { topicId } = await this.metadata.get(topic, options);
        return { topicId, partition, at: wirePosition(at) };
      }),
    );
    const reply = await this.link.request('ListOffsets', { partitions }, options);
    return questions.map(({ topic, partition }, index) => {
      const answer = reply.partitions[index];
      const { errorCode, errorMessage, offset, timestampMs } = answer ?? onlyOne([]);
      if (errorCode !== NO_ERROR) {
        throw outcomeError(errorCode, errorMessage, `${topic}/${partition}`);
      }
      return { topic, partition, offset, timestampMs: timestampMs < 0 ? null : timestampMs };
    });
  }

  /** Exact counts of a share group. Throws UNKNOWN_GROUP, GROUP_KIND_MISMATCH. */
  async counters(group: string, options?: RequestOptions): Promise<QueueStats> {
    return countersOf(this.link, group, options);
  }

  /** Looks at messages, with a group's view of them where one is named; changes nothing. */
  async peek(
    options: PeekOptions & { readonly group?: string | undefined },
  ): Promise<PeekResult<unknown>> {
    return peek(this.link, this.metadata, this.codec, options);
  }
}
