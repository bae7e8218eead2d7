// The broker tells a log how far it is on the disk. Not a row: after a restart all that was stored is durable.

import { assert } from '../assert.ts';
import type { ShardState } from '../shard-state.ts';

/** The log's end, and what was appended to it, when the commit was staged. */
export interface StagedEnd {
  readonly nextOffset: number;
  readonly stagedBytes: number;
}

/** A topic deleted since is passed over. */
export function markDurable(
  state: ShardState,
  topicId: number,
  partition: number,
  { nextOffset, stagedBytes }: StagedEnd,
): void {
  if (!state.catalog.topics.has(topicId)) return;
  const log = state.logs.at(topicId, partition);
  assert(nextOffset <= log.nextOffset, 'only what was appended becomes durable');
  if (nextOffset > log.durableEnd) log.durableEnd = nextOffset;
  if (stagedBytes > log.durableBytes) log.durableBytes = stagedBytes;
}
