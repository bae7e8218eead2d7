// ElasticMQ: the SQS API, asked through the AWS SDK, in batches of ten, which is all the API has.

import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import {
  type Channel,
  type Found,
  missing,
  type PeerKind,
  type PeerMode,
  type Reading,
  type RunningPeer,
  type Sender,
  type WorkOptions,
} from '../peer.ts';
import { poll } from '../server/polling.ts';
import { fromText, toText } from '../server/text-values.ts';
import { clientVersionOf, versionOf } from '../server/version-of.ts';
import { elasticmqVersion, startElasticmq } from './elasticmq-server.ts';

const BATCH = 10;
const LANES = 32;
const SOCKETS = 64;
const VISIBILITY_SECONDS = '1800';

export const elasticmq: PeerKind = {
  name: 'elasticmq',
  title: 'ElasticMQ (SQS)',
  client: '@aws-sdk/client-sqs',
  modes: [
    {
      name: 'default',
      isFlushed: false,
      durability: 'in memory, and nowhere else',
    },
  ],
  async find(): Promise<Found> {
    const version = elasticmqVersion();
    const clientVersion = clientVersionOf('@aws-sdk/client-sqs');
    if (versionOf('java', ['--version'], /(\d+)/) === null) return missing('Java');
    if (version === null) return missing('ElasticMQ');
    return clientVersion === null ? missing('@aws-sdk/client-sqs') : { version, clientVersion };
  },
  async start(mode: PeerMode, directory: string): Promise<RunningPeer> {
    const { server, port } = await startElasticmq(mode.name === 'flushed', directory);
    const client = new SQSClient({
      endpoint: `http://127.0.0.1:${port}`,
      region: 'elasticmq',
      credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
      // What had to be tried again is not what is measured.
      maxAttempts: 1,
      requestHandler: { httpAgent: { maxSockets: SOCKETS, keepAlive: true } },
    });
    return {
      pids: [server.pid],
      async open(name: string): Promise<Channel> {
        const { QueueUrl } = await client.send(
          new CreateQueueCommand({
            QueueName: name.replaceAll(/[^\w-]/g, '-'),
            Attributes: { VisibilityTimeout: VISIBILITY_SECONDS },
          }),
        );
        if (QueueUrl === undefined) throw new Error('the queue has no address');
        return new SqsChannel(client, QueueUrl);
      },
      async stop() {
        client.destroy();
        await server.stop();
      },
    };
  },
};

class SqsChannel implements Channel {
  readonly #client: SQSClient;
  readonly #url: string;

  constructor(client: SQSClient, url: string) {
    this.#client = client;
    this.#url = url;
  }

  async sender(): Promise<Sender> {
    return new SqsSender(this.#client, this.#url);
  }

  async work(options: WorkOptions): Promise<Reading> {
    const QueueUrl = this.#url;
    return poll<Message>(options, {
      lanes: Math.min(LANES, options.concurrency),
      take: async () => {
        const { Messages } = await this.#client.send(
          new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: BATCH }),
        );
        return Messages ?? [];
      },
      acknowledge: async (messages) => {
        const [first] = messages;
        if (messages.length === 1) {
          const ReceiptHandle = first?.ReceiptHandle;
          await this.#client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
          return;
        }
        const Entries = messages.map(({ ReceiptHandle }, at) => ({ Id: `${at}`, ReceiptHandle }));
        const { Failed = [] } = await this.#client.send(
          new DeleteMessageBatchCommand({ QueueUrl, Entries }),
        );
        if (Failed.length > 0) throw new Error(`${Failed.length} messages were not deleted`);
      },
      valueOf: ({ Body = '' }) => fromText(Body),
    });
  }

  async count(): Promise<number> {
    const { Attributes } = await this.#client.send(
      new GetQueueAttributesCommand({
        QueueUrl: this.#url,
        AttributeNames: ['ApproximateNumberOfMessages'],
      }),
    );
    return Number(Attributes?.['ApproximateNumberOfMessages']);
  }

  async drop(): Promise<void> {
    await this.#client.send(new DeleteQueueCommand({ QueueUrl: this.#url }));
  }
}

class SqsSender implements Sender {
  readonly batch = BATCH;
  readonly inFlight = LANES;
  readonly #client: SQSClient;
  readonly #url: string;

  constructor(client: SQSClient, url: string) {
    this.#client = client;
    this.#url = url;
  }

  async send(values: readonly Uint8Array[]): Promise<void> {
    const Entries = values.map((value, at) => ({ Id: `${at}`, MessageBody: toText(value) }));
    const { Failed = [] } = await this.#client.send(
      new SendMessageBatchCommand({ QueueUrl: this.#url, Entries }),
    );
    if (Failed.length > 0) throw new Error(`${Failed.length} messages were not taken`);
  }

  async sendOne(value: Uint8Array): Promise<void> {
    const MessageBody = toText(value);
    await this.#client.send(new SendMessageCommand({ QueueUrl: this.#url, MessageBody }));
  }

  async close(): Promise<void> {}
}
