// The handlers of actions on messages. It wires; each action is in a file of its own.

import type { Session } from '../../services.ts';
import type { MessageAction, SqsHandlers } from '../handler.ts';
import type { QueueDirectory } from '../queues/queue.ts';
import { QueueAccess } from './queue-access.ts';
import { receiveMessage } from './receive.ts';
import { sendMessage, sendMessageBatch } from './send.ts';
import {
  changeMessageVisibility,
  changeMessageVisibilityBatch,
  deleteMessage,
  deleteMessageBatch,
} from './settle.ts';

export function createMessageHandlers(
  session: Session,
  directory: QueueDirectory,
): Pick<SqsHandlers, MessageAction> {
  const access = new QueueAccess(session, directory);
  return {
    SendMessage: (input, call) => sendMessage(access, input, call),
    SendMessageBatch: (input, call) => sendMessageBatch(access, input, call),
    ReceiveMessage: (input, call) => receiveMessage(access, input, call),
    DeleteMessage: (input) => deleteMessage(access, input),
    DeleteMessageBatch: (input) => deleteMessageBatch(access, input),
    ChangeMessageVisibility: (input) => changeMessageVisibility(access, input),
    ChangeMessageVisibilityBatch: (input) => changeMessageVisibilityBatch(access, input),
  };
}
