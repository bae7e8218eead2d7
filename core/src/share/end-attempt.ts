// What becomes of messages when an attempt ends without success: a pause and another delivery, or death.

import { assert } from '../assert.ts';
import type { Context } from '../decision.ts';
import { type DeathReason, put } from '../rows.ts';
import { backoffMs } from './backoff.ts';
import type { DeadLetters } from './dead-letters.ts';
import type { Run } from './run.ts';
import type { Move, ShareDraft } from './share-draft.ts';
import type { ShareScope } from './share-scope.ts';

/** What the functions here work on: one share partition in one decision. */
export interface Ending {
  readonly scope: ShareScope;
  readonly draft: ShareDraft;
  readonly letters: DeadLetters;
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

/** Checked here and nowhere else: an attempt that is running is never cut short. [L-18] */
function isExhausted(scope: ShareScope, run: Run): boolean {
  const { maxDeliveries } = scope.group.config;
  return maxDeliveries > 0 && run.deliveries >= maxDeliveries;
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
  const { run, first, last, error } = attempt;
  assert(run.state === 'leased', 'only a lease has an attempt');
  if (isExhausted(scope, run)) return die(ending, run, first, last, 'exhausted', error);
  const pauseMs =
    attempt.pauseMs ?? backoffMs(scope.group.config, run.deliveries, () => ctx.random());
  const failed = { ...run, first, last, firstFailedAtMs: run.firstFailedAtMs || ctx.nowMs };
  return [waiting(failed, pauseMs, ctx.nowMs, error)];
}

/** The run ready now, or scheduled where it is to wait. */
export function waiting(run: Run, pauseMs: number, nowMs: number, error: string | null): Move {
  const to = pauseMs === 0 ? 'ready' : 'scheduled';
  const untilMs = pauseMs === 0 ? 0 : nowMs + pauseMs;
  return { first: run.first, last: run.last, to, next: { ...run, state: to, untilMs }, error };
}

/** Dead with a copy, dead without one, or, where retention was faster, removed. [L-22] [L-25] */
export function die(
  ending: Ending,
  run: Run,
  first: number,
  last: number,
  reason: DeathReason,
  error: string | null,
): Move[] {
  const { scope, draft, letters, ctx } = ending;
  const { startOffset } = scope.log;
  if (last < startOffset) return [{ first, last, to: 'removed', error: null }];
  const from = Math.max(first, startOffset);
  const { groupId, topicId, partition } = scope.key;
  const copy =
    scope.group.config.onExhausted === 'dlq'
      ? letters.add(scope, { run, first: from, last, reason, error })
      : { topicId: -1, partition: -1, offset: -1 };
  draft.writes.push(
    put(
      'dead',
      [groupId, topicId, partition, from],
      [last, reason, run.deliveries, ctx.nowMs, copy.topicId, copy.partition, copy.offset],
    ),
  );
  const dead: Move = { first: from, last, to: 'dead', error };
  if (from === first) return [dead];
  return [{ first, last: from - 1, to: 'removed', error: null }, dead];
}
