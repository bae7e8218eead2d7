// Every action of the SQS API, once: members of requests and replies. Readers and writers of both protocols, handlers'
// types and the metrics' labels derive from this table. What a member may hold beyond its type is for the handlers. The
// order of members is that of the elements in XML.

import {
  blob,
  flag,
  integer,
  list,
  type Members,
  map,
  optional,
  required,
  struct,
  text,
  type Values,
} from './shape.ts';

const queueUrl = { QueueUrl: required(text) } as const;
const attributes = map(text, 'Attribute');
const tags = map(text, 'Tag', 'Key');
const paging = { MaxResults: optional(integer), NextToken: optional(text) } as const;
const nextToken = { NextToken: optional(text) } as const;

const attributeValue = struct({
  StringValue: optional(text),
  BinaryValue: optional(blob),
  StringListValues: optional(list(text, 'StringListValue')),
  BinaryListValues: optional(list(blob, 'BinaryListValue')),
  DataType: optional(text),
});
export type AttributeValue = NonNullable<MessageMembers['MessageAttributes']>[string];
const messageAttributes = map(attributeValue, 'MessageAttribute');
const messageSystemAttributes = map(attributeValue, 'MessageSystemAttribute');

const message = {
  MessageBody: required(text),
  DelaySeconds: optional(integer),
  MessageAttributes: optional(messageAttributes),
  MessageSystemAttributes: optional(messageSystemAttributes),
  MessageDeduplicationId: optional(text),
  MessageGroupId: optional(text),
} as const;
/** What SendMessage says of a message, and each entry of SendMessageBatch. */
export type MessageMembers = Values<typeof message>;

const sums = {
  MD5OfMessageBody: optional(text),
  MD5OfMessageAttributes: optional(text),
  MD5OfMessageSystemAttributes: optional(text),
} as const;
const sent = { ...sums, MessageId: optional(text), SequenceNumber: optional(text) } as const;
const sentEntry = {
  Id: required(text),
  MessageId: optional(text),
  ...sums,
  SequenceNumber: optional(text),
} as const;

const failed = list(
  struct({
    Id: required(text),
    SenderFault: required(flag),
    Code: required(text),
    Message: optional(text),
  }),
  'BatchResultErrorEntry',
);
const ids = struct({ Id: required(text) });

const received = struct({
  MessageId: optional(text),
  ReceiptHandle: optional(text),
  MD5OfBody: optional(text),
  Body: optional(text),
  Attributes: optional(attributes),
  MD5OfMessageAttributes: optional(text),
  MessageAttributes: optional(messageAttributes),
});

const moveTask = struct({
  TaskHandle: optional(text),
  Status: optional(text),
  SourceArn: optional(text),
  DestinationArn: optional(text),
  MaxNumberOfMessagesPerSecond: optional(integer),
  ApproximateNumberOfMessagesMoved: optional(integer),
  ApproximateNumberOfMessagesToMove: optional(integer),
  FailureReason: optional(text),
  StartedTimestamp: optional(integer),
});

interface Action {
  readonly input: Members;
  readonly output: Members;
}

export const ACTIONS = {
  CreateQueue: {
    input: {
      QueueName: required(text),
      Attributes: optional(attributes),
      tags: optional(tags),
    },
    output: { QueueUrl: optional(text) },
  },
  GetQueueUrl: {
    input: { QueueName: required(text), QueueOwnerAWSAccountId: optional(text) },
    output: { QueueUrl: optional(text) },
  },
  ListQueues: {
    input: { QueueNamePrefix: optional(text), ...paging },
    output: { QueueUrls: optional(list(text, 'QueueUrl')), ...nextToken },
  },
  DeleteQueue: { input: queueUrl, output: {} },
  SetQueueAttributes: {
    input: { ...queueUrl, Attributes: required(attributes) },
    output: {},
  },
  GetQueueAttributes: {
    input: { ...queueUrl, AttributeNames: optional(list(text, 'AttributeName')) },
    output: { Attributes: optional(attributes) },
  },
  SendMessage: { input: { ...queueUrl, ...message }, output: sent },
  SendMessageBatch: {
    input: {
      ...queueUrl,
      Entries: required(
        list(struct({ Id: required(text), ...message }), 'SendMessageBatchRequestEntry'),
      ),
    },
    output: {
      Successful: optional(list(struct(sentEntry), 'SendMessageBatchResultEntry')),
      Failed: optional(failed),
    },
  },
  ReceiveMessage: {
    input: {
      ...queueUrl,
      AttributeNames: optional(list(text, 'AttributeName')),
      MessageSystemAttributeNames: optional(list(text, 'MessageSystemAttributeName')),
      MessageAttributeNames: optional(list(text, 'MessageAttributeName')),
      MaxNumberOfMessages: optional(integer),
      VisibilityTimeout: optional(integer),
      WaitTimeSeconds: optional(integer),
      ReceiveRequestAttemptId: optional(text),
    },
    output: { Messages: optional(list(received, 'Message')) },
  },
  DeleteMessage: { input: { ...queueUrl, ReceiptHandle: required(text) }, output: {} },
  DeleteMessageBatch: {
    input: {
      ...queueUrl,
      Entries: required(
        list(
          struct({ Id: required(text), ReceiptHandle: required(text) }),
          'DeleteMessageBatchRequestEntry',
        ),
      ),
    },
    output: {
      Successful: optional(list(ids, 'DeleteMessageBatchResultEntry')),
      Failed: optional(failed),
    },
  },
  ChangeMessageVisibility: {
    input: { ...queueUrl, ReceiptHandle: required(text), VisibilityTimeout: required(integer) },
    output: {},
  },
  ChangeMessageVisibilityBatch: {
    input: {
      ...queueUrl,
      Entries: required(
        list(
          struct({
            Id: required(text),
            ReceiptHandle: required(text),
            VisibilityTimeout: optional(integer),
          }),
          'ChangeMessageVisibilityBatchRequestEntry',
        ),
      ),
    },
    output: {
      Successful: optional(list(ids, 'ChangeMessageVisibilityBatchResultEntry')),
      Failed: optional(failed),
    },
  },
  PurgeQueue: { input: queueUrl, output: {} },
  TagQueue: { input: { ...queueUrl, Tags: required(tags) }, output: {} },
  UntagQueue: { input: { ...queueUrl, TagKeys: required(list(text, 'TagKey')) }, output: {} },
  ListQueueTags: { input: queueUrl, output: { Tags: optional(tags) } },
  ListDeadLetterSourceQueues: {
    input: { ...queueUrl, ...paging },
    output: { queueUrls: required(list(text, 'QueueUrl')), ...nextToken },
  },
  AddPermission: {
    input: {
      ...queueUrl,
      Label: required(text),
      AWSAccountIds: required(list(text, 'AWSAccountId')),
      Actions: required(list(text, 'ActionName')),
    },
    output: {},
  },
  RemovePermission: { input: { ...queueUrl, Label: required(text) }, output: {} },
  StartMessageMoveTask: {
    input: {
      SourceArn: required(text),
      DestinationArn: optional(text),
      MaxNumberOfMessagesPerSecond: optional(integer),
    },
    output: { TaskHandle: optional(text) },
  },
  CancelMessageMoveTask: {
    input: { TaskHandle: required(text) },
    output: { ApproximateNumberOfMessagesMoved: optional(integer) },
  },
  ListMessageMoveTasks: {
    input: { SourceArn: required(text), MaxResults: optional(integer) },
    output: { Results: optional(list(moveTask, 'ListMessageMoveTasksResultEntry')) },
  },
} as const satisfies Record<string, Action>;

export type ActionName = keyof typeof ACTIONS;
export type InputOf<N extends ActionName> = Values<(typeof ACTIONS)[N]['input']>;
export type OutputOf<N extends ActionName> = Values<(typeof ACTIONS)[N]['output']>;

export function isActionName(name: string): name is ActionName {
  return Object.hasOwn(ACTIONS, name);
}
