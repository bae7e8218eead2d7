// A real broker, and the handlers of actions on messages over it, called as the protocols call them.
import { type Client, MillraceError } from '@millrace/client';
import { BrokerProcess, TemporaryDirectory } from '@millrace/harness';
import { afterAll, beforeAll } from 'vitest';
import { type OpenServices, openServices } from '../../../src/open-services.ts';
import { SqsError } from '../../../src/sqs/errors.ts';
import type { SqsCall } from '../../../src/sqs/handler.ts';
import { createMessageHandlers } from '../../../src/sqs/messages/message-handlers.ts';
import type { InputOf, OutputOf } from '../../../src/sqs/model/actions.ts';
import { createQueueDirectory } from '../../../src/sqs/queues/directory.ts';
import { createQueueHandlers } from '../../../src/sqs/queues/queue-handlers.ts';

export type Handlers = ReturnType<typeof createMessageHandlers>;
export type Received = NonNullable<OutputOf<'ReceiveMessage'>['Messages']>[number];

/** Of a queue that is made natively, for what CreateQueue cannot say. */
export interface NativeSettings {
  readonly isFifo?: boolean;
  readonly partitions?: number;
  readonly maxInFlight?: number;
  readonly fence?: boolean;
}

export const ACCOUNT = '000000000000';
const NEVER = new AbortController().signal;

export function callOf(change: Partial<SqsCall> = {}): SqsCall {
  return {
    requestId: 'r',
    protocol: 'json',
    region: 'eu-west-1',
    account: ACCOUNT,
    baseUrl: 'http://localhost:7651',
    sender: ACCOUNT,
    traceHeader: undefined,
    signal: NEVER,
    get isGivenUp() {
      return this.signal.aborted;
    },
    ifUnsent: () => {},
    ...change,
  };
}

/** One broker a test file; set when the first test begins. */
export class Session {
  open!: OpenServices;
  handlers!: Handlers;
  queues!: ReturnType<typeof createQueueHandlers>;
  private broker!: BrokerProcess;
  private directory!: TemporaryDirectory;
  private made = 0;

  constructor() {
    beforeAll(() => this.start());
    afterAll(() => this.stop());
  }

  get client(): Client {
    return this.open.session.client;
  }

  /** Made by CreateQueue; returns its URL. A name that ends in `.fifo` makes it one. */
  async queue(Attributes: Record<string, string> = {}, suffix = ''): Promise<string> {
    const QueueName = this.newName(suffix);
    const { QueueUrl } = await this.queues.CreateQueue({ QueueName, Attributes }, callOf());
    if (QueueUrl === undefined) throw new Error(`no queue ${QueueName}`);
    return QueueUrl;
  }

  async fifoQueue(Attributes: Record<string, string> = {}): Promise<string> {
    return this.queue({ FifoQueue: 'true', ...Attributes }, '.fifo');
  }

  /** A topic and a share group of its name; returns that. */
  async nativeQueue({ isFifo, partitions, ...config }: NativeSettings): Promise<string> {
    const name = this.newName(isFifo ? '.fifo' : '');
    const { admin } = this.client;
    await admin.createTopic({ name, partitions: partitions ?? 1 });
    const ordering = isFifo ? 'key' : 'none';
    await admin.createShareGroup({ group: name, topics: [name], config: { ordering, ...config } });
    return name;
  }

  nameOf(queueUrl: string): string {
    return queueUrl.slice(queueUrl.lastIndexOf('/') + 1);
  }

  async totals(queueUrl: string) {
    const { totals } = await this.client.queue(this.nameOf(queueUrl)).stats();
    return totals;
  }

  private newName(suffix: string): string {
    this.made += 1;
    return `queue-${this.made}${suffix}`;
  }

  send(
    QueueUrl: string,
    MessageBody: string,
    more: Partial<InputOf<'SendMessage'>> = {},
    call: Partial<SqsCall> = {},
  ): Promise<OutputOf<'SendMessage'>> {
    return this.handlers.SendMessage({ QueueUrl, MessageBody, ...more }, callOf(call));
  }

  async receive(
    QueueUrl: string,
    more: Partial<InputOf<'ReceiveMessage'>> = {},
    call: Partial<SqsCall> = {},
  ): Promise<readonly Received[]> {
    const input = { QueueUrl, MaxNumberOfMessages: 10, ...more };
    const reply = await this.handlers.ReceiveMessage(input, callOf(call));
    if (reply.Messages?.length === 0) throw new Error('an empty list is left out');
    return reply.Messages ?? [];
  }

  /** One that is there. */
  async receiveOne(
    queueUrl: string,
    more: Partial<InputOf<'ReceiveMessage'>> = {},
  ): Promise<Received & { readonly ReceiptHandle: string }> {
    const [message] = await this.receive(queueUrl, {
      WaitTimeSeconds: 10,
      MaxNumberOfMessages: 1,
      ...more,
    });
    if (message?.ReceiptHandle === undefined) throw new Error('no message came');
    return { ...message, ReceiptHandle: message.ReceiptHandle };
  }

  delete(QueueUrl: string, ReceiptHandle: string): Promise<object> {
    return this.handlers.DeleteMessage({ QueueUrl, ReceiptHandle }, callOf());
  }

  change(QueueUrl: string, ReceiptHandle: string, VisibilityTimeout: number): Promise<object> {
    const input = { QueueUrl, ReceiptHandle, VisibilityTimeout };
    return this.handlers.ChangeMessageVisibility(input, callOf());
  }

  /** As another gateway has them. */
  openServices(): Promise<OpenServices> {
    return openServices({
      broker: { brokers: this.broker.address },
      waitingMax: 1_000,
      logger: null,
      waitForBrokerMs: 5_000,
    });
  }

  private async start(): Promise<void> {
    this.directory = new TemporaryDirectory('millrace-sqs-');
    this.broker = await BrokerProcess.start({ dataDir: this.directory.path });
    this.open = await this.openServices();
    const directory = createQueueDirectory(this.open.session);
    this.handlers = createMessageHandlers(this.open.session, directory);
    this.queues = createQueueHandlers(this.open.session, directory);
  }

  private async stop(): Promise<void> {
    await this.open?.close();
    await this.broker?.end('SIGTERM');
    this.directory?.remove();
  }
}

/** The error as its callers see it: code and text. */
export async function refusal(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    if (error instanceof SqsError) return `${error.error}: ${error.message}`;
    if (error instanceof MillraceError) return `${error.code}: ${error.message}`;
    throw error;
  }
  throw new Error('it was done');
}

export function bodies(messages: readonly Received[]): (string | undefined)[] {
  return messages.map(({ Body }) => Body);
}
