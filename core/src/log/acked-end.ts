// How far all groups are done with a partition: what lies before may go where a topic keeps only what somebody still
// needs. It asks memory, and the store for the first message that waits there; it changes nothing.

import type { View } from '../decision.ts';
import { isPending } from '../operations/decide-purge.ts';
import type { ShardState } from '../shard-state.ts';
import type { SharePartition } from '../share/share-partition.ts';
import { partitionKey } from './logs.ts';

interface AckedPlace {
  readonly topicId: number;
  readonly partition: number;
  /** Where the answer cannot matter any more, the search ends: nothing before this offset is there. */
  readonly startOffset: number;
}

/** No group needs what lies before; undefined where there is no group: then nobody is done with anything. [G-17] */
export function ackedEnd(
  state: ShardState,
  view: View,
  place: AckedPlace,
  nowMs: number,
): number | undefined {
  const { topicId, partition, startOffset } = place;
  let end = Number.POSITIVE_INFINITY;
  for (const groupId of state.catalog.shareGroupsOf.get(topicId) ?? []) {
    const share = state.shares.at(groupId, topicId, partition);
    end = Math.min(end, shareEnd(share, [groupId, topicId, partition], view, nowMs));
    if (end <= startOffset) return startOffset;
  }
  const key = partitionKey(topicId, partition);
  for (const groupId of state.consumers.groupsOf.get(topicId) ?? []) {
    end = Math.min(end, state.consumers.at(groupId).offsets.get(key)?.[0] ?? 0);
    if (end <= startOffset) return startOffset;
  }
  if (hasUncommitted(state, topicId)) return startOffset;
  return end === Number.POSITIVE_INFINITY ? undefined : end;
}

/** The first message that the group may still give to a member, or its cursor. */
function shareEnd(
  share: SharePartition,
  place: readonly [groupId: number, topicId: number, partition: number],
  view: View,
  nowMs: number,
): number {
  const { purge, purgedTo } = share;
  if (purge !== undefined && isPending(purge, nowMs)) return share.floor;
  const end = Math.min(share.cursor, share.runFrom(purgedTo)?.first ?? share.cursor);
  if (!share.hasWaiting) return end;
  const query = { prefix: place, from: [...place, purgedTo], limit: 1, keysOnly: true };
  for (const [[, , , first]] of view.range('waiting', query)) return Math.min(end, first);
  return end;
}

/** A consumer group has members that read the topic and have committed nothing of it yet. */
function hasUncommitted({ catalog, consumers }: ShardState, topicId: number): boolean {
  const committed = consumers.groupsOf.get(topicId);
  for (const group of catalog.groups.values()) {
    if (group.kind !== 'consumer' || committed?.has(group.groupId) === true) continue;
    if (group.topics.some(([, subscribed]) => subscribed === topicId)) return true;
  }
  return false;
}
