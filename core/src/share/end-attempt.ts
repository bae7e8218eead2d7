// What becomes of messages when an attempt ends without success: a pause and another delivery, death, or, where the
// group says so, nothing until somebody decides about them.

import { recordMaxDeliveries } from '@millrace/protocol';
import { assert } from '../assert.ts';
import type { Context, View } from '../decision.ts';
import { type DeathReason, put } from '../rows.ts';
import { backoffMs } from './backoff.ts';
import { BatchCursor, offsetOf } from './batch-cursor.ts';
import { type Part, partsBy } from './batch-parts.ts';
import type { DeadLetters } from './dead-letters.ts';
import type { Run } from './run.ts';
import type { Move, ShareDraft } from './share-draft.ts';
import type { ShareScope } from './share-scope.ts';

/** What the functions here work on: one share partition in one decision. */
export interface Ending {
  readonly scope: ShareScope;
  readonly draft: ShareDraft;
  readonly letters: DeadLetters;
  readonly view: View;
  readonly ctx: Context;
}

/** Part of a leased run whose attempt ended. */
export interface Attempt {
  readonly run: Run;
  readonly first: number;
  readonly last: number;
  /** Why it failed, if anybody said. */
  readonly error: string | null;
  /** Null: as the group's backoff says. */
  readonly pauseMs: number | null;
}

interface Range {
  readonly first: number;
  readonly last: number;
}

/**
 * Which messages of the range were delivered as often as they may be: each as its record says, or else as the group
 * does; what retention took away says nothing any more. Asked when an attempt ends, or at the next receive, and never while one runs. [L-18] [L-50]
 */
export function exhaustedParts(
  { scope, view }: Ending,
  run: Run,
  range: Range,
): readonly Part<boolean>[] {
  const { log, key, group } = scope;
  const isOver = (max: number) => max > 0 && run.deliveries >= max;
  const byGroup = isOver(group.config.maxDeliveries);
  if (range.first >= log.flaggedEnd) return [{ ...range, value: byGroup }];
  const batches = new BatchCursor(view, key.topicId, key.partition, log.durableEnd);
  return partsBy(
    batches,
    range,
    (batch, index) => {
      const isThere = batch.isIndexed && offsetOf(batch, index) >= log.startOffset;
      const own = isThere ? recordMaxDeliveries(batch.bytes, index) : 0;
      return own > 0 ? isOver(own) : byGroup;
    },
    byGroup,
  );
}

/** In groups with ordering by key a message after a failed one of its key is given back: see RestOfKeys. [L-63] */
export function endAttempt(ending: Ending, attempt: Attempt): Move[] {
  const { run, first, last } = attempt;
  const { rest } = ending.draft;
  if (rest === undefined) return endPart(ending, attempt);
  return rest.inOrder(run, first, last, (from, to) => {
    return endPart(ending, { ...attempt, first: from, last: to });
  });
}

function endPart(ending: Ending, attempt: Attempt): Move[] {
  const { scope, ctx } = ending;
  const { run, error } = attempt;
  assert(run.state === 'leased', 'only a lease has an attempt');
  const { config } = scope.group;
  const pauseMs = attempt.pauseMs ?? backoffMs(config, run.deliveries, () => ctx.random());
  const parts =
    config.exhaustedAt === 'end'
      ? exhaustedParts(ending, run, attempt)
      : [{ first: attempt.first, last: attempt.last, value: false }];
  return parts.flatMap(({ first, last, value: isExhausted }) => {
    if (isExhausted) return exhaust(ending, run, { first, last }, 'exhausted', error);
    const failed = { ...run, first, last, firstFailedAtMs: run.firstFailedAtMs || ctx.nowMs };
    return [waiting(failed, pauseMs, ctx.nowMs, error)];
  });
}

/** The run ready now, or scheduled where it is to wait. */
export function waiting(run: Run, pauseMs: number, nowMs: number, error: string | null): Move {
  const to = pauseMs === 0 ? 'ready' : 'scheduled';
  const untilMs = pauseMs === 0 ? 0 : nowMs + pauseMs;
  return { first: run.first, last: run.last, to, next: { ...run, state: to, untilMs }, error };
}

/** Exhausted or rejected: dead, or blocked until somebody decides, as the group says. [L-22] [L-52] */
export function exhaust(
  ending: Ending,
  run: Run,
  range: Range,
  reason: 'exhausted' | 'rejected',
  error: string | null,
): Move[] {
  if (ending.scope.group.config.onExhausted !== 'block') {
    return die(ending, run, range, reason, error);
  }
  const firstFailedAtMs = run.firstFailedAtMs || ending.ctx.nowMs;
  const next: Run = { ...run, ...range, state: 'blocked', untilMs: 0, firstFailedAtMs };
  return [{ ...range, to: 'blocked', next, error }];
}

/** Dead, or, where retention was faster, removed. [L-22] [L-25] */
export function die(
  ending: Ending,
  run: Run,
  { first, last }: Range,
  reason: DeathReason,
  error: string | null,
): Move[] {
  const { startOffset } = ending.scope.log;
  if (last < startOffset) return [{ first, last, to: 'removed', error: null }];
  const from = Math.max(first, startOffset);
  bury(ending, run, { first: from, last }, reason, error);
  const dead: Move = { first: from, last, to: 'dead', error };
  if (from === first) return [dead];
  return [{ first, last: from - 1, to: 'removed', error: null }, dead];
}

/** Writes the row of dead messages, and their copies where the reason asks for some. The log holds them. */
export function bury(
  { scope, draft, letters, ctx }: Ending,
  run: Run,
  { first, last }: Range,
  reason: DeathReason,
  error: string | null,
): void {
  const { groupId, topicId, partition } = scope.key;
  const copy = isCopied(scope, reason)
    ? letters.add(scope, { run, first, last, reason, error })
    : { topicId: -1, partition: -1, offset: -1 };
  draft.writes.push(
    put(
      'dead',
      [groupId, topicId, partition, first],
      [last, reason, run.deliveries, ctx.nowMs, copy.topicId, copy.partition, copy.offset],
    ),
  );
}

function isCopied({ group }: ShareScope, reason: DeathReason): boolean {
  if (reason === 'cancelled' || reason === 'resolved') return false;
  if (reason === 'expired') return group.config.onExpired === 'dlq';
  return reason === 'dead-lettered' || group.config.onExhausted === 'dlq';
}
