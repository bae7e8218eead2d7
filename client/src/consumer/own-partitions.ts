// The partitions of a consumer without a group: those it was told, or all of its topics, also those that are added later.

import { MillraceError } from '@millrace/protocol';
import type { Logger } from '../logger.ts';
import type { Metadata } from '../metadata.ts';
import { pause } from '../wait.ts';
import { nameKey, type PartitionName } from './claims.ts';
import type { ConsumerSettings } from './options.ts';
import type { Reader } from './reader.ts';

export class OwnPartitions<V> {
  private readonly metadata: Metadata;
  private readonly settings: ConsumerSettings<V>;
  private readonly reader: Reader<V>;
  private readonly logger: Logger;

  constructor(
    metadata: Metadata,
    settings: ConsumerSettings<V>,
    reader: Reader<V>,
    logger: Logger,
  ) {
    this.metadata = metadata;
    this.settings = settings;
    this.reader = reader;
    this.logger = logger;
  }

  /** Reads them until the reader is closed; where that is impossible from the start the delivery hears of it. */
  async read(): Promise<void> {
    const { topics, partitions } = this.settings;
    try {
      const names = await Promise.all(topics.map((topic) => this.partitionsOf(topic)));
      await this.reader.start(this.reader.add(names.flat()));
    } catch (error) {
      this.reader.delivery.fail(error as MillraceError);
      return;
    }
    if (partitions === undefined) await this.pickUp();
  }

  /** As often as metadata grows old. Records of an added partition are all younger than this consumer. */
  private async pickUp(): Promise<void> {
    const { closed } = this.reader;
    for (;;) {
      await pause(this.metadata.maxAgeMs, closed);
      if (closed.aborted) return;
      try {
        const infos = this.settings.topics.map((topic) => this.metadata.refresh(topic));
        const names = (await Promise.all(infos)).flatMap(({ name: topic, topicId, partitions }) =>
          Array.from({ length: partitions }, (_, partition) => ({ topic, topicId, partition })),
        );
        const added = names.filter((name) => !this.reader.claims.has(nameKey(name)));
        if (added.length > 0) await this.reader.start(this.reader.add(added), 'earliest');
      } catch (error) {
        if (!closed.aborted) this.logger.warn?.('added partitions were not looked for', { error });
      }
    }
  }

  private async partitionsOf(topic: string): Promise<PartitionName[]> {
    const { topicId, partitions } = await this.metadata.get(topic);
    const all = Array.from({ length: partitions }, (_, partition) => partition);
    const wanted = this.settings.partitions ?? all;
    const missing = wanted.find((partition) => !all.includes(partition));
    if (missing !== undefined) {
      const text = `Topic '${topic}' has no partition ${missing}, it has ${partitions}.`;
      throw new MillraceError('UNKNOWN_PARTITION', text);
    }
    return wanted.map((partition) => ({ topic, topicId, partition }));
  }
}
