// A log: batches to a topic, read by a consumer group whose members come and go, and by a transformer that copies it, exactly
// once, to a topic that is read too.

import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, type Consumer, codecs, type Producer } from '@millrace/client';
import { Feeder } from './feeder.ts';
import { type Lane, type LaneContext, mustGoOn, unlessKilled } from './lane.ts';
import { LogWitness } from './log-witness.ts';
import { payloadOf, type Stamp } from './payload.ts';

const PARTITIONS = 4;
const BATCH = 200;
const ON_ITS_WAY_MAX = 40_000;
const SOURCE = 'soak-log';
const COPY = 'soak-copy';
/** Small segments that go as soon as both groups have read them: the file has its size after seconds. */
const CONFIG = { retentionMs: -1, retentionAcked: true, segmentBytes: 4 * 2 ** 20 } as const;
const SESSION_MS = 6_000;
const GUEST_STAYS_MS = 8_000;

export class LogLane implements Lane {
  readonly name = 'log, and a copy of it';
  readonly #context: LaneContext;
  readonly #source: LogWitness;
  readonly #copy: LogWitness;
  readonly #feeder: Feeder;
  readonly #clients: Client[] = [];
  #producer: Producer<Uint8Array> | undefined;
  #guests: Promise<void> = Promise.resolve();
  #isClosing = false;

  constructor(context: LaneContext) {
    this.#context = context;
    this.#source = new LogWitness(SOURCE, PARTITIONS, context.findings);
    this.#copy = new LogWitness(COPY, PARTITIONS, context.findings);
    this.#feeder = new Feeder({
      batch: BATCH,
      onItsWayMax: ON_ITS_WAY_MAX,
      onItsWay: () => this.#source.issued - Math.min(this.#source.seen, this.#copy.seen),
      send: (count) => this.#send(count),
    });
  }

  get rate(): number {
    return this.#feeder.rate;
  }

  set rate(rate: number) {
    this.#feeder.rate = rate;
  }

  get done(): number {
    return this.#copy.seen;
  }

  get isComplete(): boolean {
    return this.#source.isComplete && this.#copy.isComplete;
  }

  async start(): Promise<void> {
    const client = await this.#connect('soak-log');
    for (const name of [SOURCE, COPY])
      await client.admin.createTopic({ name, partitions: PARTITIONS, config: CONFIG });
    this.#producer = client.producer({ codec: codecs.bytes });
    await this.#read(SOURCE, this.#source);
    await this.#read(COPY, this.#copy);
    await this.#transform();
    this.#guests = this.#comeAndGo();
    this.#feeder.start();
  }

  async stopSending(): Promise<void> {
    await this.#feeder.stop();
    this.#isClosing = true;
    await this.#guests;
  }

  async conclude(): Promise<void> {
    this.#source.conclude();
    this.#copy.conclude();
  }

  async close(): Promise<void> {
    const stopped = this.stopSending();
    await Promise.all(this.#clients.map((client) => client.close()));
    await stopped;
  }

  async #connect(name: string): Promise<Client> {
    const client = await this.#context.connect(name);
    this.#clients.push(client);
    return client;
  }

  async #send(count: number): Promise<void> {
    const stamps = Array.from({ length: count }, (_, at) => this.#issue(at % PARTITIONS));
    const { recordBytes } = this.#context;
    const messages = stamps.map((stamp) => ({
      value: payloadOf(stamp, recordBytes),
      partition: stamp.stream,
    }));
    const isSent = await unlessKilled(this.#context.findings, 'append', async () =>
      this.#producer?.sendBatch(SOURCE, messages),
    );
    if (isSent) return;
    for (const stamp of stamps) {
      this.#source.uncertain(stamp);
      this.#copy.uncertain(stamp);
    }
  }

  #issue(stream: number): Stamp {
    this.#copy.issue(stream);
    return this.#source.issue(stream);
  }

  async #read(topic: string, witness: LogWitness): Promise<void> {
    const client = await this.#connect(`soak-reader-${topic}`);
    this.#follow(this.#consumer(client, topic), witness);
  }

  #consumer(client: Client, topic: string): Consumer<Uint8Array> {
    return client.consumer<Uint8Array>({
      topics: topic,
      group: `${topic}-readers`,
      codec: codecs.bytes,
      sessionTimeoutMs: SESSION_MS,
      commitIntervalMs: 500,
      onOutOfRange: 'error',
    });
  }

  #follow(consumer: Consumer<Uint8Array>, witness: LogWitness): void {
    const running = consumer.run({
      eachBatch: ({ partition, messages }) => {
        for (const { offset, valueBytes } of messages) witness.read(partition, offset, valueBytes);
      },
    });
    mustGoOn(this.#context.findings, 'a consumer', running);
  }

  async #transform(): Promise<void> {
    const client = await this.#connect('soak-transformer');
    const transformer = client.transformer<Uint8Array>({
      topics: SOURCE,
      group: 'soak-copiers',
      codec: codecs.bytes,
      outputCodec: codecs.bytes,
      sessionTimeoutMs: SESSION_MS,
      onOutOfRange: 'error',
      eachBatch: ({ partition, messages }, { produce }) => {
        for (const { value } of messages) produce(COPY, { value, partition });
      },
    });
    mustGoOn(this.#context.findings, 'the transformer', transformer.finished);
  }

  /** A second member of the group, again and again: partitions go over to it and come back. */
  async #comeAndGo(): Promise<void> {
    while (!this.#isClosing) {
      await unlessKilled(this.#context.findings, 'a member that comes and goes', async () => {
        const client = await this.#context.connect('soak-guest');
        try {
          const consumer = this.#consumer(client, SOURCE);
          this.#follow(consumer, this.#source);
          const until = performance.now() + GUEST_STAYS_MS;
          while (!this.#isClosing && performance.now() < until) await sleep(100);
          await consumer.close({ leave: true });
        } finally {
          await client.close();
        }
      });
    }
  }
}
