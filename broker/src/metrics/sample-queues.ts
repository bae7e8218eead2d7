// Queues as a scrape tells of them: depth by state, what came and went since the process began, the age of the oldest
// message. Taken from memory; batches are read for ages alone, and few of them. Counts that Counters shows exactly may be
// ahead here by what is not durable yet, or still hold what retention has just removed.

import {
  countNow,
  firstUnresolved,
  type Group,
  type MessageCounts,
  NO_MESSAGES,
  openMessages,
  type ShardState,
  type View,
} from '@millrace/core';
import { Largest, type Measured, OTHERS } from './largest.ts';
import { OldestTimes } from './oldest-times.ts';
import type { ShardMetrics } from './shard-metrics.ts';
import { SinceStart, type TopicCounts } from './since-start.ts';

export type QueueCounter = 'sent' | 'received' | 'deleted' | 'deadLettered';

export interface QueueSample {
  readonly name: string;
  readonly messages: MessageCounts;
  readonly counters: Readonly<Record<QueueCounter, number>>;
  /** ms; 0 where nothing is unresolved. */
  readonly oldestAgeMs: number;
}

interface Measurement extends QueueSample, Measured {
  readonly counters: Readonly<Record<QueueCounter, number>>;
}

/** Queues that a scrape names; the rest come as one. */
export const QUEUES_NAMED_MAX = 200;
/** Rows of messages resolved out of order that are passed over in a partition: further ones may count as the oldest. */
const RESOLVED_MAX = 1_000;

const NO_COUNTERS = { sent: 0, received: 0, deleted: 0, deadLettered: 0 };

export class QueueSampler {
  readonly #metrics: ShardMetrics;
  readonly #sinceStart = new SinceStart();
  readonly #largest = new Largest<Measurement>(QUEUES_NAMED_MAX);
  readonly #oldest = new OldestTimes();

  /** What the queues have when it is made is what they had when the process began. */
  constructor(metrics: ShardMetrics, state: ShardState) {
    this.#metrics = metrics;
    for (const { groupId } of shareGroupsOf(state)) {
      this.#sinceStart.begin(groupId, lookAt(state, groupId).topics);
    }
  }

  sample(state: ShardState, view: View, nowMs: number): readonly QueueSample[] {
    this.#oldest.begin();
    const groups = shareGroupsOf(state);
    const groupIds = new Set(groups.map(({ groupId }) => groupId));
    this.#sinceStart.keepOnly(groupIds);
    this.#metrics.keepOnly(groupIds);
    const looks = groups
      .map((group) => ({ group, ...lookAt(state, group.groupId) }))
      .toSorted((a, b) => openMessages(b.messages) - openMessages(a.messages));
    const measured = looks.map(({ group, messages, topics }): Measurement => {
      const { groupId: id, name } = group;
      const size = openMessages(messages);
      const counters = { ...this.#sinceStart.look(id, topics), ...this.#metrics.tallyOf(id) };
      const oldestAgeMs = size === 0 ? 0 : this.#oldestAgeMs(state, view, id, nowMs);
      return { id, name, size, messages, counters, oldestAgeMs };
    });
    const { named, others, othersCounters } = this.#largest.pick(measured);
    if (others.length === 0) return named;
    return [...named, together(others, { ...NO_COUNTERS, ...othersCounters })];
  }

  #oldestAgeMs(state: ShardState, view: View, groupId: number, nowMs: number): number {
    let oldestMs = nowMs;
    for (const { log, share, topicId, partition } of sharesOf(state, groupId)) {
      const key = { groupId, topicId, partition };
      const offset = firstUnresolved({ key, log, share }, view, RESOLVED_MAX);
      if (offset >= log.durableEnd) continue;
      oldestMs = Math.min(oldestMs, this.#oldest.at(view, key, log, offset) ?? nowMs);
    }
    return nowMs - oldestMs;
  }
}

function shareGroupsOf({ catalog }: ShardState): Group[] {
  return [...catalog.groups.values()].filter(({ kind }) => kind === 'share');
}

function* sharesOf({ catalog, logs, shares }: ShardState, groupId: number) {
  for (const topicId of catalog.attachments.get(groupId)?.keys() ?? []) {
    const partitions = catalog.topics.get(topicId)?.partitions ?? 0;
    for (let partition = 0; partition < partitions; partition += 1) {
      const log = logs.at(topicId, partition);
      yield { topicId, partition, log, share: shares.at(groupId, topicId, partition) };
    }
  }
}

function lookAt(state: ShardState, groupId: number) {
  let messages = NO_MESSAGES;
  const topics = new Map<number, TopicCounts>();
  for (const { log, share, topicId } of sharesOf(state, groupId)) {
    const counts = countNow(log, share);
    messages = sum(messages, counts);
    const before = topics.get(topicId) ?? { topicId, had: 0, acknowledged: 0 };
    const had = before.had + hadOf(counts);
    topics.set(topicId, { topicId, had, acknowledged: before.acknowledged + counts.acknowledged });
  }
  return { messages, topics: [...topics.values()] };
}

/** Whatever became of them. What was for another group was never this one's. */
function hadOf(counts: MessageCounts): number {
  const { acknowledged, dead, removed, purged } = counts;
  return openMessages(counts) + acknowledged + dead + removed + purged;
}

function sum(a: MessageCounts, b: MessageCounts): MessageCounts {
  return {
    fresh: a.fresh + b.fresh,
    ready: a.ready + b.ready,
    scheduled: a.scheduled + b.scheduled,
    leased: a.leased + b.leased,
    parked: a.parked + b.parked,
    blocked: a.blocked + b.blocked,
    acknowledged: a.acknowledged + b.acknowledged,
    dead: a.dead + b.dead,
    removed: a.removed + b.removed,
    purged: a.purged + b.purged,
    skipped: a.skipped + b.skipped,
  };
}

function together(others: readonly Measurement[], counters: QueueSample['counters']): QueueSample {
  const messages = others.reduce((all, one) => sum(all, one.messages), NO_MESSAGES);
  const oldestAgeMs = Math.max(...others.map((one) => one.oldestAgeMs));
  return { name: OTHERS, messages, counters, oldestAgeMs };
}
