// The handlers of all SQS actions on queues, bound to a session.

import type { Session } from '../../services.ts';
import type { QueueAction, SqsHandler, SqsHandlers } from '../handler.ts';
import type { ActionName } from '../model/actions.ts';
import { createQueue } from './create-queue.ts';
import { deleteQueue } from './delete-queue.ts';
import { getQueueUrl, listDeadLetterSourceQueues, listQueues } from './list-queues.ts';
import { cancelMessageMoveTask, listMessageMoveTasks, startMessageMoveTask } from './move-tasks.ts';
import { addPermission, removePermission } from './permissions.ts';
import { purgeQueue } from './purge-queue.ts';
import type { QueueDirectory } from './queue.ts';
import type { QueueHandler } from './queue-action.ts';
import { getQueueAttributes, setQueueAttributes } from './queue-attributes.ts';
import { listQueueTags, tagQueue, untagQueue } from './tags.ts';

export function createQueueHandlers(
  { client }: { readonly client: Pick<Session['client'], 'admin'> },
  directory: QueueDirectory,
): Pick<SqsHandlers, QueueAction> {
  const context = { admin: client.admin, directory };
  function bound<N extends ActionName>(handler: QueueHandler<N>): SqsHandler<N> {
    return (input, call) => handler(context, input, call);
  }
  return {
    CreateQueue: bound(createQueue),
    GetQueueUrl: bound(getQueueUrl),
    ListQueues: bound(listQueues),
    DeleteQueue: bound(deleteQueue),
    SetQueueAttributes: bound(setQueueAttributes),
    GetQueueAttributes: bound(getQueueAttributes),
    PurgeQueue: bound(purgeQueue),
    TagQueue: bound(tagQueue),
    UntagQueue: bound(untagQueue),
    ListQueueTags: bound(listQueueTags),
    ListDeadLetterSourceQueues: bound(listDeadLetterSourceQueues),
    AddPermission: bound(addPermission),
    RemovePermission: bound(removePermission),
    StartMessageMoveTask: bound(startMessageMoveTask),
    CancelMessageMoveTask: bound(cancelMessageMoveTask),
    ListMessageMoveTasks: bound(listMessageMoveTasks),
  };
}
