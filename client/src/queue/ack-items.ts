// Statements to items of one Acknowledge request, joined where they can be, and outcomes back to the statements.

import { LIMITS, MillraceError, NO_ERROR, type ResponseOf } from '@millrace/protocol';
import { outcomeError } from '../metadata.ts';
import type { Ack, AckFailure, AckResult } from './ack.ts';

export interface AckItem {
  readonly first: Ack;
  readonly acks: Ack[];
  lastOffset: number;
}

type Outcome = ResponseOf<'Acknowledge'>['results'][number];

const NO_FAILURES: readonly AckFailure[] = [];

function order(a: Ack, b: Ack): number {
  return (
    a.lease.topicId - b.lease.topicId ||
    a.lease.partition - b.lease.partition ||
    a.firstOffset - b.firstOffset
  );
}

function continues(item: AckItem, next: Ack): boolean {
  const { first } = item;
  return (
    item.lastOffset + 1 === next.firstOffset &&
    first.kind === next.kind &&
    first.lease.token === next.lease.token &&
    first.lease.partition === next.lease.partition &&
    first.lease.topicId === next.lease.topicId &&
    first.delayMs === next.delayMs &&
    first.errorText === next.errorText &&
    first.result === undefined &&
    next.result === undefined
  );
}

/**
 * Contiguous offsets of one lease about which the same is said become one item. Where a group has its messages in order
 * by key, the end of one gives back those of its key that came after it, unless it is accepted: so what is accepted or
 * extended goes first, and what is not goes from the last offset down.
 */
export function joinAcks(acks: readonly Ack[]): AckItem[] {
  const sorted = acks.length > 1 ? acks.toSorted(order) : acks;
  const items: AckItem[] = [];
  let item: AckItem | undefined;
  for (const ack of sorted) {
    if (item !== undefined && continues(item, ack)) {
      item.acks.push(ack);
      item.lastOffset = ack.lastOffset;
    } else {
      item = { first: ack, acks: [ack], lastOffset: ack.lastOffset };
      items.push(item);
    }
  }
  if (items.every(isQuiet)) return items;
  const others = items.filter((given) => !isQuiet(given));
  return [...items.filter(isQuiet), ...others.toReversed()];
}

function isQuiet({ first: { kind, delayMs } }: AckItem): boolean {
  return kind === 'accept' || (kind === 'extend' && delayMs !== 0);
}

/** The items in as many requests as they need: each is bounded in items and in offsets. */
export function perRequest(items: readonly AckItem[]): AckItem[][] {
  const requests: AckItem[][] = [];
  let request: AckItem[] = [];
  let offsets = 0;
  for (const item of items) {
    const length = item.lastOffset - item.first.firstOffset + 1;
    const isFull = request.length === LIMITS.acknowledgeItemsMax;
    if (isFull || (offsets > 0 && offsets + length > LIMITS.acknowledgeOffsetsMax)) {
      requests.push(request);
      request = [];
      offsets = 0;
    }
    request.push(item);
    offsets += length;
  }
  if (request.length > 0) requests.push(request);
  return requests;
}

/** What came of one statement of an item. An offset the broker says nothing of counts as refused. */
export function resultOf(ack: Ack, outcome: Outcome): AckResult {
  const { outcomes, deadlineMs } = outcome;
  const failures: AckFailure[] = [];
  let next = ack.firstOffset;
  const fail = (firstOffset: number, lastOffset: number, error: MillraceError) =>
    failures.push({ firstOffset, lastOffset, error });
  for (const { firstOffset, lastOffset, errorCode } of outcomes) {
    if (lastOffset < next || firstOffset > ack.lastOffset) continue;
    if (firstOffset > next) fail(next, firstOffset - 1, noOutcome());
    const last = Math.min(lastOffset, ack.lastOffset);
    if (errorCode !== NO_ERROR) {
      fail(Math.max(firstOffset, next), last, outcomeError(errorCode, null));
    }
    next = last + 1;
  }
  if (next <= ack.lastOffset) fail(next, ack.lastOffset, noOutcome());
  return {
    requestError: undefined,
    failures: failures.length === 0 ? NO_FAILURES : failures,
    deadlineMs,
  };
}

/** Whether everything of the item is done, which is nearly always so. */
export function isDone(item: AckItem, outcome: Outcome): boolean {
  const only = outcome.outcomes[0];
  return (
    outcome.outcomes.length === 1 &&
    only?.errorCode === NO_ERROR &&
    only.firstOffset <= item.first.firstOffset &&
    only.lastOffset >= item.lastOffset
  );
}

export function doneResult(deadlineMs: number | null): AckResult {
  return { requestError: undefined, failures: NO_FAILURES, deadlineMs };
}

export function failedResult(requestError: MillraceError): AckResult {
  return { requestError, failures: NO_FAILURES, deadlineMs: null };
}

function noOutcome(): MillraceError {
  return new MillraceError('INTERNAL', 'The broker gave no outcome for this offset.');
}
