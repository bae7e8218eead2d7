// Peek: messages of a partition, and a share group's view of each of them: its state, and why. It changes nothing.

import { LIMITS, type RequestOf, type ResponseOf } from '@millrace/protocol';
import { accept, type Decision, refuse, type View } from '../decision.ts';
import { readBatches } from '../log/read-batches.ts';
import type { ShardState } from '../shard-state.ts';
import { ShareRuns } from './share-runs.ts';
import { findShare, findShareGroup, type ShareScope } from './share-scope.ts';
import { deadRanges, plainRange, runRange, type StateRange } from './state-ranges.ts';

/** Refused where a name is unknown, or with OFFSET_OUT_OF_RANGE. [L-34] */
export function peek(
  state: ShardState,
  view: View,
  request: RequestOf<'Peek'>,
): Decision<Omit<ResponseOf<'Peek'>, 'throttleMs'>> {
  const { topic: name, partition, fromOffset: offset, maxMessages, maxBytes } = request;
  const topic = state.catalog.topicByName(name);
  if (topic === undefined) return refuse('UNKNOWN_TOPIC', `No topic is named ${name}.`);
  const { topicId } = topic;
  const untilOffset = offset + maxMessages;
  const bounds = { bytesMax: maxBytes, batchesMax: LIMITS.receiveBatchesMax };
  const read = { topicId, partition, offset, untilOffset, ...bounds };
  const found = readBatches(state, view, read);
  if (found.error !== undefined) return found;
  const { startOffset, durableEnd: endOffset, batches } = found;
  const reply = { topicId, startOffset, endOffset, ranges: [], batches: [...batches] };
  if (request.group === null) return accept(reply);
  const group = findShareGroup(state, request.group);
  if ('error' in group) return group;
  const { groupId } = group;
  const scope = findShare(state, { groupId, topicId, partition });
  if (scope.error !== undefined) return scope;
  return accept({ ...reply, ranges: stateRanges(scope, view, offset, maxMessages) });
}

/**
 * States of at most `maxMessages` offsets, in offset order. Offsets below the log's start or the group's are left
 * out, and so are those below a purge; all others are in one range.
 */
function stateRanges(
  scope: ShareScope,
  view: View,
  fromOffset: number,
  maxMessages: number,
): StateRange[] {
  const { log, share, low } = scope;
  const from = Math.max(fromOffset, low, share.floor);
  const end = Math.min(fromOffset + maxMessages, log.durableEnd);
  const known = [...runsIn(scope, view, from, end), ...deadRanges(view, scope.key, from, end)];
  const ranges: StateRange[] = [];
  let next = from;
  for (const range of known.toSorted((a, b) => a.firstOffset - b.firstOffset)) {
    fill(ranges, next, range.firstOffset, share.cursor);
    ranges.push(range);
    next = range.lastOffset + 1;
  }
  fill(ranges, next, end, share.cursor);
  return ranges;
}

/** What is in no run and not dead: acknowledged below the cursor, fresh from it on. */
function fill(ranges: StateRange[], from: number, end: number, cursor: number): void {
  const middle = Math.min(Math.max(cursor, from), end);
  if (from < middle) ranges.push(plainRange(from, middle - 1, 'acknowledged'));
  if (middle < end) ranges.push(plainRange(middle, end - 1, 'fresh'));
}

function* runsIn(scope: ShareScope, view: View, from: number, end: number): Generator<StateRange> {
  for (const run of new ShareRuns(scope.share, view).runsFrom(from)) {
    if (run.first >= end) return;
    yield runRange(scope, view, run, Math.max(run.first, from), Math.min(run.last, end - 1));
  }
}
