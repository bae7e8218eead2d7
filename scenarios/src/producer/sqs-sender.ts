// Sends through the AWS SDK: SendMessageBatch, whose entries succeed and fail one by one.

import { dialSqs } from '../stage/sqs.ts';
import type { TransportPlace } from '../transport/transport.ts';
import type { NewMessage } from './payloads.ts';
import type { Sender, SendOutcome } from './sender.ts';

export async function openSqsSender({ endpoint, queue }: TransportPlace): Promise<Sender> {
  const sqs = dialSqs(endpoint);
  const isFifo = queue.endsWith('.fifo');
  const { QueueUrl = '' } = await sqs.getQueueUrl({ QueueName: queue });
  return {
    async send(messages) {
      const Entries = messages.map((message, index) => entryOf(message, index, isFifo));
      try {
        const { Successful = [], Failed = [] } = await sqs.sendMessageBatch({ QueueUrl, Entries });
        const outcomes = new Map<string | undefined, SendOutcome>();
        for (const { Id, MessageId = '' } of Successful) outcomes.set(Id, { messageId: MessageId });
        for (const { Id, Message, Code } of Failed)
          outcomes.set(Id, { fault: `${Code} ${Message}` });
        return Entries.map(({ Id }) => outcomes.get(Id) ?? { fault: 'nothing was said of it' });
      } catch (error) {
        return Entries.map(() => ({ fault: String(error) }));
      }
    },
    async close() {
      sqs.destroy();
    },
  };
}

function entryOf({ body, group, id }: NewMessage, index: number, isFifo: boolean) {
  return {
    Id: `${index}`,
    MessageBody: body,
    MessageGroupId: group,
    MessageDeduplicationId: isFifo ? id : undefined,
  };
}
