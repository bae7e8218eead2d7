// Two ways to publish many messages: each acknowledged, the acknowledgements counted; or as an atomic batch.

import type { JetStreamClient } from '@nats-io/jetstream';
import { createInbox, type NatsConnection, type Subscription } from '@nats-io/transport-node';
import type { Sender } from '../peer.ts';

const COMMIT_MS_MAX = 30_000;
/** An acknowledgement that is none says `error` before anything else. */
const REFUSAL = Buffer.from('{"error"');

/** Counts acknowledgements of a batch on a subject of its own: `publish` of the client costs ten times as much. */
export class PipelinedSender implements Sender {
  readonly batch = 500;
  readonly inFlight = 8;
  readonly #connection: NatsConnection;
  readonly #client: JetStreamClient;
  readonly #subject: string;
  readonly #inbox = createInbox();
  readonly #subscription: Subscription;
  readonly #waiting = new Map<string, Waiting>();
  #next = 0;

  constructor(connection: NatsConnection, client: JetStreamClient, subject: string) {
    this.#connection = connection;
    this.#client = client;
    this.#subject = subject;
    this.#subscription = connection.subscribe(`${this.#inbox}.>`, {
      callback: (error, message) => {
        const waiting = this.#waiting.get(message.subject);
        if (waiting === undefined) return;
        if (error !== null) waiting.reject(error);
        else if (REFUSAL.compare(message.data, 0, REFUSAL.length) === 0) {
          waiting.reject(new Error(message.string()));
        } else {
          waiting.left -= 1;
          if (waiting.left > 0) return;
          waiting.resolve();
        }
        this.#waiting.delete(message.subject);
      },
    });
  }

  send(values: readonly Uint8Array[]): Promise<void> {
    this.#next += 1;
    const reply = `${this.#inbox}.${this.#next}`;
    return new Promise((resolve, reject) => {
      this.#waiting.set(reply, { left: values.length, resolve, reject });
      for (const value of values) this.#connection.publish(this.#subject, value, { reply });
    });
  }

  async sendOne(value: Uint8Array): Promise<void> {
    await this.#client.publish(this.#subject, value);
  }

  async close(): Promise<void> {
    this.#subscription.unsubscribe();
  }
}

interface Waiting {
  left: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** More of them side by side are not faster: they are written one after the other. */
export class AtomicSender implements Sender {
  readonly batch = 1_000;
  readonly inFlight = 2;
  readonly #client: JetStreamClient;
  readonly #subject: string;

  constructor(client: JetStreamClient, subject: string) {
    this.#client = client;
    this.#subject = subject;
  }

  async send(values: readonly Uint8Array[]): Promise<void> {
    const first = values[0];
    const last = values.at(-1);
    if (first === undefined || last === undefined) return;
    if (values.length === 1) return this.sendOne(first);
    const batch = await this.#client.startBatch(this.#subject, first);
    for (const value of values.slice(1, -1)) batch.add(this.#subject, value);
    await batch.commit(this.#subject, last, { timeout: COMMIT_MS_MAX });
  }

  async sendOne(value: Uint8Array): Promise<void> {
    await this.#client.publish(this.#subject, value);
  }

  async close(): Promise<void> {}
}
