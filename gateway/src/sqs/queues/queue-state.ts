// A queue as the broker has it: a topic and a share group of its name over it. Read anew each time; nothing is kept.

import type {
  AlterShareGroup,
  Client,
  RequestInput,
  ShareGroupDescription,
  TopicDescription,
} from '@millrace/client';
import { type ErrorName, MillraceError } from '@millrace/protocol';
import { SqsError } from '../errors.ts';
import { isPossibleName } from './names.ts';

export type Admin = Client['admin'];
export type TopicChange = NonNullable<RequestInput<'AlterTopic'>['config']>;
export type GroupChange = NonNullable<AlterShareGroup['config']>;

export interface QueueState {
  readonly topic: TopicDescription;
  readonly group: ShareGroupDescription;
  /** Where the group sends dead messages of the topic. */
  readonly deadLetterTopic: string | null;
}

/** What there is of a queue, which may be a part of it. */
export interface QueueParts {
  readonly topic: TopicDescription | undefined;
  /** A share group of its name, whatever it takes from. */
  readonly group: ShareGroupDescription | undefined;
  /** The name is that of a consumer group. */
  readonly isConsumerGroup: boolean;
}

/** Throws QueueDoesNotExist. */
export async function loadQueue(admin: Admin, name: string | undefined): Promise<QueueState> {
  if (name === undefined) throw new SqsError('QueueDoesNotExist');
  const state = queueOf(await findParts(admin, name));
  if (state === undefined) throw new SqsError('QueueDoesNotExist');
  return state;
}

export async function findParts(admin: Admin, name: string): Promise<QueueParts> {
  if (!isPossibleName(name)) return { topic: undefined, group: undefined, isConsumerGroup: false };
  const [topic, group] = await Promise.all([
    answerOr(admin.describeTopic(name), ['UNKNOWN_TOPIC']),
    answerOr(admin.describeShareGroup(name), ['UNKNOWN_GROUP', 'GROUP_KIND_MISMATCH']),
  ]);
  return {
    topic: isCode(topic) ? undefined : topic,
    group: isCode(group) ? undefined : group,
    isConsumerGroup: group === 'GROUP_KIND_MISMATCH',
  };
}

/** Undefined where a part is missing, or the group does not take from the topic. */
export function queueOf({ topic, group }: QueueParts): QueueState | undefined {
  const taken = group?.topics.find(({ topicId }) => topicId === topic?.topicId);
  if (topic === undefined || group === undefined || taken === undefined) return undefined;
  return { topic, group, deadLetterTopic: taken.deadLetterTopic };
}

/** Whether a share group is that of a queue, as a list of groups tells it. */
export function isQueueGroup({ group, topics }: ShareGroupDescription): boolean {
  return topics.some(({ topic }) => topic === group);
}

/** What was asked for, or which of the expected errors came instead. */
export async function answerOr<T, const E extends ErrorName>(
  asked: Promise<T>,
  expected: readonly E[],
): Promise<T | E> {
  try {
    return await asked;
  } catch (error) {
    const code = error instanceof MillraceError ? error.code : undefined;
    const found = expected.find((name) => name === code);
    if (found === undefined) throw error;
    return found;
  }
}

function isCode(answer: unknown): answer is ErrorName {
  return typeof answer === 'string';
}
