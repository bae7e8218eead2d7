// What an operator's decision does to a part of a run that nobody has leased.

import type { ErrorName } from '@millrace/protocol';
import type { ChangeAction } from './decide-change-messages.ts';
import { bury, die, type Ending } from './end-attempt.ts';
import type { Run } from './run.ts';
import type { Move } from './share-draft.ts';
import type { Range } from './waits.ts';

/** The moves to make, none where the messages are as asked for already, or why it cannot be done. */
export function changeRun(
  ending: Ending,
  action: ChangeAction,
  delayMs: number,
  run: Run,
  range: Range,
): readonly Move[] | ErrorName {
  if (run.state === 'leased') return 'MESSAGE_LEASED';
  if (action === 'resolve') {
    // The cursor has to find out that there is nothing to give any more.
    if (run.first >= ending.draft.cursor) bury(ending, run, range, 'resolved', null);
    return [{ ...range, to: 'acknowledged', error: null }];
  }
  if (action === 'cancel' || action === 'deadLetter') {
    const reason = action === 'cancel' ? 'cancelled' : 'dead-lettered';
    return die(ending, run, range, reason, ending.draft.errorOf(run));
  }
  const isNow = action === 'retry' || delayMs === 0;
  if (isNow && (run.state === 'ready' || run.state === 'parked')) return [];
  return [moved(ending, run, range, isNow ? 0 : delayMs)];
}

/** Ready, or scheduled where it is to wait; one that the cursor has not reached waits for that at least. [L-55] */
function moved({ draft, ctx }: Ending, run: Run, range: Range, delayMs: number): Move {
  const error = draft.errorOf(run);
  const isAhead = run.first >= draft.cursor;
  const to = delayMs > 0 || isAhead ? 'scheduled' : 'ready';
  const untilMs = to === 'scheduled' ? ctx.nowMs + delayMs : 0;
  const anew = run.state === 'blocked' ? { deliveries: 0, firstDeliveredAtMs: 0 } : {};
  return { ...range, to, next: { ...run, ...range, ...anew, state: to, untilMs }, error };
}
