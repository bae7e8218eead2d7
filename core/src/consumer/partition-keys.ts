// A member's partitions as memory holds them (partition key -> the epoch since which it holds it) and as rows and
// replies hold them. Nothing here knows members or groups.

import { assert } from '../assert.ts';
import { partitionKey } from '../log/logs.ts';
import type { HeldPartitions, TargetPartitions } from '../rows.ts';

/** Partition key -> the group epoch in which the member was given the partition. */
export type Held = ReadonlyMap<number, number>;

export type KeySet = ReadonlySet<number>;

export const NONE_HELD: Held = new Map();

export function topicOfKey(key: number): number {
  return Math.floor(key / 1024);
}

export function partitionOfKey(key: number): number {
  return key % 1024;
}

export function heldFromRow(rows: readonly HeldPartitions[]): Held {
  const held = new Map<number, number>();
  for (const [topicId, sinceEpoch, partitions] of rows) {
    for (const partition of partitions) {
      const key = partitionKey(topicId, partition);
      assert(!held.has(key), 'a partition is held once');
      held.set(key, sinceEpoch);
    }
  }
  return held;
}

/** In the order of topic, epoch and partition: equal holdings give equal rows. */
export function heldToRow(held: Held): readonly HeldPartitions[] {
  const rows: [number, number, number[]][] = [];
  const sorted = [...held].toSorted(
    ([keyA, sinceA], [keyB, sinceB]) =>
      topicOfKey(keyA) - topicOfKey(keyB) || sinceA - sinceB || keyA - keyB,
  );
  for (const [key, since] of sorted) {
    const last = rows.at(-1);
    const topicId = topicOfKey(key);
    if (last !== undefined && last[0] === topicId && last[1] === since) {
      last[2].push(partitionOfKey(key));
    } else {
      rows.push([topicId, since, [partitionOfKey(key)]]);
    }
  }
  return rows;
}

export function targetFromRow(rows: readonly TargetPartitions[]): KeySet {
  const keys = new Set<number>();
  for (const [topicId, partitions] of rows) {
    for (const partition of partitions) keys.add(partitionKey(topicId, partition));
  }
  return keys;
}

export function targetToRow(keys: KeySet): readonly TargetPartitions[] {
  return [...byTopic(keys)];
}

/** Topic -> its partitions, both in order. */
export function byTopic(keys: Iterable<number>): Map<number, number[]> {
  const topics = new Map<number, number[]>();
  for (const key of [...keys].toSorted((a, b) => a - b)) {
    const topicId = topicOfKey(key);
    const partitions = topics.get(topicId);
    if (partitions === undefined) topics.set(topicId, [partitionOfKey(key)]);
    else partitions.push(partitionOfKey(key));
  }
  return topics;
}

interface TopicPartitions {
  readonly topicId: number;
  readonly partitions: readonly number[];
}

export function keysOf(topics: readonly TopicPartitions[]): KeySet {
  const keys = new Set<number>();
  for (const { topicId, partitions } of topics) {
    for (const partition of partitions) keys.add(partitionKey(topicId, partition));
  }
  return keys;
}
