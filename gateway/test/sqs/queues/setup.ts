// A real broker for a test file, and the handlers of actions on queues over it: of one gateway, and of a second one beside.
import { type Client, connect } from '@millrace/client';
import { BrokerProcess, TemporaryDirectory } from '@millrace/harness';
import { MillraceError } from '@millrace/protocol';
import { afterAll, beforeAll } from 'vitest';
import { SqsError } from '../../../src/sqs/errors.ts';
import type { SqsCall } from '../../../src/sqs/handler.ts';
import { createQueueDirectory } from '../../../src/sqs/queues/directory.ts';
import type { QueueDirectory } from '../../../src/sqs/queues/queue.ts';
import { createQueueHandlers } from '../../../src/sqs/queues/queue-handlers.ts';

export const ACCOUNT = '000000000000';
export const BASE_URL = 'http://sqs.example:7651';

/** For what happens soon: a loaded machine may take long. */
export const SOON = { timeout: 20_000, interval: 25 };

export const CALL: SqsCall = {
  requestId: 'request-1',
  protocol: 'json',
  region: 'eu-west-1',
  account: ACCOUNT,
  baseUrl: BASE_URL,
  sender: ACCOUNT,
  traceHeader: undefined,
  isGivenUp: false,
  signal: new AbortController().signal,
  ifUnsent: () => {},
};

/** Attributes of a new standard queue, in order. */
export const STANDARD = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesDelayed',
  'ApproximateNumberOfMessagesNotVisible',
  'CreatedTimestamp',
  'DelaySeconds',
  'LastModifiedTimestamp',
  'MaximumMessageSize',
  'MessageRetentionPeriod',
  'QueueArn',
  'ReceiveMessageWaitTimeSeconds',
  'SqsManagedSseEnabled',
  'VisibilityTimeout',
];

export interface Gateway {
  readonly client: Client;
  readonly directory: QueueDirectory;
  readonly handlers: ReturnType<typeof createQueueHandlers>;
}

/** Set before the first test of the file. */
export class Setup {
  first!: Gateway;
  second!: Gateway;
  private broker!: BrokerProcess;
  private directory!: TemporaryDirectory;
  private made = 0;

  constructor() {
    beforeAll(async () => {
      this.directory = new TemporaryDirectory('sqs-queues-');
      this.broker = await BrokerProcess.start({ dataDir: this.directory.path });
      this.first = await this.gateway();
      this.second = await this.gateway();
    });
    afterAll(async () => {
      await this.first.client.close();
      await this.second.client.close();
      await this.broker.end('SIGTERM');
      this.directory.remove();
    });
  }

  get admin(): Client['admin'] {
    return this.first.client.admin;
  }

  get handlers(): Gateway['handlers'] {
    return this.first.handlers;
  }

  /** No other queue of the file has it. */
  name(word = 'queue', suffix = ''): string {
    this.made += 1;
    return `${word}-${this.made}${suffix}`;
  }

  /** A new queue; gives its name. */
  async queue(attributes: Readonly<Record<string, string>> = {}, word = 'queue'): Promise<string> {
    const name = this.name(word, attributes['FifoQueue'] === undefined ? '' : '.fifo');
    await this.handlers.CreateQueue({ QueueName: name, Attributes: attributes }, CALL);
    return name;
  }

  /** What GetQueueAttributes says, of all or of those named. */
  async shown(
    name: string,
    ...names: readonly string[]
  ): Promise<Readonly<Record<string, string>>> {
    const AttributeNames = names.length === 0 ? ['All'] : names;
    const answer = await this.handlers.GetQueueAttributes({ QueueUrl: name, AttributeNames }, CALL);
    return answer.Attributes ?? {};
  }

  async set(name: string, attributes: Readonly<Record<string, string>>): Promise<void> {
    await this.handlers.SetQueueAttributes({ QueueUrl: name, Attributes: attributes }, CALL);
  }

  /** Sends texts natively. */
  async send(name: string, ...values: readonly string[]): Promise<void> {
    await this.first.client.producer().sendBatch(
      name,
      values.map((value) => ({ value })),
    );
  }

  private async gateway(): Promise<Gateway> {
    const client = await connect({ brokers: this.broker.address });
    const directory = createQueueDirectory({ client });
    return { client, directory, handlers: createQueueHandlers({ client }, directory) };
  }
}

export function arnOf(name: string): string {
  return `arn:aws:sqs:eu-west-1:${ACCOUNT}:${name}`;
}

export function redriveTo(name: string, maxReceiveCount = 3): string {
  return JSON.stringify({ deadLetterTargetArn: arnOf(name), maxReceiveCount });
}

/** `Error: text` of what was refused; fails where nothing was. */
export async function refusal(asked: Promise<unknown> | (() => unknown)): Promise<string> {
  try {
    await (typeof asked === 'function' ? asked() : asked);
  } catch (error) {
    if (error instanceof SqsError) return `${error.error}: ${error.message}`;
    if (error instanceof MillraceError) return `${error.code}: ${error.message}`;
    throw error;
  }
  throw new Error('nothing was refused');
}
