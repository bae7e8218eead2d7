// Makes a queue: a topic where it is missing, then a share group over it. Where the group cannot be made, a topic that was
// made for it goes again. What a crash leaves in between is a topic, over which the same request makes the group.

import {
  type Client,
  MillraceError,
  type RequestInput,
  type TopicDescription,
} from '@millrace/client';
import type { NewQueue } from './queue-settings.ts';

/** The queue exists already, with whatever settings. */
export function isThere(error: unknown): boolean {
  return error instanceof MillraceError && error.code === 'GROUP_EXISTS';
}

/** Throws GROUP_EXISTS, TOPIC_EXISTS where the topic is there with other settings, and what both requests throw. */
export async function createQueue(client: Client, queue: NewQueue): Promise<void> {
  const { name, topic = name, settings = {} } = queue;
  await mustBeFree(client, name);
  const topicId = await ensureTopic(client, topic, queue);
  const { deadLetterTopic, ...config } = settings;
  try {
    await client.admin.createShareGroup({ group: name, topics: [topic], deadLetterTopic, config });
  } catch (error) {
    if (topicId !== undefined && isRefusal(error)) await takeBack(client, topic, topicId);
    throw error;
  }
}

/** Before anything is made. */
async function mustBeFree(client: Client, name: string): Promise<void> {
  try {
    await client.admin.describeShareGroup(name);
  } catch (error) {
    if (error instanceof MillraceError && error.code === 'UNKNOWN_GROUP') return;
    throw error;
  }
  throw new MillraceError('GROUP_EXISTS', `A queue is named '${name}' already.`, { field: 'name' });
}

/** The id of a topic that was made. */
async function ensureTopic(
  client: Client,
  name: string,
  { partitions, topicSettings: config }: NewQueue,
): Promise<number | undefined> {
  try {
    return (await client.admin.createTopic({ name, partitions: partitions ?? 1, config })).topicId;
  } catch (error) {
    if (!(error instanceof MillraceError && error.code === 'TOPIC_EXISTS')) throw error;
    const present = await client.admin.describeTopic(name);
    if (!isAsWanted(present, partitions, config)) throw error;
    return undefined;
  }
}

type TopicSettings = NonNullable<RequestInput<'CreateTopic'>['config']>;

function isAsWanted(
  { partitions: present, config: inForce }: TopicDescription,
  partitions: number | undefined,
  config: TopicSettings = {},
): boolean {
  if (partitions !== undefined && partitions !== present.length) return false;
  return Object.entries(config).every(([name, value]) => {
    const own: unknown = inForce?.[name as keyof typeof inForce];
    return JSON.stringify(own) === JSON.stringify(value);
  });
}

/** The broker has said no: it is certain that there is no group. */
function isRefusal(error: unknown): boolean {
  return error instanceof MillraceError && !error.retriable && error.code !== 'OUTCOME_UNKNOWN';
}

/** Unless somebody has used it meanwhile. */
async function takeBack(client: Client, topic: string, topicId: number): Promise<void> {
  const { topicId: presentId, partitions } = await client.admin.describeTopic(topic);
  const isUnused = partitions.every(({ endOffset }) => endOffset === 0);
  const groups = await client.admin.listShareGroups();
  const isTaken = groups.some(({ topics }) => topics.some((taken) => taken.topicId === topicId));
  if (presentId === topicId && isUnused && !isTaken) await client.admin.deleteTopic(topic);
}
