// Which topic holds the dead letters that a path means, and the queue in which they are resolved, if there is one yet.

import { type Client, MillraceError } from '@millrace/client';
import { type QueuePlaces, topicOf } from '../queues/queue-places.ts';

export interface LetterPlace {
  readonly topic: string;
  /** Null: nobody has decided about any of them. */
  readonly queue: string | null;
}

/** Topics whose letters are counted at the same time. */
const ASKED_AT_A_TIME = 16;
const HIDDEN: ReadonlySet<string> = new Set(['NOT_AUTHORIZED', 'UNKNOWN_TOPIC', 'UNKNOWN_GROUP']);

/** The path names the queue, or the dead-letter topic where it has no queue of its name. Throws UNKNOWN_TOPIC. */
export async function letterPlaceOf(
  places: QueuePlaces,
  name: string,
  wanted: string | undefined,
): Promise<LetterPlace> {
  try {
    return { topic: topicOf(await places.find(name), wanted).topic, queue: name };
  } catch (error) {
    const isNoQueue = error instanceof MillraceError && error.code === 'UNKNOWN_GROUP';
    if (isNoQueue && wanted === undefined) return { topic: name, queue: null };
    throw error;
  }
}

export interface LetterTopic extends LetterPlace {
  /** Letters that nobody has resolved. */
  readonly letters: number;
  readonly oldestAtMs: number | null;
  readonly sources: { queue: string; topic: string }[];
}

/** Every topic that takes dead letters and may be described, by name. */
export async function letterTopics(client: Client): Promise<LetterTopic[]> {
  const groups = await client.admin.listShareGroups();
  const sources = new Map<string, { queue: string; topic: string }[]>();
  const takersOf = new Map<string, string[]>();
  for (const { group, topics } of groups) {
    for (const { topic, deadLetterTopic } of topics) {
      const takers = takersOf.get(topic);
      if (takers === undefined) takersOf.set(topic, [group]);
      else takers.push(group);
      if (deadLetterTopic === null) continue;
      const known = sources.get(deadLetterTopic);
      if (known === undefined) sources.set(deadLetterTopic, [{ queue: group, topic }]);
      else known.push({ queue: group, topic });
    }
  }
  const names = [...sources.keys()].toSorted();
  const found: LetterTopic[] = [];
  for (let at = 0; at < names.length; at += ASKED_AT_A_TIME) {
    const slice = names.slice(at, at + ASKED_AT_A_TIME).map(async (topic) => {
      const takers = takersOf.get(topic) ?? [];
      const queue = takers.find((group) => group === topic) ?? takers[0] ?? null;
      const counted = await countVisible(client, { topic, queue });
      return counted && { topic, queue, ...counted, sources: sources.get(topic) ?? [] };
    });
    found.push(...(await Promise.all(slice)).filter((one) => one !== undefined));
  }
  return found;
}

/** Undefined: whoever asks may not know of it, or it has gone meanwhile. */
async function countVisible(client: Client, place: LetterPlace) {
  try {
    return await countLetters(client, place);
  } catch (error) {
    if (error instanceof MillraceError && HIDDEN.has(error.code)) return undefined;
    throw error;
  }
}

/** Exact, as the queue counts; without one all that the log holds. */
export async function countLetters(
  client: Client,
  { topic, queue }: LetterPlace,
): Promise<{ readonly letters: number; readonly oldestAtMs: number | null }> {
  if (queue === null) {
    const { partitions } = await client.admin.describeTopic(topic);
    const letters = partitions.reduce((sum, one) => sum + one.endOffset - one.startOffset, 0);
    return { letters, oldestAtMs: null };
  }
  const { partitions } = await client.admin.counters(queue);
  const own = partitions.filter((counted) => counted.topic === topic);
  const letters = own.reduce((sum, counted) => {
    const { fresh, ready, scheduled, leased, parked, blocked } = counted;
    return sum + fresh + ready + scheduled + leased + parked + blocked;
  }, 0);
  const times = own.map((counted) => counted.oldestUnresolvedMs).filter((at) => at !== null);
  const oldestAtMs = times.length === 0 ? null : times.reduce((a, b) => Math.min(a, b));
  return { letters, oldestAtMs };
}
