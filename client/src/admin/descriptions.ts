// What the administrator's methods take and give about topics and groups.

import type { RequestInput, ResponseOf } from '@millrace/protocol';
import type { BrokerInfo } from '../net/session.ts';
import type { StartAt } from './offsets.ts';

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

export interface Ping extends BrokerInfo {
  readonly roundTripMs: number;
}
