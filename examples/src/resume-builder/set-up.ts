// Makes the topics and queues that are missing. Every process does it when it starts, in any order and at the same time; what is there
// stays as it is, for an operator may have changed it.

import { type Client, MillraceError } from '@millrace/client';
import { DEAD_QUEUE, QUEUES, TOPICS } from './queues.ts';

// #region set-up
export async function setUp({ admin }: Client): Promise<void> {
  for (const { name, partitions, config } of Object.values(TOPICS)) {
    await unlessThere('TOPIC_EXISTS', admin.createTopic({ name, partitions, config }));
  }
  for (const { name, topic, config } of Object.values(QUEUES)) {
    const group = { group: name, topics: [topic.name], config };
    const making = admin.createShareGroup({ ...group, deadLetterTopic: TOPICS.dead.name });
    await unlessThere('GROUP_EXISTS', making);
  }
  const { name: group, topic } = DEAD_QUEUE;
  await unlessThere('GROUP_EXISTS', admin.createShareGroup({ group, topics: [topic.name] }));
}

async function unlessThere(code: string, making: Promise<unknown>): Promise<void> {
  try {
    await making;
  } catch (error) {
    if (!(error instanceof MillraceError && error.code === code)) throw error;
  }
}
// #endregion
