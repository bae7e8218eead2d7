// What the administrator's methods take and give about topics and groups.

import type { RequestInput, ResponseOf } from '@millrace/protocol';
import type { BrokerInfo } from '../net/session.ts';
import type { StartAt } from './offsets.ts';

/** A topic in a list. */
export interface TopicSummary {
  readonly name: string;
  readonly topicId: number;
  readonly partitions: number;
}

export type NewTopic = RequestInput<'CreateTopic'>;

export interface TopicId {
  readonly topicId: number;
}

type DescribedTopic = ResponseOf<'DescribeTopics'>['topics'][number];
/** A topic with its settings and partitions. */
export type TopicDescription = Omit<DescribedTopic, 'errorCode' | 'errorMessage'>;
/** A share group with its settings and members. */
export type ShareGroupDescription = ResponseOf<'DescribeShareGroups'>['groups'][number];
/** A consumer group with its members and offsets. */
export type GroupDescription = ResponseOf<'DescribeGroup'>;
/** A group in a list. */
export type GroupSummary = ResponseOf<'ListGroups'>['groups'][number];

type WithStart<T> = Omit<T, 'startAt'> & {
  /** Where the group begins; default 'earliest'. */
  readonly startAt?: StartAt | undefined;
};
/** A share group that is to be made. */
export type CreateShareGroup = WithStart<RequestInput<'CreateShareGroup'>>;
/** Settings of a share group that are to change. */
export type AlterShareGroup = WithStart<RequestInput<'AlterShareGroup'>>;

/** How a broker is. */
export type BrokerDescription = ResponseOf<'DescribeBroker'>;

export interface Ping extends BrokerInfo {
  readonly roundTripMs: number;
}
