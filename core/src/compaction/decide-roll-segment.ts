// Closes the last segment of a compacted topic when its time is over and nobody appends: compaction leaves the last segment
// alone, and a table that is at rest should be compacted too. [G-45]

import { isCompacted } from '../catalog/compacted.ts';
import { accept, type Context, type Decision, type View } from '../decision.ts';
import { missingPartition } from '../log/missing-partition.ts';
import { placeholder } from '../log/placeholder.ts';
import type { ShardState } from '../shard-state.ts';
import type { CompactionPlace } from './compaction-due.ts';

/** Writes nothing where there is nothing to close. */
export function decideRollSegment(
  state: ShardState,
  _view: View,
  { topicId, partition }: CompactionPlace,
  { nowMs }: Context,
): Decision<{ readonly isRolled: boolean }> {
  const refusal = missingPartition(state.catalog, topicId, partition);
  if (refusal !== undefined) return refusal;
  const config = state.catalog.topics.get(topicId)?.config;
  const log = state.logs.at(topicId, partition);
  const last = log.segments.at(-1);
  const isDue =
    config !== undefined &&
    isCompacted(config) &&
    last !== undefined &&
    last.bytes > 0 &&
    last.nextOffset <= log.durableEnd &&
    nowMs - last.firstAppendMs >= config.segmentMs;
  return accept({ isRolled: isDue }, isDue ? [placeholder(log, topicId, partition)] : []);
}
