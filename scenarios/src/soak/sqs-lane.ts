// A queue over HTTP, by the SQS API: messages in tens, received and deleted in tens, through a gateway of its own that lives
// as long as the soak.

import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { Feeder } from './feeder.ts';
import { askHttp } from './http-ask.ts';
import type { Lane, LaneContext } from './lane.ts';
import { payloadOf } from './payload.ts';
import { QueueWitness } from './queue-witness.ts';

const NAME = 'soak-sqs';
const BATCH = 10;
const ON_ITS_WAY_MAX = 1_000;
const RECEIVERS = 4;
const SOCKETS = 16;
const PAUSE_MS = 100;
/** What is deleted goes with its segment: the file has its size after minutes. */
const SEGMENT_BYTES = 1 << 20;

interface Entry {
  readonly Id: string;
}

interface Received {
  readonly Body: string;
  readonly ReceiptHandle: string;
}

export class SqsLane implements Lane {
  readonly name = 'queue over HTTP, by the SQS API';
  readonly #context: LaneContext;
  readonly #url: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: SOCKETS });
  readonly #witness: QueueWitness;
  readonly #feeder: Feeder;
  #queueUrl = '';
  #receivers: Promise<unknown> = Promise.resolve();
  #isClosing = false;

  constructor(url: string, context: LaneContext) {
    this.#url = url;
    this.#context = context;
    this.#witness = new QueueWitness(NAME, context.findings);
    this.#feeder = new Feeder({
      batch: BATCH,
      onItsWayMax: ON_ITS_WAY_MAX,
      onItsWay: () => this.#witness.issued - this.#witness.done,
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
    return this.#witness.done;
  }

  get isComplete(): boolean {
    return this.#witness.isComplete;
  }

  async start(): Promise<void> {
    const Attributes = { VisibilityTimeout: '15' };
    const made = await this.#call('CreateQueue', { QueueName: NAME, Attributes });
    this.#queueUrl = String(made?.['QueueUrl']);
    const client = await this.#context.connect(NAME);
    await client.admin.alterTopic({ name: NAME, config: { segmentBytes: SEGMENT_BYTES } });
    await client.close();
    this.#receivers = Promise.all(Array.from({ length: RECEIVERS }, () => this.#receive()));
    this.#feeder.start();
  }

  stopSending(): Promise<void> {
    return this.#feeder.stop();
  }

  async conclude(): Promise<void> {
    this.#witness.conclude();
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    await this.stopSending();
    await this.#receivers;
    this.#agent.destroy();
  }

  async #send(count: number): Promise<void> {
    const sequences = Array.from({ length: count }, () => this.#witness.issue().sequence);
    const Entries = sequences.map((sequence) => ({
      Id: `${sequence}`,
      MessageBody: payloadOf({ stream: 0, sequence }, this.#context.recordBytes).toString('base64'),
    }));
    const answer = await this.#call('SendMessageBatch', { QueueUrl: this.#queueUrl, Entries });
    const sent = new Set(idsOf(answer?.['Successful']));
    for (const sequence of sequences)
      if (!sent.has(`${sequence}`)) this.#witness.uncertain(sequence);
  }

  async #receive(): Promise<void> {
    while (!this.#isClosing) {
      const answer = await this.#call('ReceiveMessage', {
        QueueUrl: this.#queueUrl,
        MaxNumberOfMessages: BATCH,
        WaitTimeSeconds: 1,
      });
      if (answer === undefined) await sleep(PAUSE_MS);
      const messages = (answer?.['Messages'] ?? []) as Received[];
      if (messages.length > 0) await this.#delete(messages);
    }
  }

  async #delete(messages: readonly Received[]): Promise<void> {
    const given = messages.map(({ Body, ReceiptHandle }) => ({
      sequence: this.#witness.given(Buffer.from(Body, 'base64')),
      ReceiptHandle,
    }));
    const Entries = given.map(({ ReceiptHandle }, at) => ({ Id: `${at}`, ReceiptHandle }));
    const answer = await this.#call('DeleteMessageBatch', { QueueUrl: this.#queueUrl, Entries });
    const deleted = new Set(idsOf(answer?.['Successful']));
    given.forEach(({ sequence }, at) => {
      if (sequence === undefined) return;
      if (deleted.has(`${at}`)) this.#witness.accepted(sequence);
      else this.#witness.uncertain(sequence);
    });
  }

  /** Undefined where the broker was away, which the gateway says by 503 or by a connection that ends. */
  async #call(action: string, input: object): Promise<Record<string, unknown> | undefined> {
    try {
      const { status, text } = await askHttp(this.#url, {
        method: 'POST',
        headers: {
          'content-type': 'application/x-amz-json-1.0',
          'x-amz-target': `AmazonSQS.${action}`,
        },
        body: JSON.stringify(input),
        agent: this.#agent,
      });
      if (status === 200) return JSON.parse(text) as Record<string, unknown>;
      if (status < 500) this.#refused(action, `${status} ${text}`);
    } catch (error) {
      this.#refused(action, String(error));
    }
    return undefined;
  }

  /** This gateway is never killed: it always answers. */
  #refused(action: string, text: string): void {
    if (!this.#isClosing) this.#context.findings.add('refused', `${action}: ${text}`);
  }
}

function idsOf(entries: unknown): string[] {
  return ((entries ?? []) as Entry[]).map(({ Id }) => Id);
}
