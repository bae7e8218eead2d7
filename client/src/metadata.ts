// What the client knows of topics: ids and partitions by name. One request at a time, joined by all who ask meanwhile.

import { ERRORS, errorName, MillraceError, NO_ERROR } from '@millrace/protocol';
import type { Link } from './net/link.ts';
import { orAborted } from './wait.ts';

export interface TopicInfo {
  readonly name: string;
  readonly topicId: number;
  readonly partitions: number;
}

interface Entry {
  readonly info: TopicInfo;
  readonly learnedAt: number;
}

/** Topics that are remembered: topics come and go for as long as a client lives. */
const TOPICS_MAX = 100_000;

type Answers = ReadonlyMap<string, TopicInfo | MillraceError>;

export class Metadata {
  private readonly link: Pick<Link, 'request'>;
  readonly maxAgeMs: number;
  private readonly topicsMax: number;
  private readonly byName = new Map<string, Entry>();
  private readonly namesById = new Map<number, string>();
  private current: Promise<unknown> = Promise.resolve();
  /** The request after the current one, and whom it will ask for. */
  private next: { readonly names: Set<string>; readonly answers: Promise<Answers> } | undefined;

  constructor(link: Pick<Link, 'request'>, maxAgeMs: number, topicsMax = TOPICS_MAX) {
    this.link = link;
    this.maxAgeMs = maxAgeMs;
    this.topicsMax = topicsMax;
  }

  /** What is known now, without waiting; what has grown old is asked for again in the background. */
  cached(topic: string): TopicInfo | undefined {
    const entry = this.byName.get(topic);
    if (entry === undefined) return undefined;
    if (performance.now() - entry.learnedAt > this.maxAgeMs && this.next === undefined) {
      this.ask([topic]).catch(() => {});
    }
    return entry.info;
  }

  /** The topic, asking the broker if need be. Throws UNKNOWN_TOPIC. */
  async get(topic: string, options: { signal?: AbortSignal | undefined } = {}): Promise<TopicInfo> {
    return this.cached(topic) ?? (await this.refresh(topic, options));
  }

  /** Asks the broker, whatever is known. */
  async refresh(
    topic: string,
    options: { signal?: AbortSignal | undefined } = {},
  ): Promise<TopicInfo> {
    const answers = await orAborted(this.ask([topic]), options.signal);
    const answer = answers.get(topic) ?? new MillraceError('UNKNOWN_TOPIC');
    if (answer instanceof MillraceError) throw answer;
    return answer;
  }

  /** The topic was deleted. */
  forget(topic: string): void {
    this.byName.delete(topic);
  }

  /** What goes to these topics was refused: one is gone, or was made anew under its name. */
  forgetIds(topicIds: Iterable<number>): void {
    for (const topicId of topicIds) {
      const name = this.nameOf(topicId);
      if (name !== undefined) this.forget(name);
    }
  }

  /** The name of a topic seen before. */
  nameOf(topicId: number): string | undefined {
    return this.namesById.get(topicId);
  }

  private ask(topics: readonly string[]): Promise<Answers> {
    this.next ??= this.prepare();
    for (const topic of topics) this.next.names.add(topic);
    return this.next.answers;
  }

  private prepare(): NonNullable<Metadata['next']> {
    const names = new Set<string>();
    const answers = this.current.then(() => {
      this.next = undefined;
      return this.fetch([...names]);
    });
    this.current = answers.catch(() => {});
    return { names, answers };
  }

  private async fetch(names: readonly string[]): Promise<Answers> {
    const reply = await this.link.request('Metadata', { topics: names });
    const answers = new Map<string, TopicInfo | MillraceError>();
    for (const { errorCode, errorMessage, name, topicId, leaders } of reply.topics) {
      if (errorCode === NO_ERROR) {
        const info = { name, topicId, partitions: leaders.length };
        this.learn(info);
        answers.set(name, info);
      } else {
        this.byName.delete(name);
        answers.set(name, outcomeError(errorCode, errorMessage, `topic '${name}'`));
      }
    }
    return answers;
  }

  private learn(info: TopicInfo): void {
    this.putNewest(this.byName, info.name, { info, learnedAt: performance.now() });
    this.putNewest(this.namesById, info.topicId, info.name);
  }

  /** Of too many the oldest goes, which is asked for again when it is needed. */
  private putNewest<K, V>(map: Map<K, V>, key: K, value: V): void {
    map.delete(key);
    map.set(key, value);
    if (map.size <= this.topicsMax) return;
    const [oldest] = map.keys();
    map.delete(oldest as K);
  }
}

/** The error of an item inside a reply. Numbers of newer brokers become INTERNAL. */
export function outcomeError(code: number, message: string | null, about?: string): MillraceError {
  const name = errorName(code);
  const text =
    message ??
    (name === undefined
      ? `The broker answered with the unknown error ${code}.`
      : ERRORS[name].text);
  return new MillraceError(name ?? 'INTERNAL', about === undefined ? text : `${about}: ${text}`);
}

/** The one item of a reply to a request with one item. */
export function onlyOne<T>(items: readonly T[]): T {
  const [item] = items;
  if (item === undefined || items.length !== 1) {
    throw new MillraceError('INTERNAL', `The broker gave ${items.length} answers to one question.`);
  }
  return item;
}
