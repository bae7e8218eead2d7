// latency and latency-queue: end to end at a fixed rate, from when a message was due to its handler, whatever is slow in
// between. Producer and handler are in one process, so that they have one clock.

import { type Client, codecs, type Message, type Producer } from '@millrace/client';
import { Deferred } from '../deferred.ts';
import { formatCount } from '../format.ts';
import { TOPIC } from './batch-sender.ts';
import { pace } from './pacer.ts';
import {
  type Arena,
  CountsDiffer,
  type Done,
  mustEqual,
  type Run,
  type Session,
  TIMED,
  type Workload,
} from './workload.ts';

const SHARED = {
  latencyOf: 'from when a message was due to be sent to the call of its handler',
  takes: [...TIMED, 'rate'],
  defaults: { partitions: 4 },
} as const;

export const latency: Workload = {
  ...SHARED,
  name: 'latency',
  about: 'End to end at a fixed rate, through the log: send, and a consumer with eachMessage.',
  open: (arena) => LatencySession.open(arena, readAsLog),
};

export const latencyQueue: Workload = {
  ...SHARED,
  name: 'latency-queue',
  about: 'End to end at a fixed rate, through the queue: send, and a worker with a handler.',
  open: (arena) => LatencySession.open(arena, readAsQueue),
};

type OnMessage = (message: Message<Uint8Array>) => void;

/** Reads until the client is closed; rejects where it cannot go on. */
type Read = (client: Client, onMessage: OnMessage) => Promise<void>;

const readAsLog: Read = (client, eachMessage) => {
  return client.consumer<Uint8Array>({ topics: TOPIC, codec: codecs.bytes }).run({ eachMessage });
};

const readAsQueue: Read = async (client, handler) => {
  const group = 'bench';
  await client.admin.createShareGroup({ group, topics: [TOPIC], config: { onExhausted: 'drop' } });
  const options = { group, topics: TOPIC, codec: codecs.bytes, concurrency: 256, handler };
  await client.worker<Uint8Array>(options).finished;
};

/** What is on its way when the time is over has this long to arrive. */
const ARRIVAL_MS_MAX = 10_000;

class LatencySession implements Session {
  readonly #arena: Arena;
  readonly #producer: Producer<Uint8Array>;
  readonly #failure = new Deferred<never>();
  #run: Run | undefined;
  #sent = 0;
  #handled = 0;
  #arrived = new Deferred();

  static async open(arena: Arena, read: Read): Promise<Session> {
    const { client, settings } = arena;
    await client.admin.createTopic({ name: TOPIC, partitions: settings.partitions });
    return new LatencySession(arena, read);
  }

  constructor(arena: Arena, read: Read) {
    this.#arena = arena;
    this.#producer = arena.client.producer({ codec: codecs.bytes });
    this.#failure.promise.catch(() => undefined);
    read(arena.client, (message) => this.#take(message)).catch(this.#failure.reject);
  }

  async measure(run: Run): Promise<Done> {
    const { rate } = this.#arena.settings;
    const startedAt = performance.now();
    const before = this.#handled;
    this.#run = run;
    this.#arrived = new Deferred();
    this.#sent += await pace(
      rate,
      run.durationMs,
      (dueAt) => this.#send(dueAt),
      this.#failure.promise,
    );
    await this.#untilArrived();
    return { records: this.#handled - before, elapsedMs: performance.now() - startedAt };
  }

  verify(): Promise<string> {
    mustEqual('messages handled', this.#handled, this.#sent);
    const count = formatCount(this.#sent);
    return Promise.resolve(`every message sent came to the handler, once: ${count}`);
  }

  close(): Promise<void> {
    return this.#producer.close();
  }

  #send(dueAt: number): void {
    const value = Buffer.alloc(this.#arena.settings.recordBytes);
    value.writeDoubleLE(dueAt);
    this.#producer.send({ topic: TOPIC, value }).catch(this.#failure.reject);
  }

  #take({ valueBytes }: Message<Uint8Array>): void {
    if (valueBytes === null) throw new CountsDiffer('a message came without its value');
    const view = new DataView(valueBytes.buffer, valueBytes.byteOffset, valueBytes.length);
    this.#run?.latency.record(performance.now() - view.getFloat64(0, true));
    this.#handled += 1;
    if (this.#handled === this.#sent) this.#arrived.resolve();
  }

  async #untilArrived(): Promise<void> {
    if (this.#handled >= this.#sent) return;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      const missing = () => `${this.#sent - this.#handled} messages did not arrive`;
      timer = setTimeout(() => reject(new CountsDiffer(missing())), ARRIVAL_MS_MAX);
    });
    try {
      await Promise.race([this.#arrived.promise, this.#failure.promise, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}
