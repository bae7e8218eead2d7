// Millrace as one of the compared, through its public client, as people would use it.

import { createRequire } from 'node:module';
import { type Client, codecs, connect, type Producer } from '@millrace/client';
import { BenchBroker } from '../measure/bench-broker.ts';
import { ClientLog } from '../measure/client-log.ts';
import type {
  Channel,
  Found,
  PeerKind,
  PeerMode,
  Reading,
  ReadOptions,
  RunningPeer,
  Sender,
  WorkOptions,
} from './peer.ts';

/** As the workload `produce` has it: with fewer, what a producer may have on its way is less than its lanes. */
const PARTITIONS = 8;
/** Takes the large records of one call whole; of a batch that is split the rest is a batch by itself. */
const BATCH_BYTES = 512 * 1_024;
/** Longer than any run: no lease may end by time. */
const VISIBILITY_TIMEOUT_MS = 30 * 60_000;

export const millrace: PeerKind = {
  name: 'millrace',
  title: 'Millrace',
  client: '@millrace/client',
  modes: [
    {
      name: 'default',
      isFlushed: true,
      durability: 'on the disk before each acknowledgement, many in one flush (sync: always)',
    },
    {
      name: 'unflushed',
      isFlushed: false,
      durability: 'handed to the system before each acknowledgement (sync: os)',
    },
  ],
  find: () => Promise.resolve(find()),
  async start(mode: PeerMode, directory: string): Promise<RunningPeer> {
    const sync = mode.isFlushed ? 'always' : 'os';
    const broker = await BenchBroker.start(directory, ['--sync', sync]);
    const log = new ClientLog();
    const client = await connect({
      brokers: broker.address,
      clientName: 'bench-peers',
      logger: log.logger,
    });
    return {
      pids: [broker.pid],
      async open(name: string): Promise<Channel> {
        await client.admin.createTopic({ name, partitions: PARTITIONS });
        return new MillraceChannel(client, name, log);
      },
      async stop(): Promise<void> {
        await client.close({ timeoutMs: 1_000 }).catch(() => undefined);
        await broker.end();
      },
    };
  },
};

function find(): Found {
  const { version } = createRequire(import.meta.url)('@millrace/client/package.json') as {
    version: string;
  };
  return { version, clientVersion: version };
}

class MillraceChannel implements Channel {
  readonly #client: Client;
  readonly #topic: string;
  readonly #log: ClientLog;

  constructor(client: Client, topic: string, log: ClientLog) {
    this.#client = client;
    this.#topic = topic;
    this.#log = log;
  }

  async sender(): Promise<Sender> {
    return new MillraceSender(this.#client, this.#topic, this.#log);
  }

  async read({ from, onValues, onError }: ReadOptions): Promise<Reading> {
    const consumer = this.#client.consumer<Uint8Array>({
      topics: this.#topic,
      codec: codecs.bytes,
      from: from === 'start' ? 'earliest' : { timestampMs: Date.now() },
    });
    const reading = async () => {
      for await (const { messages } of consumer.batches()) {
        onValues(messages.map(({ valueBytes }) => bytesOf(valueBytes)));
      }
    };
    reading().catch(onError);
    return { close: () => consumer.close() };
  }

  async work(options: WorkOptions): Promise<Reading> {
    const { batch, concurrency, onDone, onError } = options;
    const group = `${this.#topic}-workers`;
    await this.#client.admin.createShareGroup({
      group,
      topics: [this.#topic],
      config: { visibilityTimeoutMs: VISIBILITY_TIMEOUT_MS, onExhausted: 'drop' },
    });
    const handle =
      batch === 1
        ? { handler: async () => undefined }
        : { batchSize: batch, eachBatch: async () => undefined };
    const worker = this.#client.worker<Uint8Array>({
      group,
      topics: this.#topic,
      codec: codecs.bytes,
      concurrency,
      ...handle,
      onOutcome: (message, outcome) => {
        if (outcome === 'accepted') onDone([bytesOf(message.valueBytes)]);
        else if (outcome !== 'returned') onError(new Error(`a message was ${outcome}`));
      },
    });
    worker.finished.catch(onError);
    return { close: () => worker.close() };
  }

  async count(): Promise<number> {
    this.#log.mustBeClean();
    const { partitions } = await this.#client.admin.describeTopic(this.#topic);
    return partitions.reduce((sum, { endOffset }) => sum + endOffset, 0);
  }

  async drop(): Promise<void> {
    await this.#client.admin.deleteTopic(this.#topic);
  }
}

class MillraceSender implements Sender {
  readonly batch = 1_000;
  readonly inFlight = 32;
  readonly #producer: Producer<Uint8Array>;
  readonly #topic: string;
  readonly #log: ClientLog;

  constructor(client: Client, topic: string, log: ClientLog) {
    this.#topic = topic;
    this.#log = log;
    this.#producer = client.producer({
      codec: codecs.bytes,
      batchBytes: BATCH_BYTES,
      maxInFlight: this.inFlight,
      maxBufferedBytes: 128 * 2 ** 20,
    });
  }

  async send(values: readonly Uint8Array[]): Promise<void> {
    await this.#producer.sendBatch(
      this.#topic,
      values.map((value) => ({ value })),
    );
  }

  async sendOne(value: Uint8Array): Promise<void> {
    await this.#producer.send({ topic: this.#topic, value });
  }

  async close(): Promise<void> {
    await this.#producer.close();
    this.#log.mustBeClean();
  }
}

function bytesOf(value: Uint8Array | null): Uint8Array {
  if (value === null) throw new Error('a message came without its value');
  return value;
}
