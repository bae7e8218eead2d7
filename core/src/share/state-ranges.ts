// How peek, lists and lookups tell of messages: ranges of offsets in one state, with what is known of them.

import type { MessageState, ResponseOf } from '@millrace/protocol';
import type { View } from '../decision.ts';
import type { DeadRow } from '../rows.ts';
import type { Run } from './run.ts';
import type { ShareKey, ShareScope } from './share-scope.ts';

export type StateRange = ResponseOf<'Peek'>['ranges'][number];

export function plainRange(
  firstOffset: number,
  lastOffset: number,
  state: MessageState,
): StateRange {
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

/** A part of a run. */
export function runRange(
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

/** Dead messages from `from` on and before `end`, and acknowledged ones that the cursor had not reached. */
export function* deadRanges(
  view: View,
  key: ShareKey,
  from: number,
  end: number,
): Generator<StateRange> {
  const { groupId, topicId, partition } = key;
  const prefix = [groupId, topicId, partition] as const;
  const reaching = { prefix, from: [...prefix, from], reverse: true, limit: 1 };
  for (const [[, , , first], row] of view.range('dead', reaching)) {
    if (first < from && row[0] >= from) yield deadRange(view, key, first, row, from, end);
  }
  for (const [[, , , first], row] of view.range('dead', {
    prefix,
    from: [...prefix, from],
    to: [...prefix, end],
  })) {
    yield deadRange(view, key, first, row, from, end);
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
  const part = [Math.max(first, from), Math.min(last, end - 1)] as const;
  if (reason === 'resolved') return plainRange(...part, 'acknowledged');
  const range = plainRange(...part, 'dead');
  const lastError = view.get('lastErrors', [groupId, topicId, partition, first]) ?? null;
  return { ...range, deliveries, lastError, deadReason: reason };
}
