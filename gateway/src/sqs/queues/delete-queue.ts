// DeleteQueue: the queues that send their dead messages here stop doing so, then the topic goes with all messages at
// once, then the share group, which holds nothing any more. A crash in between leaves no messages behind.

import { MillraceError } from '@millrace/protocol';
import { SqsError } from '../errors.ts';
import { alterQueue } from './alter-queue.ts';
import { attribute } from './attributes.ts';
import { groupsWithTarget } from './dead-letter-queues.ts';
import { nameInUrl } from './names.ts';
import type { QueueHandler } from './queue-action.ts';
import { type Admin, answerOr, findParts, isQueueGroup, queueOf } from './queue-state.ts';

export const deleteQueue: QueueHandler<'DeleteQueue'> = async (
  { admin, directory },
  { QueueUrl },
) => {
  const name = nameInUrl(QueueUrl);
  if (name === undefined) throw new SqsError('QueueDoesNotExist');
  const parts = await findParts(admin, name);
  const isLeftOver = parts.topic === undefined && parts.group?.topics.length === 0;
  if (queueOf(parts) === undefined && !isLeftOver) throw new SqsError('QueueDoesNotExist');
  if (!isLeftOver) await deleteTopic(admin, name);
  await answerOr(admin.deleteShareGroup(name), ['UNKNOWN_GROUP']);
  directory.forget(name);
  return {};
};

/** Who sends dead messages here is looked for only where somebody does. */
async function deleteTopic(admin: Admin, name: string): Promise<void> {
  const answer = await answerOr(admin.deleteTopic(name), ['UNKNOWN_TOPIC', 'TOPIC_IN_USE']);
  if (answer !== 'TOPIC_IN_USE') return;
  const users = (await groupsWithTarget(admin, name)).filter(({ group }) => group !== name);
  const other = users.find((user) => !isQueueGroup(user) || user.topics.length > 1);
  if (other !== undefined) {
    const message = `Share group ${other.group} sends its dead messages to ${name}.`;
    throw new MillraceError('TOPIC_IN_USE', message);
  }
  const stop = attribute('RedrivePolicy').change;
  for (const { group } of users) {
    const change = stop?.('', { isNew: false, dedupScope: 'topic', dedupWindowMs: 0 }) ?? {};
    await alterQueue(admin, group, change);
  }
  await answerOr(admin.deleteTopic(name), ['UNKNOWN_TOPIC']);
}
