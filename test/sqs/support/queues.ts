// What the tests of the SQS API say often: a client, a queue of one's own, and what is in it.

import { isDeepStrictEqual } from 'node:util';
import {
  type Message,
  type MessageSystemAttributeName,
  type QueueAttributeName,
  type ReceiveMessageCommandInput,
  type SendMessageCommandInput,
  SQS,
} from '@aws-sdk/client-sqs';
import { expect } from 'vitest';

/** Long: a machine that is busy with other tests starts programs slowly. */
const EVENTUALLY_MS = 60_000;

export const REGION = 'eu-north-1';
export const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' };

export function dial(endpoint: string, sockets = 200): SQS {
  return new SQS({
    endpoint,
    region: REGION,
    credentials: CREDENTIALS,
    // What has to be tried again is a fault here.
    maxAttempts: 1,
    requestHandler: { httpAgent: { maxSockets: sockets, keepAlive: true } },
  });
}

let made = 0;

/** A name that no other test of any file has. */
export function freshName(suffix = ''): string {
  made += 1;
  return `q-${process.pid}-${Date.now().toString(36)}-${made}${suffix}`;
}

type Attributes = Partial<Record<QueueAttributeName, string>>;

/** A queue with a visibility timeout of its own length: a test says so where that matters. */
export class TestQueue {
  readonly sqs: SQS;
  readonly name: string;
  readonly url: string;
  readonly isFifo: boolean;

  private constructor(sqs: SQS, name: string, url: string) {
    this.sqs = sqs;
    this.name = name;
    this.url = url;
    this.isFifo = name.endsWith('.fifo');
  }

  static async standard(sqs: SQS, Attributes: Attributes = {}): Promise<TestQueue> {
    return TestQueue.named(sqs, freshName(), Attributes);
  }

  static async fifo(sqs: SQS, Attributes: Attributes = {}): Promise<TestQueue> {
    return TestQueue.named(sqs, freshName('.fifo'), { FifoQueue: 'true', ...Attributes });
  }

  static async named(sqs: SQS, QueueName: string, Attributes: Attributes): Promise<TestQueue> {
    const { QueueUrl = '' } = await sqs.createQueue({ QueueName, Attributes });
    return new TestQueue(sqs, QueueName, QueueUrl);
  }

  async arn(): Promise<string> {
    return (await this.attributes('QueueArn'))['QueueArn'] ?? '';
  }

  send(MessageBody: string, more: Partial<SendMessageCommandInput> = {}) {
    return this.sqs.sendMessage({ QueueUrl: this.url, MessageBody, ...more });
  }

  /** To a FIFO queue, each message with a deduplication id of its own. */
  sendTo(MessageGroupId: string, body: string, more: Partial<SendMessageCommandInput> = {}) {
    made += 1;
    return this.send(body, { MessageGroupId, MessageDeduplicationId: `d-${made}`, ...more });
  }

  /** Ten at most, and all system attributes, unless told otherwise. */
  async receive(more: Partial<ReceiveMessageCommandInput> = {}): Promise<Message[]> {
    const { Messages = [] } = await this.sqs.receiveMessage({
      QueueUrl: this.url,
      MaxNumberOfMessages: 10,
      MessageSystemAttributeNames: ['All'],
      ...more,
    });
    return Messages;
  }

  /** One, which must come within the wait. */
  async receiveOne(more: Partial<ReceiveMessageCommandInput> = {}): Promise<Message> {
    const [message] = await this.receive({ MaxNumberOfMessages: 1, WaitTimeSeconds: 10, ...more });
    if (message === undefined) throw new Error(`no message came from ${this.name}`);
    return message;
  }

  async bodies(more: Partial<ReceiveMessageCommandInput> = {}): Promise<string[]> {
    return bodiesOf(await this.receive(more));
  }

  delete({ ReceiptHandle }: Message) {
    return this.sqs.deleteMessage({ QueueUrl: this.url, ReceiptHandle });
  }

  setVisibility({ ReceiptHandle }: Message, VisibilityTimeout: number) {
    return this.sqs.changeMessageVisibility({
      QueueUrl: this.url,
      ReceiptHandle,
      VisibilityTimeout,
    });
  }

  async attributes(...names: QueueAttributeName[]): Promise<Readonly<Record<string, string>>> {
    const { Attributes = {} } = await this.sqs.getQueueAttributes({
      QueueUrl: this.url,
      AttributeNames: names,
    });
    return Attributes;
  }

  set(Attributes: Attributes) {
    return this.sqs.setQueueAttributes({ QueueUrl: this.url, Attributes });
  }

  /** Visible, in flight, delayed. */
  async counts(): Promise<number[]> {
    const found = await this.attributes(
      'ApproximateNumberOfMessages',
      'ApproximateNumberOfMessagesNotVisible',
      'ApproximateNumberOfMessagesDelayed',
    );
    return [
      Number(found['ApproximateNumberOfMessages']),
      Number(found['ApproximateNumberOfMessagesNotVisible']),
      Number(found['ApproximateNumberOfMessagesDelayed']),
    ];
  }
}

export function bodiesOf(messages: readonly Message[]): string[] {
  return messages.map(({ Body = '' }) => Body);
}

export function systemOf(message: Message, name: MessageSystemAttributeName): string | undefined {
  return message.Attributes?.[name];
}

/** A queue and the dead-letter queue it gives up to. */
export async function withDeadLetters(
  sqs: SQS,
  maxReceiveCount: number | string,
  attributes: Attributes = {},
  kind: 'standard' | 'fifo' = 'standard',
): Promise<{ source: TestQueue; dead: TestQueue }> {
  const dead = await TestQueue[kind](sqs);
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: await dead.arn(), maxReceiveCount });
  const source = await TestQueue[kind](sqs, { ...attributes, RedrivePolicy });
  return { source, dead };
}

/** What a call of the SDK is refused with. */
export async function refusalOf(call: Promise<unknown>) {
  try {
    await call;
  } catch (error) {
    const { name, message, $metadata, Code } = error as {
      name: string;
      message: string;
      $metadata?: { httpStatusCode?: number };
      Code?: string;
    };
    return { name, message, status: $metadata?.httpStatusCode, code: Code };
  }
  throw new Error('it was not refused');
}

/** Asks again and again until it is as wanted; fails with what it is in the end. */
export async function eventually<T>(read: () => Promise<T> | T, wanted: T): Promise<void> {
  const giveUpAt = performance.now() + EVENTUALLY_MS;
  for (;;) {
    const found = await read();
    if (isDeepStrictEqual(found, wanted)) return;
    if (performance.now() > giveUpAt) return expect(found).toEqual(wanted);
    await pause(20);
  }
}

/** In an order that does not depend on where they came from. */
export function sorted<T>(list: readonly T[]): T[] {
  const text = (each: T) => JSON.stringify(each);
  return list.toSorted((a, b) => (text(a) < text(b) ? -1 : 1));
}

export const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
