// Gives messages that were there before, in the order of their offsets. Those that expired meanwhile, or that were
// delivered as often as they may be where that is asked at a receive, go instead.

import { type Part, partsBy } from './batch-parts.ts';
import type { Lease } from './decide-receive.ts';
import { die, exhaust, exhaustedParts } from './end-attempt.ts';
import type { Run } from './run.ts';
import type { Move } from './share-draft.ts';
import { hasExpired, isPlainFrom } from './sift.ts';
import type { Taking } from './take-fresh.ts';
import { type Budget, type Stretch, takeStretches } from './take-stretches.ts';

export interface LeasingReady extends Taking {
  readonly budget: Budget;
  /** What was leased so far, in the order of the reply. */
  readonly leases: Lease[];
  /** The run of a lease that is given now. */
  readonly leasedRun: (stretch: Stretch, before: Run) => Run;
}

/** True: the work that a decision may do is done before there is nothing more to look at. [L-5] */
export function leaseReady(leasing: LeasingReady): boolean {
  const { ending, budget, scan } = leasing;
  const { scope } = ending;
  for (const run of scope.share.readyFrom(scope.low)) {
    if (budget.isSpent) return false;
    if (scan.left <= 0 || ending.letters.isFull) return true;
    const range = { first: Math.max(run.first, scope.low), last: run.last };
    const moves = movesOf(leasing, run, range);
    if (moves.length > 0) ending.draft.carve(run, moves);
  }
  return false;
}

/** What becomes of a part of a run that may be given, as far as the budget allows. */
export function movesOf(leasing: LeasingReady, run: Run, whole: Range): Move[] {
  const { ending, batches, budget, scan } = leasing;
  const moves: Move[] = [];
  let error: string | null | undefined;
  for (const { first, last, value: fate } of partsOf(leasing, run, whole)) {
    if (budget.isSpent || scan.left <= 0) break;
    if (fate !== 'given') {
      error ??= ending.draft.errorOf(run);
      scan.left -= last - first + 1;
      const range = { first, last };
      if (fate === 'expired') moves.push(...die(ending, run, range, 'expired', error));
      else moves.push(...exhaust(ending, run, range, 'exhausted', error));
      // As many bytes were copied as one decision should: it looks at no more.
      if (ending.letters.isFull) scan.left = 0;
      continue;
    }
    const { stretches } = takeStretches(batches, first, last + 1, budget);
    for (const stretch of stretches) {
      error ??= ending.draft.errorOf(run);
      const next = leasing.leasedRun(stretch, run);
      moves.push({ first: next.first, last: next.last, to: 'leased', next, error });
    }
  }
  return moves;
}

interface Range {
  readonly first: number;
  readonly last: number;
}

type ReadyFate = 'given' | 'expired' | 'exhausted';

function partsOf({ ending, batches }: LeasingReady, run: Run, range: Range): Part<ReadyFate>[] {
  const { scope, ctx } = ending;
  const parts: readonly Part<ReadyFate>[] = isPlainFrom(scope, range.first)
    ? [{ ...range, value: 'given' }]
    : partsBy<ReadyFate>(
        batches,
        range,
        (batch, index) => (hasExpired(scope, batch, index, ctx.nowMs) ? 'expired' : 'given'),
        'given',
      );
  if (scope.group.config.exhaustedAt === 'end') return [...parts];
  return parts.flatMap((part): Part<ReadyFate>[] => {
    if (part.value === 'expired') return [part];
    return exhaustedParts(ending, run, part).map(({ value, ...rest }) => ({
      ...rest,
      value: value ? 'exhausted' : 'given',
    }));
  });
}
