// What a receive would do on its way to the first message it can give, without one: delayed messages at the cursor
// become scheduled and expired ones go, although nobody receives. It gives nothing.

import { LIMITS, MillraceError } from '@millrace/protocol';
import { assert } from '../assert.ts';
import { attempt } from '../attempt.ts';
import { accept, type Context, type Decision, type View } from '../decision.ts';
import type { ShardState } from '../shard-state.ts';
import { BatchCursor } from './batch-cursor.ts';
import { DeadLetters } from './dead-letters.ts';
import { lanesOfFresh } from './lanes/fresh-lanes.ts';
import { RecordSources } from './record-source.ts';
import { ShareDraft } from './share-draft.ts';
import { findShare, type ShareKey } from './share-scope.ts';
import { isPlainFrom } from './sift.ts';
import { takeFresh } from './take-fresh.ts';

export interface SiftReply {
  /** Offsets that the cursor passed. */
  readonly passed: number;
  /** Messages copied to a dead-letter topic. */
  readonly deadLettered: number;
  readonly more: boolean;
}

/** Writes nothing where the message at the cursor can be given. [L-47] */
export function decideSift(
  state: ShardState,
  view: View,
  key: ShareKey,
  ctx: Context,
): Decision<SiftReply> {
  const scope = findShare(state, key);
  if (scope.error !== undefined) return scope;
  const { log, share } = scope;
  if (share.isRestoring || share.cursor < scope.low) {
    return accept({ passed: 0, deadLettered: 0, more: false });
  }
  const draft = new ShareDraft(scope.key, share, view);
  const letters = new DeadLetters(state, view, ctx, new RecordSources());
  const more = attempt(() =>
    takeFresh({
      ending: { scope, draft, letters, view, ctx },
      scan: { left: LIMITS.receiveScanMax },
      batches: new BatchCursor(view, key.topicId, key.partition, log.durableEnd),
      budget: undefined,
      lease: () => assert(false, 'nothing is given'),
      freshLanes: draft.lanes && lanesOfFresh(scope.key, draft.lanes, state.shares.laneCache),
    }),
  );
  // Whoever receives is told; here nobody asks. [L-130]
  if (more instanceof MillraceError) return accept({ passed: 0, deadLettered: 0, more: false });
  const copies = letters.finish();
  const reply = { passed: draft.cursor - share.cursor, deadLettered: letters.count, more };
  return accept(reply, [...draft.finish(), ...copies.writes], [...draft.wake(), ...copies.wake]);
}

/** Share partitions in which the message at the cursor may be one that is not to be given. */
export function* siftableShares({ catalog, logs, shares }: ShardState): Generator<ShareKey> {
  for (const topic of catalog.topics.values()) {
    const { topicId, partitions } = topic;
    const groupIds = catalog.shareGroupsOf.get(topicId);
    if (groupIds === undefined) continue;
    for (let partition = 0; partition < partitions; partition += 1) {
      const log = logs.at(topicId, partition);
      if (isPlainFrom({ log, topic }, log.startOffset)) continue;
      for (const groupId of groupIds) {
        const { cursor } = shares.at(groupId, topicId, partition);
        const isOpen = cursor < log.durableEnd && !isPlainFrom({ log, topic }, cursor);
        if (isOpen) yield { groupId, topicId, partition };
      }
    }
  }
}
