// Topics and consumer groups as a scrape tells of them, from memory alone.

import { groupLags, type ShardState } from '@millrace/core';
import { Largest, type Measured, OTHERS } from './largest.ts';

export interface TopicSample {
  readonly name: string;
  readonly counters: { readonly records: number; readonly bytes: number };
  readonly storedBytes: number;
}

export interface LagSample {
  readonly group: string;
  readonly topic: string;
  readonly lag: number;
}

export interface MembersSample {
  readonly group: string;
  readonly members: number;
}

interface MeasuredTopic extends TopicSample, Measured {
  readonly counters: { readonly records: number; readonly bytes: number };
}
type MeasuredLag = LagSample & Measured;

/** Topics and consumer groups that a scrape names, and pairs of a group and a topic. */
export const TOPICS_NAMED_MAX = 200;
export const GROUPS_NAMED_MAX = 200;
export const LAGS_NAMED_MAX = 500;
const NO_COUNTERS = {};

export class TopicSampler {
  readonly #topics = new Largest<MeasuredTopic>(TOPICS_NAMED_MAX);
  readonly #lags = new Largest<MeasuredLag>(LAGS_NAMED_MAX);
  readonly #groups = new Largest<Measured>(GROUPS_NAMED_MAX);

  /** The topics with most stored bytes by name. */
  topics(state: ShardState): readonly TopicSample[] {
    const { named, others, othersCounters } = this.#topics.pick(measureTopics(state));
    if (others.length === 0) return named;
    const { records = 0, bytes = 0 } = othersCounters;
    const storedBytes = others.reduce((sum, one) => sum + one.storedBytes, 0);
    return [...named, { name: OTHERS, counters: { records, bytes }, storedBytes }];
  }

  /** The pairs that are furthest behind by name. */
  lags(state: ShardState): readonly LagSample[] {
    const { named, others } = this.#lags.pick(measureLags(state));
    if (others.length === 0) return named;
    const lag = others.reduce((sum, { size }) => sum + size, 0);
    return [...named, { group: OTHERS, topic: OTHERS, lag }];
  }

  /** The groups with most members by name. */
  members({ catalog, consumers }: ShardState): readonly MembersSample[] {
    const measured: Measured[] = [];
    for (const { groupId: id, name, kind } of catalog.groups.values()) {
      if (kind !== 'consumer') continue;
      const size = consumers.at(id).members.size;
      measured.push({ id, name, size, counters: NO_COUNTERS });
    }
    const { named, others } = this.#groups.pick(measured);
    const told = named.map(({ name: group, size: members }) => ({ group, members }));
    if (others.length === 0) return told;
    const members = others.reduce((sum, { size }) => sum + size, 0);
    return [...told, { group: OTHERS, members }];
  }
}

function measureTopics({ catalog, logs }: ShardState): MeasuredTopic[] {
  return [...catalog.topics.values()].map(({ topicId: id, name, partitions }) => {
    let records = 0;
    let bytes = 0;
    let storedBytes = 0;
    for (let partition = 0; partition < partitions; partition += 1) {
      const log = logs.at(id, partition);
      records += log.durableEnd - log.loadedEnd;
      bytes += log.durableBytes;
      storedBytes += log.bytes;
    }
    return { id, name, size: storedBytes, counters: { records, bytes }, storedBytes };
  });
}

function measureLags(state: ShardState): MeasuredLag[] {
  const { catalog } = state;
  const measured: MeasuredLag[] = [];
  for (const { groupId, name: group, kind } of catalog.groups.values()) {
    if (kind !== 'consumer') continue;
    for (const [topicId, lag] of groupLags(state, groupId)) {
      const topic = catalog.topics.get(topicId)?.name ?? '';
      const id = `${groupId}/${topicId}`;
      measured.push({ id, name: id, size: lag, counters: NO_COUNTERS, group, topic, lag });
    }
  }
  return measured;
}
