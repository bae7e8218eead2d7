// many-connections: each connection sends a record to a partition of its own, reads it back, and sends the next. Each does
// little; what counts is what the broker spends on many of them.

import { type Client, type Consumer, codecs, type Producer } from '@millrace/client';
import { LIMITS } from '@millrace/protocol';
import { Deferred } from '../deferred.ts';
import { formatCount } from '../format.ts';
import { payload } from './payload.ts';
import {
  type Arena,
  type Done,
  mustEqual,
  type Run,
  type Session,
  TIMED,
  type Workload,
} from './workload.ts';

export const manyConnections: Workload = {
  name: 'many-connections',
  about: 'Connections each send a record, read it back through a consumer, and send the next.',
  latencyOf: 'from the call of send to the call of the handler',
  takes: [...TIMED.filter((name) => name !== 'partitions'), 'connections'],
  defaults: { connections: 100 },
  open: (arena) => ManyConnectionsSession.open(arena),
};

/** Connections that are made at the same time. */
const AT_A_TIME = 50;

const PER_TOPIC = LIMITS.partitionsPerTopicMax;

const topicName = (n: number) => `bench-${n}`;

class ManyConnectionsSession implements Session {
  readonly #arena: Arena;
  readonly #echoes: readonly Echo[];

  private constructor(arena: Arena, echoes: readonly Echo[]) {
    this.#arena = arena;
    this.#echoes = echoes;
  }

  static async open(arena: Arena): Promise<Session> {
    const { client, settings, progress } = arena;
    const { connections, recordBytes } = settings;
    for (let n = 0; n * PER_TOPIC < connections; n += 1) {
      const partitions = Math.min(PER_TOPIC, connections - n * PER_TOPIC);
      await client.admin.createTopic({ name: topicName(n), partitions });
    }
    const [value = Buffer.alloc(0)] = payload(recordBytes, 1);
    const echoes: Echo[] = [];
    const step = progress.start('connect', connections);
    while (echoes.length < connections) {
      const count = Math.min(AT_A_TIME, connections - echoes.length);
      const clients = await Promise.all(Array.from({ length: count }, () => arena.connect()));
      echoes.push(...clients.map((each, at) => new Echo(each, echoes.length + at, value)));
      step.reached(echoes.length);
    }
    step.done();
    return new ManyConnectionsSession(arena, echoes);
  }

  async measure(run: Run): Promise<Done> {
    const startedAt = performance.now();
    const endsAt = startedAt + run.durationMs;
    const before = this.#received();
    await Promise.all(this.#echoes.map((echo) => echo.run(endsAt, run)));
    return { records: this.#received() - before, elapsedMs: performance.now() - startedAt };
  }

  async verify(): Promise<string> {
    let stored = 0;
    for (let n = 0; n * PER_TOPIC < this.#echoes.length; n += 1) {
      const { partitions } = await this.#arena.client.admin.describeTopic(topicName(n));
      for (const { partition, endOffset } of partitions) {
        const echo = this.#echoes[n * PER_TOPIC + partition];
        mustEqual(
          `end offset of connection ${n * PER_TOPIC + partition}`,
          endOffset,
          echo?.received ?? 0,
        );
        stored += endOffset;
      }
    }
    return `each record sent was read back over its connection, once: ${formatCount(stored)}`;
  }

  async close(): Promise<void> {
    await Promise.all(this.#echoes.map((echo) => echo.close()));
  }

  #received(): number {
    return this.#echoes.reduce((sum, { received }) => sum + received, 0);
  }
}

/** One connection with its producer and its consumer. */
class Echo {
  received = 0;
  readonly #producer: Producer<Uint8Array>;
  readonly #consumer: Consumer<Uint8Array>;
  readonly #message;
  readonly #failure = new Deferred<never>();
  #came = new Deferred();

  constructor(client: Client, n: number, value: Uint8Array) {
    const topic = topicName(Math.floor(n / PER_TOPIC));
    const partition = n % PER_TOPIC;
    this.#message = { topic, partition, value };
    this.#producer = client.producer({ codec: codecs.bytes });
    this.#consumer = client.consumer({
      topics: topic,
      partitions: [partition],
      codec: codecs.bytes,
    });
    this.#failure.promise.catch(() => undefined);
    const eachMessage = ({ offset }: { readonly offset: number }) => {
      mustEqual(`offset of a record of connection ${n}`, offset, this.received);
      this.received += 1;
      this.#came.resolve();
    };
    this.#consumer.run({ eachMessage }).catch(this.#failure.reject);
  }

  async run(endsAt: number, { latency }: Run): Promise<void> {
    do {
      this.#came = new Deferred();
      const sentAt = performance.now();
      const sending = this.#producer.send(this.#message);
      const both = Promise.all([sending, this.#came.promise]);
      await Promise.race([both, this.#failure.promise]);
      latency.record(performance.now() - sentAt);
    } while (performance.now() < endsAt);
  }

  async close(): Promise<void> {
    await this.#producer.close();
    await this.#consumer.close();
  }
}
