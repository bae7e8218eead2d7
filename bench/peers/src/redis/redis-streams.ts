// Redis Streams: XADD in pipelines, XREAD, XREADGROUP and XACK.

import { Redis } from 'ioredis';
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
} from '../peer.ts';
import { poll } from '../server/polling.ts';
import { foundWith } from '../server/version-of.ts';
import { REDIS_MODES, redisVersion, startRedis } from './redis-server.ts';

const GROUP = 'workers';
const READ_COUNT = 1_000;
const BLOCK_MS = 200;

export const redisStreams: PeerKind = {
  name: 'redis-streams',
  title: 'Redis Streams',
  client: 'ioredis',
  modes: REDIS_MODES,
  async find(): Promise<Found> {
    return foundWith('redis-server', redisVersion(), 'ioredis');
  },
  async start(mode: PeerMode, directory: string): Promise<RunningPeer> {
    const { server, port } = await startRedis(mode.isFlushed, directory);
    const dial = () =>
      new Redis({ port, host: '127.0.0.1', protocol: 2, retryStrategy: () => null });
    const redis = dial();
    return {
      pids: [server.pid],
      open: (name: string) => Promise.resolve(new StreamChannel(redis, dial, name)),
      async stop() {
        redis.disconnect();
        await server.stop();
      },
    };
  },
};

/** An entry as it is read: its id, then field and value. */
type Entry = readonly [id: Buffer, fields: readonly Buffer[]];
type Answer = readonly (readonly [key: Buffer, entries: readonly Entry[]])[] | null;

class StreamChannel implements Channel {
  readonly #redis: Redis;
  readonly #dial: () => Redis;
  readonly #key: string;

  constructor(redis: Redis, dial: () => Redis, key: string) {
    this.#redis = redis;
    this.#dial = dial;
    this.#key = key;
  }

  async sender(): Promise<Sender> {
    return new StreamSender(this.#redis, this.#key);
  }

  async read({ from, onValues, onError }: ReadOptions): Promise<Reading> {
    const redis = this.#dial();
    const state = { isClosed: false };
    let last = from === 'start' ? '0-0' : await this.#lastId();
    const loop = async () => {
      while (!state.isClosed) {
        const answer = (await redis.callBuffer(
          'XREAD',
          'COUNT',
          READ_COUNT,
          'BLOCK',
          BLOCK_MS,
          'STREAMS',
          this.#key,
          last,
        )) as Answer;
        const entries = answer?.[0]?.[1] ?? [];
        last = entries.at(-1)?.[0].toString() ?? last;
        if (entries.length > 0 && !state.isClosed) onValues(entries.map(entryValue));
      }
    };
    const ended = loop().catch((error: Error) => {
      if (!state.isClosed) onError(error);
    });
    return {
      async close() {
        state.isClosed = true;
        redis.disconnect();
        await ended;
      },
    };
  }

  async work(options: WorkOptions): Promise<Reading> {
    const { batch } = options;
    const redis = this.#dial();
    await redis.xgroup('CREATE', this.#key, GROUP, '0', 'MKSTREAM');
    // One by one: taken some at a time, as a worker with a buffer does, and acknowledged each by itself.
    const [lanes, count] = batch === 1 ? [2, options.concurrency / 2] : [8, batch];
    const reading = poll<Entry>(options, {
      lanes,
      take: async () => {
        const answer = (await redis.callBuffer(
          'XREADGROUP',
          'GROUP',
          GROUP,
          'worker',
          'COUNT',
          count,
          'STREAMS',
          this.#key,
          '>',
        )) as Answer;
        return answer?.[0]?.[1] ?? [];
      },
      acknowledge: async (entries) => {
        const taken = await redis.xack(this.#key, GROUP, ...entries.map(([id]) => id));
        if (taken !== entries.length) throw new Error('an acknowledgement was not taken');
      },
      valueOf: entryValue,
    });
    return {
      async close() {
        await reading.close();
        redis.disconnect();
      },
    };
  }

  count(): Promise<number> {
    return this.#redis.xlen(this.#key);
  }

  async drop(): Promise<void> {
    await this.#redis.unlink(this.#key);
  }

  async #lastId(): Promise<string> {
    const [last] = await this.#redis.xrevrange(this.#key, '+', '-', 'COUNT', 1);
    return last?.[0] ?? '0-0';
  }
}

function entryValue([, fields]: Entry): Uint8Array {
  const value = fields[1];
  if (value === undefined) throw new Error('an entry came without its value');
  return value;
}

class StreamSender implements Sender {
  readonly batch = 500;
  readonly inFlight = 4;
  readonly #redis: Redis;
  readonly #key: string;

  constructor(redis: Redis, key: string) {
    this.#redis = redis;
    this.#key = key;
  }

  async send(values: readonly Uint8Array[]): Promise<void> {
    const pipeline = this.#redis.pipeline();
    for (const value of values) pipeline.xadd(this.#key, '*', 'v', value as Buffer);
    const answers = (await pipeline.exec()) ?? [];
    if (answers.length !== values.length) throw new Error('answers are missing');
    for (const [error] of answers) if (error !== null) throw error;
  }

  async sendOne(value: Uint8Array): Promise<void> {
    await this.#redis.xadd(this.#key, '*', 'v', value as Buffer);
  }

  async close(): Promise<void> {}
}
