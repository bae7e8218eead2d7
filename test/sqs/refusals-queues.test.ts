// What the actions on queues refuse: error type, older code, status and text, through the JSON protocol.

import { beforeAll, vi } from 'vitest';
import { dial, freshName, TestQueue } from './support/queues.ts';
import { type Ground, type RefusalRow, refusalTests } from './support/refusals.ts';
import { sharedServer } from './support/server.ts';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000, maxConcurrency: 20 });

const UNKNOWN = 'http://127.0.0.1:1/000000000000/no-such-queue';
const UNKNOWN_ARN = 'arn:aws:sqs:eu-north-1:000000000000:no-such-queue';
const NAME = 'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length';
const FIFO_NAME =
  'The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with .fifo suffix and be 1 to 80 in length';
const NOT_DEAD = 'Source queue must be configured as a Dead Letter Queue.';
const ACTION =
  'Value SQS:Dance for parameter ActionName is invalid. Reason: Please refer to the appropriate WSDL for a list of valid actions. ';
const arnForm = (name: string) =>
  `You must use this format to specify the ${name}: arn:<partition>:<service>:<region>:<account-id>:<resource-id>`;
const fifoOnly = (name: string) =>
  `You can specify the ${name} only when FifoQueue is set to true.`;

const create =
  (Attributes: object, suffix = '') =>
  () => ({
    QueueName: freshName(suffix),
    Attributes,
  });
const named = (QueueName: string, Attributes?: object) => () => ({ QueueName, Attributes });
const set =
  (Attributes: object) =>
  ({ standard }: Ground) => ({
    QueueUrl: standard.url,
    Attributes,
  });
const setFifo =
  (Attributes: object) =>
  ({ fifo }: Ground) => ({ QueueUrl: fifo.url, Attributes });
const onQueue =
  (input: object) =>
  ({ standard }: Ground) => ({
    QueueUrl: standard.url,
    ...input,
  });

const UNKNOWN_QUEUE: RefusalRow[] = [
  ['GetQueueUrl', { QueueName: 'no-such-queue', QueueUrl: undefined }],
  ['DeleteQueue', {}],
  ['SetQueueAttributes', { Attributes: { DelaySeconds: '1' } }],
  ['GetQueueAttributes', { AttributeNames: ['All'] }],
  ['PurgeQueue', {}],
  ['TagQueue', { Tags: { a: 'b' } }],
  ['UntagQueue', { TagKeys: ['a'] }],
  ['ListQueueTags', {}],
  ['ListDeadLetterSourceQueues', {}],
  ['AddPermission', { Label: 'l', AWSAccountIds: ['123456789012'], Actions: ['SendMessage'] }],
  ['RemovePermission', { Label: 'l' }],
].map(([action, input]) => ({
  what: 'a queue that does not exist',
  action: action as string,
  input: () => ({ QueueUrl: UNKNOWN, ...(input as object) }),
  error: 'QueueDoesNotExist',
  text: 'The specified queue does not exist.',
}));

const NO_URL: RefusalRow[] = ['', 'http://', 'http://127.0.0.1:1/a/b/c/d/e', '/', '::', 'ü'].map(
  (QueueUrl) => ({
    what: `the address '${QueueUrl}'`,
    action: 'GetQueueAttributes',
    input: () => ({ QueueUrl, AttributeNames: ['All'] }),
    error: 'QueueDoesNotExist',
  }),
);

// biome-ignore format: a table reads best with one line a row.
const CREATES: RefusalRow[] = [
  { what: 'no name', action: 'CreateQueue', input: () => ({}), error: 'MissingParameter', text: 'The request must contain the parameter QueueName.' },
  { what: 'a name with a blank', action: 'CreateQueue', input: named('a b'), error: 'InvalidParameterValue', text: NAME },
  { what: 'a name of 81 characters', action: 'CreateQueue', input: named('a'.repeat(81)), error: 'InvalidParameterValue', text: NAME },
  { what: 'a name with a dot', action: 'CreateQueue', input: named('a.b'), error: 'InvalidParameterValue', text: NAME },
  { what: 'a name of FIFO queues without FifoQueue', action: 'CreateQueue', input: named('a.fifo'), error: 'InvalidParameterValue' },
  { what: 'FifoQueue without the name', action: 'CreateQueue', input: create({ FifoQueue: 'true' }), error: 'InvalidParameterValue', text: FIFO_NAME },
  { what: 'FifoQueue that is false', action: 'CreateQueue', input: create({ FifoQueue: 'false' }), error: 'InvalidAttributeName', text: 'Unknown Attribute FifoQueue.' },
  { what: 'an unknown attribute', action: 'CreateQueue', input: create({ Colour: 'red' }), error: 'InvalidAttributeName', text: 'Unknown Attribute Colour.' },
  { what: 'a counter', action: 'CreateQueue', input: create({ ApproximateNumberOfMessages: '1' }), error: 'InvalidAttributeName', text: 'Unknown Attribute ApproximateNumberOfMessages.' },
  { what: 'its ARN', action: 'CreateQueue', input: create({ QueueArn: 'x' }), error: 'InvalidAttributeName', text: 'Unknown Attribute QueueArn.' },
  { what: 'ContentBasedDeduplication on a standard queue', action: 'CreateQueue', input: create({ ContentBasedDeduplication: 'true' }), error: 'InvalidAttributeName' },
  { what: 'DeduplicationScope on a standard queue', action: 'CreateQueue', input: create({ DeduplicationScope: 'queue' }), error: 'InvalidAttributeName', text: fifoOnly('DeduplicationScope') },
  { what: 'FifoThroughputLimit on a standard queue', action: 'CreateQueue', input: create({ FifoThroughputLimit: 'perQueue' }), error: 'InvalidAttributeName', text: fifoOnly('FifoThroughputLimit') },
  { what: 'FifoThroughputLimit a group, the scope the queue', action: 'CreateQueue', input: create({ FifoQueue: 'true', FifoThroughputLimit: 'perMessageGroupId' }, '.fifo'), error: 'InvalidParameterValue' },
  { what: 'both kinds of encryption', action: 'CreateQueue', input: create({ KmsMasterKeyId: 'k', SqsManagedSseEnabled: 'true' }), error: 'InvalidAttributeName', text: 'You can use one type of server-side encryption (SSE) at one time. You can either enable KMS SSE or SQS SSE.' },
];

const OUT_OF_RANGE: RefusalRow[] = [
  ['VisibilityTimeout', '-1'],
  ['VisibilityTimeout', '43201'],
  ['VisibilityTimeout', 'x'],
  ['VisibilityTimeout', ''],
  ['VisibilityTimeout', '1.5'],
  ['DelaySeconds', '901'],
  ['MaximumMessageSize', '1023'],
  ['MaximumMessageSize', '1048577'],
  ['MessageRetentionPeriod', '59'],
  ['MessageRetentionPeriod', '1209601'],
  ['ReceiveMessageWaitTimeSeconds', '21'],
  ['KmsDataKeyReusePeriodSeconds', '59'],
  ['SqsManagedSseEnabled', 'perhaps'],
  ['Policy', '{'],
].flatMap(([name = '', value]) =>
  (['CreateQueue', 'SetQueueAttributes'] as const).map((action) => ({
    what: `${name} of '${value}'`,
    action,
    input: action === 'CreateQueue' ? create({ [name]: value }) : set({ [name]: value }),
    error: 'InvalidAttributeValue' as const,
    text: `Invalid value for the parameter ${name}.`,
  })),
);

const redrive = (policy: object | string) =>
  set({ RedrivePolicy: typeof policy === 'string' ? policy : JSON.stringify(policy) });
const ownArn = { deadLetterTargetArn: UNKNOWN_ARN, maxReceiveCount: 3 };

// biome-ignore format: a table reads best with one line a row.
const SETS: RefusalRow[] = [
  { what: 'no attributes', action: 'SetQueueAttributes', input: onQueue({}), error: 'MissingParameter' },
  { what: 'an unknown attribute', action: 'SetQueueAttributes', input: set({ Colour: 'red' }), error: 'InvalidAttributeName', text: 'Unknown Attribute Colour.' },
  { what: 'a timestamp', action: 'SetQueueAttributes', input: set({ CreatedTimestamp: '1' }), error: 'InvalidAttributeName', text: 'Unknown Attribute CreatedTimestamp.' },
  { what: 'FifoQueue on a standard queue', action: 'SetQueueAttributes', input: set({ FifoQueue: 'true' }), error: 'InvalidAttributeName' },
  { what: 'FifoQueue off', action: 'SetQueueAttributes', input: setFifo({ FifoQueue: 'false' }), error: 'InvalidAttributeValue', text: 'Invalid value for the parameter FifoQueue. Reason: Modifying queue type is not supported.' },
  { what: 'a redrive policy that is no JSON', action: 'SetQueueAttributes', input: redrive('x'), error: 'InvalidParameterValue' },
  { what: 'a redrive policy without a count', action: 'SetQueueAttributes', input: redrive({ deadLetterTargetArn: UNKNOWN_ARN }), error: 'InvalidParameterValue' },
  { what: 'a count of 0', action: 'SetQueueAttributes', input: redrive({ ...ownArn, maxReceiveCount: 0 }), error: 'InvalidParameterValue', text: /Reason: Invalid value for maxReceiveCount: 0, valid values are from 1 to 1000 both inclusive\.$/ },
  { what: 'a count of 1001', action: 'SetQueueAttributes', input: redrive({ ...ownArn, maxReceiveCount: 1001 }), error: 'InvalidParameterValue', text: /Reason: Invalid value for maxReceiveCount: 1001, valid values are from 1 to 1000 both inclusive\.$/ },
  { what: 'a dead-letter queue that does not exist', action: 'SetQueueAttributes', input: redrive(ownArn), error: 'InvalidParameterValue', text: /^Value \{.*\} for parameter RedrivePolicy is invalid\. Reason: Dead letter target does not exist\.$/ },
  { what: 'an unknown attribute', action: 'GetQueueAttributes', input: onQueue({ AttributeNames: ['Colour'] }), error: 'InvalidAttributeName', text: 'Unknown Attribute Colour.' },
  { what: 'a page of 0', action: 'ListQueues', input: () => ({ MaxResults: 0 }), error: 'InvalidParameterValue' },
  { what: 'a page of 1001', action: 'ListQueues', input: () => ({ MaxResults: 1001 }), error: 'InvalidParameterValue' },
];

const tags = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`t${at}`, 'v']));
const permission = (input: object) =>
  onQueue({ Label: 'l', AWSAccountIds: ['123456789012'], Actions: ['SendMessage'], ...input });
const EIGHT = [
  'SendMessage',
  'ReceiveMessage',
  'DeleteMessage',
  'ChangeMessageVisibility',
  'GetQueueAttributes',
  'GetQueueUrl',
  'PurgeQueue',
  '*',
];

// biome-ignore format: a table reads best with one line a row.
const OTHERS: RefusalRow[] = [
  { what: 'no tags', action: 'TagQueue', input: onQueue({}), error: 'MissingParameter', text: 'The request must contain the parameter Tags.' },
  { what: 'empty tags', action: 'TagQueue', input: onQueue({ Tags: {} }), error: 'MissingParameter', text: 'The request must contain the parameter Tags.' },
  { what: '51 tags', action: 'TagQueue', input: onQueue({ Tags: tags(51) }), error: 'InvalidParameterValue', text: ({ standard }) => `Too many tags added for queue ${standard.name}.` },
  { what: 'a key of 129 characters', action: 'TagQueue', input: onQueue({ Tags: { ['k'.repeat(129)]: 'v' } }), error: 'InvalidParameterValue' },
  { what: 'a value of 257 characters', action: 'TagQueue', input: onQueue({ Tags: { k: 'v'.repeat(257) } }), error: 'InvalidParameterValue' },
  { what: 'no keys', action: 'UntagQueue', input: onQueue({ TagKeys: [] }), error: 'InvalidParameterValue', text: 'Tag keys must be between 1 and 128 characters in length.' },
  { what: 'an unknown action', action: 'AddPermission', input: permission({ Actions: ['Dance'] }), error: 'InvalidParameterValue', text: ACTION },
  { what: 'an action of the owner', action: 'AddPermission', input: permission({ Actions: ['DeleteQueue'] }), error: 'InvalidParameterValue', text: /Reason: Only the queue owner is allowed to invoke this action\.$/ },
  { what: '8 actions', action: 'AddPermission', input: permission({ Actions: EIGHT }), error: 'OverLimit', text: '8 Actions were found, maximum allowed is 7.' },
  { what: 'no label', action: 'AddPermission', input: permission({ Label: undefined }), error: 'MissingParameter', text: 'The request must contain the parameter Label.' },
  { what: 'a label that is not there', action: 'RemovePermission', input: onQueue({ Label: 'nobody' }), error: 'InvalidParameterValue', text: "Value nobody for parameter Label is invalid. Reason: can't find label." },
  { what: 'a source that is no ARN', action: 'StartMessageMoveTask', input: () => ({ SourceArn: 'x' }), error: 'InvalidParameterValue', text: arnForm('SourceArn') },
  { what: 'an unknown source', action: 'StartMessageMoveTask', input: () => ({ SourceArn: UNKNOWN_ARN }), error: 'ResourceNotFound', text: "The resource that you specified for the SourceArn parameter doesn't exist." },
  { what: 'a source that is no dead-letter queue', action: 'StartMessageMoveTask', input: ({ standard }) => ({ SourceArn: `arn:aws:sqs:eu-north-1:000000000000:${standard.name}` }), error: 'InvalidParameterValue', text: NOT_DEAD },
  { what: 'an unknown source', action: 'ListMessageMoveTasks', input: () => ({ SourceArn: UNKNOWN_ARN }), error: 'ResourceNotFound', text: "The resource that you specified for the SourceArn parameter doesn't exist." },
  { what: 'a handle that is none', action: 'CancelMessageMoveTask', input: () => ({ TaskHandle: 'x' }), error: 'InvalidParameterValue', text: 'Value for parameter TaskHandle is invalid.' },
  { what: 'a task that is not there', action: 'CancelMessageMoveTask', input: ({ standard }) => ({ TaskHandle: Buffer.from(JSON.stringify({ taskId: '0a3de8b1-8cc1-4a0a-8b0c-2a4d5a6f7b8c', sourceArn: `arn:aws:sqs:eu-north-1:000000000000:${standard.name}` })).toString('base64') }), error: 'ResourceNotFound', text: 'Task does not exist.' },
];

const { endpoint } = sharedServer();
let ground: Ground;

beforeAll(async () => {
  const sqs = dial(endpoint);
  ground = {
    endpoint,
    standard: await TestQueue.standard(sqs),
    fifo: await TestQueue.fifo(sqs),
  };
});

refusalTests(
  [...UNKNOWN_QUEUE, ...NO_URL, ...CREATES, ...OUT_OF_RANGE, ...SETS, ...OTHERS],
  () => ground,
);
