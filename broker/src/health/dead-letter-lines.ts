// A line of the log where messages go to a dead-letter topic: at once, and then one in a while for all of a topic. It names
// the topic, their number and some of their ids, and never what they hold.

import { LineSums, type Log } from '@millrace/options';
import { batchHeader, messageId } from '@millrace/protocol';
import type { MovedBatch } from '../shard/moved-batches.ts';

/** Ids that a line tells; the others are only counted. */
const IDS_MAX = 16;

export class DeadLetterLines {
  readonly #topicName: (topicId: number) => string | undefined;
  readonly #sums: LineSums<{ readonly topic: string; readonly messageIds: readonly string[] }>;

  constructor(log: Log, topicName: (topicId: number) => string | undefined) {
    this.#topicName = topicName;
    this.#sums = new LineSums(
      (what, count) =>
        log.info(
          { event: 'dead_lettered', ...what, count },
          'Messages went to a dead-letter topic.',
        ),
      ({ topic, messageIds }, more) => ({
        topic,
        messageIds: [...messageIds, ...more.messageIds].slice(0, IDS_MAX),
      }),
    );
  }

  /** Told of batches that are on the disk. */
  moved({ by, topicId, partition, batch }: MovedBatch): void {
    if (by !== 'death') return;
    const { baseOffset, lastOffsetDelta } = batchHeader(batch);
    const count = lastOffsetDelta + 1;
    const messageIds = Array.from({ length: Math.min(count, IDS_MAX) }, (_, at) =>
      messageId(topicId, partition, baseOffset + at),
    );
    const topic = this.#topicName(topicId) ?? String(topicId);
    this.#sums.add(topic, { topic, messageIds }, count);
  }

  /** Says what is summed up and not said. */
  close(): void {
    this.#sums.close();
  }
}
