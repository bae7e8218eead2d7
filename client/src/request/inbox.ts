// Where replies come in: one partition of the reply topic, read from its present end on.

import type { MillraceError } from '@millrace/protocol';
import { listOffsets } from '../admin/offsets.ts';
import type { Codec } from '../codecs.ts';
import { type ConsumerSettings, consumerSettings } from '../consumer/options.ts';
import type { Metadata, TopicInfo } from '../metadata.ts';
import type { Link } from '../net/link.ts';

/** Nobody reads a reply later than its requester waits. */
const RETENTION_MS = 3_600_000;

export interface Inbox {
  readonly partition: number;
  consumerSettings<A>(codec: Codec<A>): ConsumerSettings<A>;
}

/** Creates the topic where it is missing. Any partition will do: the request names it. */
export async function openInbox(link: Link, metadata: Metadata, topic: string): Promise<Inbox> {
  const { partitions } = await topicOf(link, metadata, topic);
  const partition = Math.floor(Math.random() * partitions);
  const [end] = await listOffsets(link, metadata, [{ topic, partition, at: 'latest' }]);
  const from = { offset: end?.offset ?? 0 };
  return {
    partition,
    consumerSettings: (codec) => {
      const where = { topics: topic, partitions: [partition], from };
      return consumerSettings({ ...where, onOutOfRange: 'latest' }, { codec });
    },
  };
}

async function topicOf(link: Link, metadata: Metadata, topic: string): Promise<TopicInfo> {
  try {
    // Not what is known: the topic may be another one since, and nobody would ask for it anew.
    return await metadata.refresh(topic);
  } catch (error) {
    if ((error as MillraceError).code !== 'UNKNOWN_TOPIC') throw error;
  }
  try {
    await link.request('CreateTopic', { name: topic, config: { retentionMs: RETENTION_MS } });
  } catch (error) {
    // Somebody else was quicker, or the reply was lost: then it is there now, or refresh says that it is not.
    const { code } = error as MillraceError;
    if (code !== 'TOPIC_EXISTS' && code !== 'OUTCOME_UNKNOWN') throw error;
  }
  return metadata.refresh(topic);
}
