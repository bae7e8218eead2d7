// What each kind of acknowledgement does to a part of a run. The token was compared before: it is that of the run's
// newest lease, which may have ended since, without anybody having leased the messages again.

import { type AckKind, type ErrorName, LIMITS } from '@millrace/protocol';
import { keepResult } from '../results/keep-result.ts';
import type { AcknowledgeCommand } from './decide-acknowledge.ts';
import { type Ending, endAttempt, exhaust, waiting } from './end-attempt.ts';
import { givenBack } from './give-back.ts';
import { isFirstOfLane } from './lanes/first-of-lane.ts';
import type { Run } from './run.ts';
import type { Move } from './share-draft.ts';
import type { ShareScope } from './share-scope.ts';

export interface Part {
  readonly run: Run;
  readonly first: number;
  readonly last: number;
}

/** The moves to make, or the outcome where there is nothing to be done. */
type Settlement = (
  ending: Ending,
  command: AcknowledgeCommand,
  part: Part,
) => readonly Move[] | ErrorName;

export const SETTLEMENTS: Readonly<Record<AckKind, Settlement>> = {
  accept,
  release,
  reject,
  extend,
  return: giveBack,
};

function accept({ scope, draft, ctx }: Ending, command: AcknowledgeCommand, part: Part): Move[] {
  const { first, last } = part;
  const { result } = command;
  if (result) draft.writes.push(...keepResult(scope, first, result, ctx.nowMs));
  return [{ first, last, to: 'acknowledged', error: null }];
}

function reject(ending: Ending, { errorText }: AcknowledgeCommand, part: Part): Move[] {
  const { run, first, last } = part;
  const error = errorText ?? ending.draft.errorOf(run);
  return exhaust(ending, run, { first, last }, 'rejected', error);
}

function release(ending: Ending, command: AcknowledgeCommand, part: Part): Move[] {
  const { run, first, last } = part;
  if (run.state !== 'leased') return releaseLate(ending, command, part);
  const { errorText: error, delayMs: pauseMs } = command;
  return endAttempt(ending, { run, first, last, error, pauseMs });
}

/** The attempt has ended by time and was counted: what remains is to say why, and when to try again. [L-15] */
function releaseLate({ draft, ctx }: Ending, command: AcknowledgeCommand, part: Part): Move[] {
  const { run, first, last } = part;
  const error = command.errorText ?? draft.errorOf(run);
  const next: Run = { ...run, first, last, firstFailedAtMs: run.firstFailedAtMs || ctx.nowMs };
  if (command.delayMs !== null && run.state !== 'blocked')
    return [waiting(next, command.delayMs, ctx.nowMs, error)];
  return [{ first, last, to: run.state, next, error }];
}

/** A new deadline, counted from now; zero ends the attempt. [L-16] */
function extend(ending: Ending, command: AcknowledgeCommand, part: Part): Move[] | ErrorName {
  const { scope, draft, ctx } = ending;
  const { run, first, last } = part;
  const byMs = extensionMs(scope, command);
  if (run.state !== 'leased') return extendLate(ending, part, byMs);
  if (byMs === 0) return endAttempt(ending, { run, first, last, error: null, pauseMs: 0 });
  const untilMs = ctx.nowMs + byMs;
  if (untilMs - run.leasedAtMs > LIMITS.visibilityTimeoutMsMax) return 'LEASE_TOO_LONG';
  const next = { ...run, first, last, untilMs };
  return [{ first, last, to: 'leased', next, error: draft.errorOf(run) }];
}

/** Without a fence a lease that has ended begins anew, as the same delivery; zero: it is visible now. [L-53] */
function extendLate(ending: Ending, part: Part, byMs: number): Move[] | ErrorName {
  const { scope, draft, ctx } = ending;
  const { run, first, last } = part;
  const isOver = run.deliveries === 0 || run.leasedAtMs === 0 || run.state === 'blocked';
  if (scope.group.config.fence || isOver) return 'STALE_LEASE';
  const error = draft.errorOf(run);
  if (byMs === 0) {
    if (run.state !== 'scheduled') return [];
    return [waiting({ ...run, first, last }, 0, ctx.nowMs, error)];
  }
  if (!isFirstOfLane(ending, run, first)) return 'STALE_LEASE';
  const times = { untilMs: ctx.nowMs + byMs, leasedAtMs: ctx.nowMs };
  const next: Run = { ...run, first, last, state: 'leased', ...times };
  return [{ first, last, to: 'leased', next, error }];
}

/** How long from now the lease is to last. */
export function extensionMs(scope: ShareScope, { delayMs }: AcknowledgeCommand): number {
  return delayMs ?? scope.group.config.visibilityTimeoutMs;
}

/** As if this delivery had not been. The receipt is spent: a second return cannot lower the count again. [L-17] */
function giveBack({ draft }: Ending, _command: AcknowledgeCommand, part: Part): Move[] | ErrorName {
  const { run, first, last } = part;
  if (run.state !== 'leased') return 'STALE_LEASE';
  return [givenBack(run, first, last, draft.errorOf(run))];
}
