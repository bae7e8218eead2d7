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
  type Reading,
  type RunningPeer,
  type Sender,
  type WorkOptions,
} from '../peer.ts';
import { poll } from '../server/polling.ts';
import { fromText, toText } from '../server/text-values.ts';
import { foundWith, versionOf } from '../server/version-of.ts';
import { elasticmqVersion, startElasticmq } from './elasticmq-server.ts';

const BATCH = 10;
const LANES = 32;
const SOCKETS = 64;
const WARM_UP_MS = 8_000;
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
    if (versionOf('java', ['--version'], /(\d+)/) === null) return missing('Java');
    return foundWith('ElasticMQ', elasticmqVersion(), '@aws-sdk/client-sqs');
  },
  async start(_, directory: string): Promise<RunningPeer> {
    const { server, port } = await startElasticmq(directory);
    // Two of them: who takes messages must not wait for a socket behind those that send.
    const [client, workClient] = [dial(port), dial(port)];
    await warmUp(client);
    return {
      pids: [server.pid],
      async open(name: string): Promise<Channel> {
        return new SqsChannel(client, workClient, await createQueue(client, name));
      },
      async stop() {
        client.destroy();
        workClient.destroy();
        await server.stop();
      },
    };
  },
};

function dial(port: number): SQSClient {
  return new SQSClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'elasticmq',
    credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
    // What had to be tried again is not what is measured.
    maxAttempts: 1,
    requestHandler: { httpAgent: { maxSockets: SOCKETS, keepAlive: true } },
  });
}

async function createQueue(client: SQSClient, name: string): Promise<string> {
  const { QueueUrl } = await client.send(
    new CreateQueueCommand({
      QueueName: name.replaceAll(/[^\w-]/g, '-'),
      Attributes: { VisibilityTimeout: VISIBILITY_SECONDS },
    }),
  );
  if (QueueUrl === undefined) throw new Error('the queue has no address');
  return QueueUrl;
}

/** A virtual machine that has just started spends its time on compiling: what it does later is what it is. */
async function warmUp(client: SQSClient): Promise<void> {
  const channel = new SqsChannel(client, client, await createQueue(client, 'warm-up'));
  const sender = await channel.sender();
  const ignore = () => undefined;
  const reading = await channel.work({
    batch: 100,
    concurrency: LANES / 2,
    onDone: ignore,
    onError: ignore,
  });
  const values = Array.from({ length: BATCH }, () => Buffer.alloc(100));
  const endsAt = performance.now() + WARM_UP_MS;
  const lane = async () => {
    while (performance.now() < endsAt) await sender.send(values);
  };
  await Promise.all(Array.from({ length: LANES / 2 }, lane));
  await reading.close();
  await channel.drop();
}

class SqsChannel implements Channel {
  readonly #client: SQSClient;
  readonly #workClient: SQSClient;
  readonly #url: string;

  constructor(client: SQSClient, workClient: SQSClient, url: string) {
    this.#client = client;
    this.#workClient = workClient;
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
        const { Messages } = await this.#workClient.send(
          new ReceiveMessageCommand({
            QueueUrl,
            MaxNumberOfMessages: BATCH,
            WaitTimeSeconds: 1,
          }),
        );
        return Messages ?? [];
      },
      acknowledge: async (messages) => {
        const [first] = messages;
        if (messages.length === 1) {
          const ReceiptHandle = first?.ReceiptHandle;
          await this.#workClient.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
          return;
        }
        const Entries = messages.map(({ ReceiptHandle }, at) => ({ Id: `${at}`, ReceiptHandle }));
        const { Failed = [] } = await this.#workClient.send(
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
