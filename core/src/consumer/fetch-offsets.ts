// OffsetFetch: reads committed offsets [C-24]. A group that does not exist has none.

import type { RequestOf, ResponseOf } from '@millrace/protocol';
import { accept, type Decision, type View } from '../decision.ts';
import { partitionKey } from '../log/logs.ts';
import type { ShardState } from '../shard-state.ts';
import { findConsumerGroup } from './find-consumer-group.ts';
import { partitionOfKey, topicOfKey } from './partition-keys.ts';

export function fetchOffsets(
  { catalog, consumers }: ShardState,
  _view: View,
  { group: name, partitions }: RequestOf<'OffsetFetch'>,
): Decision<ResponseOf<'OffsetFetch'>> {
  const entry = findConsumerGroup(catalog, name);
  if (entry?.error !== undefined) return entry;
  const committed = consumers.at(entry?.groupId ?? 0).offsets;
  const asked = partitions ?? allOf(committed.keys());
  const offsets = asked.map(({ topicId, partition }) => {
    const [offset, metadata] = committed.get(partitionKey(topicId, partition)) ?? [-1, null];
    return { topicId, partition, offset, metadata };
  });
  return accept({ offsets });
}

function allOf(keys: Iterable<number>): { topicId: number; partition: number }[] {
  return [...keys]
    .toSorted((a, b) => a - b)
    .map((key) => ({ topicId: topicOfKey(key), partition: partitionOfKey(key) }));
}
