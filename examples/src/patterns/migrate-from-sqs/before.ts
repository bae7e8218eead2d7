// Before: invoices over Amazon SQS, as the AWS SDK has it. It is run here against a gateway of Millrace, which is also the
// shortest way to move: another endpoint, and not a line besides. What it prints is what `main.ts`, the program after the
// move, prints.

import { SQS } from '@aws-sdk/client-sqs';

// #region connect
const endpoint = process.argv[3] ?? 'http://127.0.0.1:7651'; // with Amazon: left out
const credentials = { accessKeyId: 'any', secretAccessKey: 'any' };
const sqs = new SQS({ endpoint, region: 'eu-central-1', credentials });
// #endregion

// #region create
const dead = await sqs.createQueue({ QueueName: 'example-invoices-dead' });
const { Attributes } = await sqs.getQueueAttributes({
  QueueUrl: dead.QueueUrl,
  AttributeNames: ['QueueArn'],
});
const { QueueUrl } = await sqs.createQueue({
  QueueName: 'example-invoices',
  Attributes: {
    VisibilityTimeout: '30',
    RedrivePolicy: JSON.stringify({
      deadLetterTargetArn: Attributes?.['QueueArn'],
      maxReceiveCount: '2',
    }),
  },
});
// #endregion

// #region send
await sqs.sendMessage({
  QueueUrl,
  MessageBody: JSON.stringify({ invoice: 1 }),
  MessageAttributes: { source: { DataType: 'String', StringValue: 'shop' } },
});
await sqs.sendMessageBatch({
  QueueUrl,
  Entries: [2, 3].map((invoice) => ({
    Id: `${invoice}`,
    MessageBody: JSON.stringify({ invoice }),
    DelaySeconds: invoice === 3 ? 1 : 0,
  })),
});
// #endregion

// #region receive
const paid: number[] = [];
let left = 3;
while (left > 0) {
  const { Messages = [] } = await sqs.receiveMessage({
    QueueUrl,
    MaxNumberOfMessages: 10,
    WaitTimeSeconds: 1,
    MessageAttributeNames: ['All'],
    MessageSystemAttributeNames: ['ApproximateReceiveCount'],
  });
  for (const { Body = '', ReceiptHandle } of Messages) {
    const { invoice } = JSON.parse(Body) as { invoice: number };
    try {
      if (invoice === 2) throw new Error('no such account');
      paid.push(invoice);
      await sqs.deleteMessage({ QueueUrl, ReceiptHandle });
    } catch {
      await sqs.changeMessageVisibility({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 });
    }
  }
  const counts = await sqs.getQueueAttributes({ QueueUrl, AttributeNames: ['All'] });
  left = Object.entries(counts.Attributes ?? {})
    .filter(([name]) => name.startsWith('ApproximateNumberOfMessages'))
    .reduce((sum, [, count]) => sum + Number(count), 0);
}
// #endregion
console.log('paid', paid.join(', '));

const { Messages = [] } = await sqs.receiveMessage({
  QueueUrl: dead.QueueUrl,
  WaitTimeSeconds: 20,
});
for (const { Body, ReceiptHandle } of Messages) {
  console.log('dead', Body);
  await sqs.deleteMessage({ QueueUrl: dead.QueueUrl, ReceiptHandle });
}

// #region fifo
const accounts = await sqs.createQueue({
  QueueName: 'example-accounts.fifo',
  Attributes: { FifoQueue: 'true' },
});
for (const amount of [10, 20, 20]) {
  await sqs.sendMessage({
    QueueUrl: accounts.QueueUrl,
    MessageBody: JSON.stringify({ amount }),
    MessageGroupId: 'alice',
    MessageDeduplicationId: `alice-${amount}`,
  });
}
const inOrder = await sqs.receiveMessage({
  QueueUrl: accounts.QueueUrl,
  MaxNumberOfMessages: 10,
  WaitTimeSeconds: 20,
});
for (const { Body = '', ReceiptHandle } of inOrder.Messages ?? []) {
  console.log('booked', (JSON.parse(Body) as { amount: number }).amount);
  await sqs.deleteMessage({ QueueUrl: accounts.QueueUrl, ReceiptHandle });
}
// #endregion
for (const queue of [QueueUrl, dead.QueueUrl, accounts.QueueUrl]) {
  await sqs.deleteQueue({ QueueUrl: queue });
}
