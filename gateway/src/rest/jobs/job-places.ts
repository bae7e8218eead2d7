// Which queue a job belongs to, by its id alone: the id names the topic, and the topic's queues are asked for it. Every
// gateway finds the same.

import type { Client } from '@millrace/client';
import { MillraceError, parseMessageId } from '@millrace/protocol';
import { type Details, findMessage } from '../queues/queued-shape.ts';

export type FoundJob = Details & { readonly queue: string };

export class JobPlaces {
  private readonly client: Client;
  /** Names of topics never change, and their ids are not used again. */
  private names = new Map<number, string>();
  private asking: Promise<void> | undefined;
  private waiting: Promise<void> | undefined;

  constructor(client: Client) {
    this.client = client;
  }

  /** Throws INVALID_REQUEST where the id is none, UNKNOWN_TOPIC, UNKNOWN_GROUP, TOPIC_NOT_IN_GROUP, OFFSET_OUT_OF_RANGE. */
  async find(id: string, queue: string | undefined): Promise<FoundJob> {
    const { topicId } = parseMessageId(id);
    if (queue !== undefined) return this.ask(queue, id);
    const topic = await this.nameOf(topicId);
    try {
      return await this.ask(topic, id);
    } catch (error) {
      if (!isElsewhere(error)) throw error;
    }
    return this.ask(await this.onlyQueueOf(topicId, topic), id);
  }

  private async ask(queue: string, id: string): Promise<FoundJob> {
    return { ...(await findMessage(this.client, queue, id)), queue };
  }

  private async nameOf(topicId: number): Promise<string> {
    const known = this.names.get(topicId);
    if (known !== undefined) return known;
    await this.refreshed();
    const name = this.names.get(topicId);
    if (name !== undefined) return name;
    throw new MillraceError('UNKNOWN_TOPIC', 'No topic has the id that this job id names.');
  }

  /** A look that began after the question: at most one is on its way and one waits for it, whoever asks. */
  private refreshed(): Promise<void> {
    this.waiting ??= (this.asking ?? Promise.resolve())
      .catch(() => {})
      .then(() => {
        this.asking = this.waiting;
        this.waiting = undefined;
        return this.refresh();
      });
    return this.waiting;
  }

  private async refresh(): Promise<void> {
    const topics = await this.client.admin.listTopics();
    this.names = new Map(topics.map(({ topicId, name }) => [topicId, name]));
  }

  private async onlyQueueOf(topicId: number, topic: string): Promise<string> {
    const groups = await this.client.admin.listShareGroups();
    const names = groups
      .filter(({ topics }) => topics.some((one) => one.topicId === topicId))
      .map(({ group }) => group);
    const [name] = names;
    if (name === undefined) {
      throw new MillraceError('UNKNOWN_GROUP', `No queue takes messages from topic '${topic}'.`);
    }
    if (names.length === 1) return name;
    const text = `Topic '${topic}' has several queues: name one of ${names.join(', ')}.`;
    throw new MillraceError('INVALID_REQUEST', text, { field: 'queue' });
  }
}

function isElsewhere(error: unknown): boolean {
  if (!(error instanceof MillraceError)) return false;
  const { code } = error;
  return (
    code === 'UNKNOWN_GROUP' || code === 'TOPIC_NOT_IN_GROUP' || code === 'GROUP_KIND_MISMATCH'
  );
}
