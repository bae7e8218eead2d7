// Topics as lists, and a question that asks for none.

import { MillraceError, NO_ERROR } from '@millrace/protocol';
import { outcomeError } from '../metadata.ts';
import type { Link, RequestOptions } from '../net/link.ts';
import type { Ping, TopicDescription, TopicSummary } from './descriptions.ts';

export async function ping(link: Link, options?: RequestOptions): Promise<Ping> {
  const from = performance.now();
  await link.request('Metadata', { topics: [] }, options);
  return { roundTripMs: performance.now() - from, ...link.broker };
}

export async function listTopics(link: Link, options?: RequestOptions): Promise<TopicSummary[]> {
  const { topics } = await link.request('Metadata', { topics: null }, options);
  return topics.map(({ name, topicId, leaders }) => ({
    name,
    topicId,
    partitions: leaders.length,
  }));
}

/** In several requests where one reply would be too large. */
export async function describeTopics(
  link: Link,
  names: readonly string[] | undefined,
  options?: RequestOptions,
): Promise<TopicDescription[]> {
  try {
    return await describeAtOnce(link, names, options);
  } catch (error) {
    if (!(error instanceof MillraceError) || error.code !== 'LIMIT_EXCEEDED') throw error;
    const all = names ?? (await listTopics(link, options)).map(({ name }) => name);
    if (all.length < 2) throw error;
    const half = Math.ceil(all.length / 2);
    const first = await describeTopics(link, all.slice(0, half), options);
    return [...first, ...(await describeTopics(link, all.slice(half), options))];
  }
}

async function describeAtOnce(
  link: Link,
  names: readonly string[] | undefined,
  options?: RequestOptions,
): Promise<TopicDescription[]> {
  const { topics } = await link.request('DescribeTopics', { topics: names }, options);
  return topics.map(({ errorCode, errorMessage, ...topic }) => {
    if (errorCode === NO_ERROR) return topic;
    throw outcomeError(errorCode, errorMessage, `topic '${topic.name}'`);
  });
}
