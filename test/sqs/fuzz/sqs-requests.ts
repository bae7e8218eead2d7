// Requests of the SQS API by seed, in both protocols: sound ones, ones with nasty values, and damaged ones.

import type { Random } from '@millrace/harness';
import { type Ask, FORM_TYPE, JSON_TYPE } from '../support/wire.ts';
import { damaged, nastyText, nastyValue } from './values.ts';

const ACTIONS = [
  'AddPermission',
  'CancelMessageMoveTask',
  'ChangeMessageVisibility',
  'ChangeMessageVisibilityBatch',
  'CreateQueue',
  'DeleteMessage',
  'DeleteMessageBatch',
  'DeleteQueue',
  'GetQueueAttributes',
  'GetQueueUrl',
  'ListDeadLetterSourceQueues',
  'ListMessageMoveTasks',
  'ListQueues',
  'ListQueueTags',
  'PurgeQueue',
  'ReceiveMessage',
  'RemovePermission',
  'SendMessage',
  'SendMessageBatch',
  'SetQueueAttributes',
  'StartMessageMoveTask',
  'TagQueue',
  'UntagQueue',
];
const QUEUE_ATTRIBUTES = [
  'All',
  'VisibilityTimeout',
  'DelaySeconds',
  'MaximumMessageSize',
  'MessageRetentionPeriod',
  'ReceiveMessageWaitTimeSeconds',
  'Policy',
  'RedrivePolicy',
  'RedriveAllowPolicy',
  'FifoQueue',
  'ContentBasedDeduplication',
  'DeduplicationScope',
  'FifoThroughputLimit',
  'KmsMasterKeyId',
  'SqsManagedSseEnabled',
  'QueueArn',
  'ApproximateNumberOfMessages',
];

const MESSAGE_VALUES: Readonly<Record<string, (random: Random) => unknown>> = {
  Id: (random) => random.pick(['a', 'b', 'c', 'a.b', '']),
  MessageBody: (random) => random.pick(['x', '', '\u0001', 'ä'.repeat(2_000)]),
  DelaySeconds: (random) => random.pick([0, 1, 900, 901, '5', -1]),
  MessageDeduplicationId: (random) => `d${random.between(0, 20)}`,
  MessageGroupId: (random) => `g${random.between(0, 5)}`,
  MessageAttributes: (random) => ({ [nastyText(random)]: attributeValue(random) }),
  MessageSystemAttributes: (random) => ({ AWSTraceHeader: attributeValue(random) }),
  ReceiptHandle: (random) => random.pick(['AQEB', 'x'.repeat(300), '']),
  VisibilityTimeout: (random) => random.pick([0, 1, 30, 43_200, 43_201, '7']),
};

function attributeValue(random: Random): object {
  return random.pick([
    { DataType: 'String', StringValue: nastyText(random) },
    { DataType: 'Number.x', StringValue: '12' },
    { DataType: 'Binary', BinaryValue: 'AAEC' },
    { DataType: 'Binary', BinaryValue: nastyText(random) },
    { DataType: nastyText(random), StringValue: 'x' },
  ]);
}

/** What members of requests may be called, with values that some action takes. */
const VALUES: Readonly<Record<string, (random: Random, names: readonly string[]) => unknown>> = {
  ...MESSAGE_VALUES,
  QueueUrl: (random, names) => `http://localhost:9/000000000000/${random.pick(names)}`,
  QueueName: (random, names) => random.pick(names),
  QueueNamePrefix: (random) => random.pick(['', 'f', 'fuzz-', '\u0000']),
  MaxResults: (random) => random.pick([1, 2, 1_000, 0, -1]),
  NextToken: (random) => random.pick(['', 'AAAA', 'e30=', 'x'.repeat(2_000)]),
  Attributes: (random) => ({
    [random.pick(QUEUE_ATTRIBUTES)]: random.pick(['1', '30', 'true', 'x', '{}', '{"a":[]}']),
    ...(random.chance(0.3) && { FifoQueue: 'true' }),
  }),
  AttributeNames: (random) => [random.pick(QUEUE_ATTRIBUTES)],
  MessageAttributeNames: (random) => [random.pick(['All', '.*', 'a.*', ''])],
  MaxNumberOfMessages: (random) => random.between(0, 11),
  WaitTimeSeconds: (random) => random.pick([0, 0, 0, 1, 21, -1]),
  ReceiveRequestAttemptId: (random) => `r${random.between(0, 3)}`,
  tags: (random) => ({ [nastyText(random)]: nastyText(random) }),
  Tags: (random) => ({ [nastyText(random)]: nastyText(random) }),
  TagKeys: (random) => [nastyText(random), 'a'],
  Label: (random) => random.pick(['l', '', 'm']),
  AWSAccountIds: () => ['123456789012'],
  Actions: (random) => [random.pick(['SendMessage', '*', 'Dance'])],
  SourceArn: (random, names) => `arn:aws:sqs:x:000000000000:${random.pick(names)}`,
  DestinationArn: (random, names) => `arn:aws:sqs:x:000000000000:${random.pick(names)}`,
  MaxNumberOfMessagesPerSecond: (random) => random.pick([0, 1, 500, 501]),
  TaskHandle: (random) => random.pick(['e30=', 'bnVsbA==', 'W10=', 'x']),
  Entries: (random) =>
    Array.from({ length: random.between(0, 11) }, (_, at) => ({
      ...some(random, MESSAGE_VALUES, 0.6, []),
      ...(random.chance(0.8) && { Id: `${at}` }),
    })),
};

function some(
  random: Random,
  values: typeof VALUES,
  chance: number,
  names: readonly string[],
): Record<string, unknown> {
  const input: Record<string, unknown> = {};
  for (const [name, make] of Object.entries(values)) {
    if (!random.chance(chance)) continue;
    input[name] = random.chance(0.12) ? nastyValue(random) : make(random, names);
  }
  return input;
}

export function jsonRequest(random: Random, names: readonly string[]): Ask {
  const action = random.chance(0.97) ? random.pick(ACTIONS) : nastyText(random);
  const input = some(random, VALUES, 0.45, names);
  // Almost every action is about a queue: most requests get as far as that.
  if (random.chance(0.8)) input['QueueUrl'] = VALUES['QueueUrl']?.(random, names);
  const text = random.chance(0.03) ? JSON.stringify(nastyValue(random)) : JSON.stringify(input);
  return {
    method: random.chance(0.97)
      ? 'POST'
      : random.pick(['GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']),
    path: random.pick([
      '/',
      '/',
      '/000000000000/x',
      `/${encodeURIComponent(wellFormed(nastyText(random)))}`,
    ]),
    headers: {
      'content-type': random.chance(0.95) ? JSON_TYPE : random.pick(['text/xml', '', FORM_TYPE]),
      'x-amz-target': headerText(`AmazonSQS.${action}`),
      ...oddHeaders(random),
    },
    body: random.chance(0.1) ? damaged(random, text) : text,
  };
}

export function formRequest(random: Random, names: readonly string[]): Ask {
  const fields = flatten(some(random, VALUES, 0.45, names), '', random);
  fields.unshift(['Action', random.chance(0.97) ? random.pick(ACTIONS) : nastyText(random)]);
  if (random.chance(0.8)) fields.push(['QueueUrl', String(VALUES['QueueUrl']?.(random, names))]);
  const text = new URLSearchParams(fields).toString();
  const isGet = random.chance(0.3);
  const body = random.chance(0.1) ? damaged(random, text) : text;
  return {
    method: isGet ? 'GET' : 'POST',
    path: isGet && text.length < 4_000 ? `/${random.pick(names)}?${text}` : '/',
    headers: { 'content-type': FORM_TYPE, ...oddHeaders(random) },
    body: isGet ? '' : body,
  };
}

const FLAT: Readonly<Record<string, string>> = {
  Attributes: 'Attribute',
  MessageAttributes: 'MessageAttribute',
  AttributeNames: 'AttributeName',
  TagKeys: 'TagKey',
  Entries: 'SendMessageBatchRequestEntry',
};

function flatten(value: unknown, at: string, random: Random): [string, string][] {
  if (typeof value !== 'object' || value === null) return [[at, String(value)]];
  const isList = Array.isArray(value);
  return Object.entries(value).flatMap(([name, inner], index) => {
    const part = isList
      ? `${random.chance(0.95) ? index + 1 : nastyText(random)}`
      : (FLAT[name] ?? name);
    return flatten(inner, at === '' ? part : `${at}.${part}`, random);
  });
}

const SIGNATURES = [
  'AWS4-HMAC-SHA256 Credential=AKID/20260101/eu-west-1/sqs/aws4_request, SignedHeaders=host, Signature=00',
  'AWS4-HMAC-SHA256 Credential=////, SignedHeaders=, Signature=',
  'AWS4-HMAC-SHA256',
  'AWS4-HMAC-SHA256 Credential=__proto__/constructor/../sqs/x',
  'Bearer x',
  'Basic !!!!',
  '',
];

export function oddHeaders(random: Random): Record<string, string> {
  return {
    ...(random.chance(0.2) && { authorization: random.pick(SIGNATURES) }),
    ...(random.chance(0.05) && { 'x-amz-date': headerText(nastyText(random)) }),
    ...(random.chance(0.05) && { accept: random.pick(['application/json', '*/*', ',;q=']) }),
    ...(random.chance(0.03) && { 'x-amzn-trace-id': headerText(nastyText(random)) }),
    ...(random.chance(0.02) && { 'x-filler': 'x'.repeat(random.between(1_000, 20_000)) }),
    ...(random.chance(0.02) && { 'content-encoding': random.pick(['gzip', 'br', 'x']) }),
    ...(random.chance(0.02) && { host: random.pick(['evil.example', '[', 'a:b:c']) }),
    ...(random.chance(0.02) && { origin: random.pick(['http://evil.example', 'null', ':']) }),
  };
}

/** What a header may hold. */
export function headerText(text: string): string {
  return text.replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, '');
}

/** What can be written as UTF-8. */
export function wellFormed(text: string): string {
  return Buffer.from(text).toString();
}
