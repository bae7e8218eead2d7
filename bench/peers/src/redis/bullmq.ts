// BullMQ: a queue of jobs on Redis. Its workers take and finish jobs one by one, many handlers at a time.

import { type Job, Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import type {
  Channel,
  Found,
  PeerKind,
  PeerMode,
  Reading,
  RunningPeer,
  Sender,
  WorkOptions,
} from '../peer.ts';
import { fromText, toText } from '../server/text-values.ts';
import { foundWith } from '../server/version-of.ts';
import { REDIS_MODES, redisVersion, startRedis } from './redis-server.ts';

const JOB = 'job';
const HANDLERS_MAX = 256;
/** A job that is done goes away, as a message does. */
const JOB_OPTIONS = { removeOnComplete: true } as const;

type Connection = { readonly host: string; readonly port: number };

export const bullmq: PeerKind = {
  name: 'bullmq',
  title: 'BullMQ on Redis',
  client: 'bullmq',
  modes: REDIS_MODES,
  async find(): Promise<Found> {
    return foundWith('redis-server', redisVersion(), 'bullmq');
  },
  async start(mode: PeerMode, directory: string): Promise<RunningPeer> {
    const { server, port } = await startRedis(mode.isFlushed, directory);
    const connection = { host: '127.0.0.1', port };
    const redis = new Redis({ ...connection, retryStrategy: () => null });
    const queues: Queue<string>[] = [];
    return {
      pids: [server.pid],
      async open(name: string): Promise<Channel> {
        const queue = new Queue<string>(name, { connection });
        queue.on('error', () => undefined);
        queues.push(queue);
        await queue.waitUntilReady();
        return new QueueChannel(queue, connection, redis);
      },
      async stop() {
        await Promise.all(queues.map((queue) => queue.close()));
        redis.disconnect();
        await server.stop();
      },
    };
  },
};

class QueueChannel implements Channel {
  readonly #queue: Queue<string>;
  readonly #connection: Connection;
  readonly #redis: Redis;

  constructor(queue: Queue<string>, connection: Connection, redis: Redis) {
    this.#queue = queue;
    this.#connection = connection;
    this.#redis = redis;
  }

  async sender(): Promise<Sender> {
    return new QueueSender(this.#queue);
  }

  async work({ onDone, onError }: WorkOptions): Promise<Reading> {
    const worker = new Worker<string>(this.#queue.name, () => Promise.resolve(), {
      connection: this.#connection,
      concurrency: HANDLERS_MAX,
    });
    worker.on('completed', (job: Job<string>) => onDone([fromText(job.data)]));
    worker.on('failed', (_, error) => onError(error));
    worker.on('error', onError);
    await worker.waitUntilReady();
    return { close: () => worker.close() };
  }

  count(): Promise<number> {
    return this.#queue.getWaitingCount();
  }

  /** The server has no other queue at the time. */
  async drop(): Promise<void> {
    await this.#redis.flushall('ASYNC');
  }
}

class QueueSender implements Sender {
  readonly batch = 500;
  readonly inFlight = 4;
  readonly #queue: Queue<string>;

  constructor(queue: Queue<string>) {
    this.#queue = queue;
  }

  async send(values: readonly Uint8Array[]): Promise<void> {
    await this.#queue.addBulk(
      values.map((value) => ({ name: JOB, data: toText(value), opts: JOB_OPTIONS })),
    );
  }

  async sendOne(value: Uint8Array): Promise<void> {
    await this.#queue.add(JOB, toText(value), JOB_OPTIONS);
  }

  async close(): Promise<void> {}
}
