// Workers that share their slots by weight among topics of one group. A slot looks into its own topic first and into the
// others by priority: no topic starves while it has messages, and no slot is idle while any topic has some.
import type { Client, LeasedMessage, Worker } from '@millrace/client';

// #region weighted
export interface WeightedTopic {
  readonly topic: string;
  /** Slots that look here first: its share of the work while every topic has messages. */
  readonly slots: number;
}

/** `topics` from the most to the least urgent; the group has all of them. */
export function weightedWorkers<V>(
  client: Client,
  group: string,
  topics: readonly WeightedTopic[],
  handler: (message: LeasedMessage<V>) => Promise<void>,
): Worker<V>[] {
  return topics.map(({ topic, slots }) => {
    const others = topics.map((one) => one.topic).filter((name) => name !== topic);
    return client.worker<V>({
      group,
      topics: [topic, ...others],
      concurrency: slots,
      // Nothing is leased ahead: what a slot takes next is decided when it is free.
      prefetch: 0,
      handler,
    });
  });
}
// #endregion
