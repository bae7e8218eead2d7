// The broker tells a log how far it is on the disk. Not a row: after a restart all that was stored is durable.

import { assert } from '../assert.ts';
import type { ShardState } from '../shard-state.ts';

/** `nextOffset` is the log's end when the commit was staged. A topic deleted since is passed over. */
export function markDurable(
  state: ShardState,
  topicId: number,
  partition: number,
  nextOffset: number,
): void {
  if (!state.catalog.topics.has(topicId)) return;
  const log = state.logs.at(topicId, partition);
  assert(nextOffset <= log.nextOffset, 'only what was appended becomes durable');
  if (nextOffset > log.durableEnd) log.durableEnd = nextOffset;
}
