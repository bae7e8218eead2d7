// The offsets that consumer groups go on from: committed, and told.

import { decideOffsetCommit, fetchOffsets } from '@millrace/core';
import type { RequestOf } from '@millrace/protocol';
import { topicRefusals } from '../access/topic-refusals.ts';
import type { Handler } from './handler.ts';
import { itemError } from './item-outcome.ts';
import type { Services } from './services.ts';

export function createOffsetHandlers({ shard }: Pick<Services, 'shard'>) {
  const commit = (command: RequestOf<'OffsetCommit'>) =>
    shard.submit((state, view, context) => decideOffsetCommit(state, view, command, context));

  /** What may not be committed is left out of the decision, and answered in its place. */
  const offsetCommit: Handler<'OffsetCommit'> = async (command, context) => {
    const refusals = topicRefusals(context, shard, 'OffsetCommit', 'read');
    if (refusals === undefined) return commit(command);
    const refused = command.offsets.map(({ topicId }) => refusals.of(topicId));
    const offsets = command.offsets.filter((_, at) => refused[at] === undefined);
    const results = [...(await commit({ ...command, offsets })).results];
    for (const [at, refusal] of refused.entries()) {
      if (refusal !== undefined) results.splice(at, 0, itemError(refusal));
    }
    return { results };
  };

  const offsetFetch: Handler<'OffsetFetch'> = (query) =>
    shard.submit((state, view) => fetchOffsets(state, view, query));

  return { OffsetCommit: offsetCommit, OffsetFetch: offsetFetch };
}
