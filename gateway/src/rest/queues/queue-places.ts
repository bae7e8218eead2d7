// Which share group and topics the path of a queue means. What it knows is at most a second old, so that gateways beside
// each other agree.

import type { Client, ShareGroupDescription } from '@millrace/client';
import { MillraceError } from '@millrace/protocol';
import type { Session } from '../../services.ts';

const AGE_MS_MAX = 1_000;
const KEPT_MAX = 10_000;

/** The share group that the path names. */
export type QueuePlace = ShareGroupDescription;
type QueueTopic = QueuePlace['topics'][number];

interface Known {
  readonly place: Promise<QueuePlace>;
  readonly until: number;
}

/** Each session has its own: what one user may know, another may not. */
export type PlacesOf = (session: Session) => QueuePlaces;

export class QueuePlaces {
  private readonly client: Client;
  private readonly known = new Map<string, Known>();

  constructor(client: Client) {
    this.client = client;
  }

  /** Throws UNKNOWN_GROUP, GROUP_KIND_MISMATCH. */
  find(queue: string): Promise<QueuePlace> {
    const now = performance.now();
    const known = this.known.get(queue);
    if (known !== undefined && now < known.until) return known.place;
    if (this.known.size >= KEPT_MAX) this.known.clear();
    const place = this.client.admin.describeShareGroup(queue);
    this.known.set(queue, { place, until: now + AGE_MS_MAX });
    // What failed is asked for again at once.
    place.catch(() => this.forget(queue));
    return place;
  }

  /** Look again at the next find. */
  forget(queue: string): void {
    this.known.delete(queue);
  }
}

/** The topic that is meant: the one asked for, that of the queue's name, or the only one. Throws TOPIC_NOT_IN_GROUP, INVALID_REQUEST. */
export function topicOf(
  { group: queue, topics }: QueuePlace,
  wanted: string | undefined,
): QueueTopic {
  const found = topics.find(({ topic }) => topic === (wanted ?? queue));
  if (found !== undefined) return found;
  if (wanted !== undefined) {
    const text = `Queue '${queue}' does not take messages from topic '${wanted}'.`;
    throw new MillraceError('TOPIC_NOT_IN_GROUP', text, { field: 'topic' });
  }
  const [only] = topics;
  if (only !== undefined && topics.length === 1) return only;
  const names = topics.map(({ topic }) => topic).join(', ');
  const text = `Queue '${queue}' takes messages from several topics: name one of ${names}.`;
  throw new MillraceError('INVALID_REQUEST', text, { field: 'topic' });
}
