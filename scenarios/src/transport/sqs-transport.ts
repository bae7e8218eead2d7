// A queue through the AWS SDK, as a program that was written for Amazon SQS has it.

import type { Message, SQS } from '@aws-sdk/client-sqs';
import { dialSqs } from '../stage/sqs.ts';
import type { Ask, Delivery, Transport, TransportPlace } from './transport.ts';

export async function openSqs({ endpoint, queue }: TransportPlace): Promise<Transport> {
  const sqs = dialSqs(endpoint);
  const { QueueUrl = '' } = await sqs.getQueueUrl({ QueueName: queue });
  return {
    async receive({ maxMessages, waitTimeSeconds, signal }: Ask) {
      try {
        const { Messages = [] } = await sqs.receiveMessage(
          {
            QueueUrl,
            MaxNumberOfMessages: maxMessages,
            WaitTimeSeconds: waitTimeSeconds,
            MessageSystemAttributeNames: ['All'],
          },
          { abortSignal: signal },
        );
        return Messages.map((message) => sqsDelivery(sqs, QueueUrl, message));
      } catch (error) {
        if (signal.aborted) return [];
        throw error;
      }
    },
    async send(name, body) {
      const other = await sqs.getQueueUrl({ QueueName: name });
      await sqs.sendMessage({ QueueUrl: other.QueueUrl, MessageBody: body });
    },
    mayPass: (error) => !isRefusal(error),
    async close() {
      sqs.destroy();
    },
  };
}

function sqsDelivery(sqs: SQS, QueueUrl: string, message: Message): Delivery {
  const { MessageId = '', Body = '', ReceiptHandle = '', Attributes = {} } = message;
  const setVisibility = async (seconds: number) => {
    const VisibilityTimeout = Math.round(seconds);
    await sqs.changeMessageVisibility({ QueueUrl, ReceiptHandle, VisibilityTimeout });
  };
  return {
    messageId: MessageId,
    body: Body,
    attempts: Number(Attributes.ApproximateReceiveCount),
    sentAtMs: Number(Attributes.SentTimestamp),
    group: Attributes.MessageGroupId,
    async delete() {
      await sqs.deleteMessage({ QueueUrl, ReceiptHandle });
    },
    extend: setVisibility,
    release: setVisibility,
    giveBack: () => setVisibility(0),
  };
}

/** The gateway has answered that it will not, whatever the time. */
function isRefusal(error: unknown): boolean {
  const metadata = (error as { $metadata?: { httpStatusCode?: number } }).$metadata;
  const status = metadata?.httpStatusCode ?? 0;
  return status >= 400 && status < 500;
}
