// GetQueueUrl, ListQueues and ListDeadLetterSourceQueues.

import { sourcesOf } from './dead-letter-queues.ts';
import { nameInUrl, queueUrl } from './names.ts';
import { pageOf } from './pages.ts';
import type { QueueHandler } from './queue-action.ts';
import { isQueueGroup, loadQueue } from './queue-state.ts';

/** Whoever owns it: queues of all accounts are one namespace. */
export const getQueueUrl: QueueHandler<'GetQueueUrl'> = async ({ admin }, { QueueName }, call) => {
  const queue = await loadQueue(admin, QueueName);
  return { QueueUrl: queueUrl(queue.topic.name, call) };
};

export const listQueues: QueueHandler<'ListQueues'> = async ({ admin }, input, call) => {
  const { QueueNamePrefix: prefix = '' } = input;
  const groups = (await admin.listShareGroups()).filter(isQueueGroup);
  const names = groups.map(({ group }) => group).filter((name) => name.startsWith(prefix));
  const page = pageOf(names, input);
  const urls = page.names.map((name) => queueUrl(name, call));
  return { QueueUrls: urls.length === 0 ? undefined : urls, NextToken: page.token };
};

export const listDeadLetterSourceQueues: QueueHandler<'ListDeadLetterSourceQueues'> = async (
  { admin },
  input,
  call,
) => {
  const { topic } = await loadQueue(admin, nameInUrl(input.QueueUrl));
  const page = pageOf(await sourcesOf(admin, topic.name), input);
  return { queueUrls: page.names.map((name) => queueUrl(name, call)), NextToken: page.token };
};
