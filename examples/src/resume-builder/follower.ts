// Follows a topic from its beginning, in the order of the log. It commits nothing: after a restart it reads anew.

import type { Client, ConsumerMessage } from '@millrace/client';
import type { Part } from './part.ts';
import type { Topic } from './queues.ts';

interface Waiting {
  readonly offset: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

export class Follower<V> implements Part {
  readonly finished: Promise<void>;
  readonly #client: Client;
  readonly #topic: Topic<V>;
  readonly #closing = new AbortController();
  #waiting: Waiting[] = [];
  /** Of partition 0: the first offset that was not read yet. */
  #next = 0;

  constructor(client: Client, topic: Topic<V>, onMessage: (message: ConsumerMessage<V>) => void) {
    this.#client = client;
    this.#topic = topic;
    this.finished = this.#read(onMessage).finally(() => this.#end());
    // Whoever waits for `finished` hears of it; nobody has to.
    this.finished.catch(() => undefined);
  }

  // #region caught-up
  /** Resolves once everything is read that was in the topic when it was called. For topics with one partition. */
  async caughtUp(): Promise<void> {
    const { name: topic } = this.#topic;
    const [end] = await this.#client.admin.listOffsets([{ topic, partition: 0, at: 'latest' }]);
    const offset = end?.offset ?? 0;
    if (this.#next >= offset) return;
    await new Promise<void>((resolve, reject) => {
      if (this.#closing.signal.aborted) reject(new Error(`${topic} is no longer read`));
      else this.#waiting.push({ offset, resolve, reject });
    });
  }
  // #endregion

  async close(): Promise<void> {
    this.#closing.abort();
    await this.finished.catch(() => undefined);
  }

  async #read(onMessage: (message: ConsumerMessage<V>) => void): Promise<void> {
    const { name: topics, codec } = this.#topic;
    const { signal } = this.#closing;
    for await (const batch of this.#client.consumer({ topics, codec, signal }).batches()) {
      for (const message of batch.messages) onMessage(message);
      if (batch.partition === 0) this.#reached(batch.lastOffset + 1);
    }
  }

  #reached(next: number): void {
    this.#next = next;
    const ready = this.#waiting.filter(({ offset }) => offset <= next);
    this.#waiting = this.#waiting.filter(({ offset }) => offset > next);
    for (const { resolve } of ready) resolve();
  }

  #end(): void {
    this.#closing.abort();
    for (const { reject } of this.#waiting) reject(new Error(`${this.#topic.name} is closed`));
    this.#waiting = [];
  }
}
