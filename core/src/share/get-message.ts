// GetMessage: one message by its id: its state in a group, its result, and the record if the log still holds it. It
// changes nothing.

import { type RequestOf, type ResponseOf, sliceBatch } from '@millrace/protocol';
import {
  accept,
  type Context,
  type Decision,
  type Refused,
  refuse,
  type View,
} from '../decision.ts';
import type { ShardState } from '../shard-state.ts';
import { BatchCursor, indexFrom, offsetOf, type StoredBatch } from './batch-cursor.ts';
import { ShareRuns } from './share-runs.ts';
import { findShare, findShareGroup, type ShareScope } from './share-scope.ts';
import { deadRanges, plainRange, runRange, type StateRange } from './state-ranges.ts';

type Reply = Omit<ResponseOf<'GetMessage'>, 'throttleMs'>;

/**
 * Refused where a name is unknown, or with OFFSET_OUT_OF_RANGE: there is no such message, or the group knows nothing
 * of it and the log holds it no longer. [L-57]
 */
export function getMessage(
  state: ShardState,
  view: View,
  { group: name, topicId, partition, offset }: RequestOf<'GetMessage'>,
  { nowMs }: Context,
): Decision<Reply> {
  const group = findShareGroup(state, name);
  if ('error' in group) return group;
  const { groupId } = group;
  const scope = findShare(state, { groupId, topicId, partition });
  if (scope.error !== undefined) return scope;
  if (offset >= scope.log.durableEnd) return outOfRange(offset);
  const batch = batchAt(scope, view, offset);
  const kept = view.get('results', [groupId, topicId, partition, offset]);
  const result = kept === undefined || kept[2] <= nowMs ? null : toldResult(kept);
  const found = stateOf(scope, view, offset);
  const isKnown = result !== null || found.state === 'dead';
  if (batch === undefined && !isKnown) return outOfRange(offset);
  const appendTimeMs = batch?.appendTimeMs ?? null;
  const batches = batch === undefined ? [] : [bytesAt(batch, offset)];
  return accept({ topic: scope.topic.name, state: found, result, appendTimeMs, batches });
}

function outOfRange(offset: number): Refused {
  const message = `There is no message at offset ${offset}, or no longer.`;
  return refuse('OFFSET_OUT_OF_RANGE', message, { field: 'offset' });
}

function toldResult([value, atMs, expiresAtMs]: readonly [Uint8Array, number, number]) {
  return { value, atMs, expiresAtMs };
}

/** The batch that holds the record. */
function batchAt({ key, log }: ShareScope, view: View, offset: number): StoredBatch | undefined {
  if (offset < log.startOffset) return undefined;
  const batch = new BatchCursor(view, key.topicId, key.partition, log.durableEnd).at(offset);
  if (batch === undefined || batch.baseOffset > offset) return undefined;
  const index = indexFrom(batch, offset);
  return index < batch.count && offsetOf(batch, index) === offset ? batch : undefined;
}

function bytesAt({ bytes, isSliceable, isIndexed }: StoredBatch, offset: number): Uint8Array {
  return isSliceable && isIndexed ? sliceBatch(bytes, offset, offset) : bytes;
}

/** What was resolved without being kept as dead counts as acknowledged. */
function stateOf(scope: ShareScope, view: View, offset: number): StateRange {
  const run = new ShareRuns(scope.share, view).runFrom(offset);
  if (run !== undefined && run.first <= offset) return runRange(scope, view, run, offset, offset);
  for (const range of deadRanges(view, scope.key, offset, offset + 1)) return range;
  const isFresh = offset >= Math.max(scope.share.cursor, scope.share.floor);
  return plainRange(offset, offset, isFresh ? 'fresh' : 'acknowledged');
}
