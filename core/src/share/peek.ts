// Peek: messages of a partition, and a share group's view of each of them: its state, and why. It changes nothing.

import { LIMITS, type MessageState, type RequestOf, type ResponseOf } from '@millrace/protocol';
import { accept, type Decision, refuse, type View } from '../decision.ts';
import { readBatches } from '../log/read-batches.ts';
import type { DeadRow } from '../rows.ts';
import type { ShardState } from '../shard-state.ts';
import type { Run } from './run.ts';
import { ShareRuns } from './share-runs.ts';
import { findShare, findShareGroup, type ShareKey, type ShareScope } from './share-scope.ts';

export type StateRange = ResponseOf<'Peek'>['ranges'][number];

/** Refused where a name is unknown, or with OFFSET_OUT_OF_RANGE. [L-34] */
export function peek(
  state: ShardState,
  view: View,
  request: RequestOf<'Peek'>,
): Decision<ResponseOf<'Peek'>> {
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
  const known = [...runsIn(scope, view, from, end), ...deadIn(scope, view, from, end)];
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
  if (from < middle) ranges.push(plain(from, middle - 1, 'acknowledged'));
  if (middle < end) ranges.push(plain(middle, end - 1, 'fresh'));
}

function plain(firstOffset: number, lastOffset: number, state: MessageState): StateRange {
  return {
    firstOffset,
    lastOffset,
    state,
    deliveries: 0,
    token: null,
    memberId: null,
    untilMs: null,
    firstDeliveredAtMs: null,
    lastError: null,
    deadReason: null,
  };
}

function* runsIn(scope: ShareScope, view: View, from: number, end: number): Generator<StateRange> {
  for (const run of new ShareRuns(scope.share, view).runsFrom(from)) {
    if (run.first >= end) return;
    yield runRange(scope, view, run, Math.max(run.first, from), Math.min(run.last, end - 1));
  }
}

function runRange(
  { key }: ShareScope,
  view: View,
  run: Run,
  firstOffset: number,
  lastOffset: number,
): StateRange {
  const hasLease = run.leasedAtMs > 0;
  const at = [key.groupId, key.topicId, key.partition, run.first] as const;
  return {
    firstOffset,
    lastOffset,
    state: run.state,
    deliveries: run.deliveries,
    token: hasLease ? run.token : null,
    memberId: hasLease ? run.memberId : null,
    untilMs: run.untilMs === 0 ? null : run.untilMs,
    firstDeliveredAtMs: run.firstDeliveredAtMs === 0 ? null : run.firstDeliveredAtMs,
    lastError: run.firstFailedAtMs === 0 ? null : (view.get('lastErrors', at) ?? null),
    deadReason: null,
  };
}

function* deadIn(scope: ShareScope, view: View, from: number, end: number): Generator<StateRange> {
  const { groupId, topicId, partition } = scope.key;
  const prefix = [groupId, topicId, partition] as const;
  const reaching = { prefix, from: [...prefix, from], reverse: true, limit: 1 };
  for (const [[, , , first], row] of view.range('dead', reaching)) {
    if (first < from && row[0] >= from) yield deadRange(view, scope.key, first, row, from, end);
  }
  for (const [[, , , first], row] of view.range('dead', {
    prefix,
    from: [...prefix, from],
    to: [...prefix, end],
  })) {
    yield deadRange(view, scope.key, first, row, from, end);
  }
}

function deadRange(
  view: View,
  { groupId, topicId, partition }: ShareKey,
  first: number,
  [last, reason, deliveries]: DeadRow,
  from: number,
  end: number,
): StateRange {
  const range = plain(Math.max(first, from), Math.min(last, end - 1), 'dead');
  const lastError = view.get('lastErrors', [groupId, topicId, partition, first]) ?? null;
  return { ...range, deliveries, lastError, deadReason: reason };
}
