// ChangeMessages, one item: an operator decides about messages that nobody has leased. Every offset gets exactly one
// outcome. A slice is bounded: what it had no room for is for the next one.

import { ERRORS, type ErrorName, LIMITS, NO_ERROR, type RequestOf } from '@millrace/protocol';
import { assert } from '../assert.ts';
import { accept, type Context, type Decision, refuse, type View } from '../decision.ts';
import type { ShardState } from '../shard-state.ts';
import { nextAhead } from './ahead.ts';
import { BatchCursor } from './batch-cursor.ts';
import { partsBy } from './batch-parts.ts';
import { changeRun } from './change-run.ts';
import { DeadLetters } from './dead-letters.ts';
import { bury, type Ending } from './end-attempt.ts';
import { Outcomes, type RangeOutcome } from './outcomes.ts';
import { RecordSources } from './record-source.ts';
import type { Run } from './run.ts';
import { ShareDraft } from './share-draft.ts';
import { ShareRuns } from './share-runs.ts';
import { findShare, type ShareKey } from './share-scope.ts';
import { isForGroup } from './sift.ts';
import { neverDelivered } from './take-fresh.ts';
import type { Range } from './waits.ts';

/** `resolve`: finished, as if accepted. */
export type ChangeAction = RequestOf<'ChangeMessages'>['action'] | 'resolve';

export interface ChangeCommand extends ShareKey {
  readonly firstOffset: number;
  readonly lastOffset: number;
  readonly action: ChangeAction;
  /** reschedule: from now. */
  readonly delayMs: number | null;
  /** At most about this many runs and rows. */
  readonly rowsMax: number;
  /** Of the turn, where it has more items than this one: then no batch is decompressed twice. */
  readonly sources?: RecordSources | undefined;
}

export interface ChangeReply {
  /** In offset order, without gap or overlap, up to where the slice ended. */
  readonly outcomes: readonly RangeOutcome[];
  /** Where the next slice goes on; null: all is done. */
  readonly nextOffset: number | null;
  /** Messages copied to a dead-letter topic. */
  readonly deadLettered: number;
}

/** What the row of messages that the cursor has not reached says of them. */
const REASONS = { resolve: 'resolved', cancel: 'cancelled', deadLetter: 'dead-lettered' } as const;
/** Messages that one slice copies in one go, or whose records it looks at. */
export const COPIES_MAX = 100;
const LOOKS_MAX = 1_000;

/** Refused, with nothing done, where a name is unknown, the range is inverted, or the action cannot be done here. */
export function decideChangeMessages(
  state: ShardState,
  view: View,
  command: ChangeCommand,
  ctx: Context,
): Decision<ChangeReply> {
  assert(command.rowsMax > 0, 'a slice gets somewhere');
  const scope = findShare(state, command);
  if (scope.error !== undefined) return scope;
  const { firstOffset, lastOffset, action } = command;
  if (firstOffset > lastOffset) {
    const message = `The range from ${firstOffset} to ${lastOffset} is inverted.`;
    return refuse('INVALID_REQUEST', message, { field: 'lastOffset' });
  }
  if (action === 'reschedule' && command.delayMs === null) {
    return refuse('INVALID_REQUEST', 'To reschedule, say after which delay.', { field: 'delayMs' });
  }
  if (action === 'deadLetter' && scope.attachment.deadLetterTopicId === null) {
    const message = `Share group ${scope.group.name} has no dead-letter topic.`;
    return refuse('INVALID_REQUEST', message, { field: 'action' });
  }
  const draft = new ShareDraft(scope.key, scope.share, view);
  const letters = new DeadLetters(state, view, ctx, command.sources ?? new RecordSources());
  const change = new Change({ scope, draft, letters, view, ctx }, command);
  change.walk();
  const { outcomes } = change;
  const copies = letters.finish();
  const nextOffset = outcomes.next > lastOffset ? null : outcomes.next;
  const reply = { outcomes: outcomes.soFar, nextOffset, deadLettered: letters.count };
  return accept(reply, [...draft.finish(), ...copies.writes], [...draft.wake(), ...copies.wake]);
}

class Change {
  readonly outcomes: Outcomes;
  readonly #ending: Ending;
  readonly #command: ChangeCommand;
  readonly #end: number;
  #rowsLeft: number;

  constructor(ending: Ending, command: ChangeCommand) {
    this.#ending = ending;
    this.#command = command;
    this.#end = command.lastOffset + 1;
    this.#rowsLeft = command.rowsMax;
    this.outcomes = new Outcomes(command.firstOffset, command.lastOffset);
  }

  walk(): void {
    const { scope, view } = this.#ending;
    const { outcomes } = this;
    outcomes.until(Math.max(scope.share.floor, scope.low), ERRORS.ALREADY_RESOLVED.code);
    for (const run of new ShareRuns(scope.share, view).runsFrom(outcomes.next)) {
      if (outcomes.next >= this.#end || run.first >= this.#end) break;
      if (!this.#between(Math.max(run.first, outcomes.next))) return;
      if (!this.#run(run)) return;
    }
    this.#between(this.#end);
  }

  get #isFull(): boolean {
    return this.#rowsLeft <= 0 || this.#ending.letters.isFull;
  }

  /** What is in no run: resolved below the cursor, fresh or decided about from it on. False: the slice is over. */
  #between(end: number): boolean {
    const { scope, view } = this.#ending;
    const { outcomes } = this;
    const { share, log, key } = scope;
    outcomes.until(Math.min(end, share.cursor), ERRORS.ALREADY_RESOLVED.code);
    while (outcomes.next < Math.min(end, log.durableEnd)) {
      if (this.#isFull) return false;
      const ahead = share.ahead > 0 ? nextAhead(view, key, outcomes.next) : undefined;
      if (ahead !== undefined && ahead.first === outcomes.next) {
        outcomes.until(Math.min(ahead.last + 1, end), ERRORS.ALREADY_RESOLVED.code);
        this.#rowsLeft -= 1;
        continue;
      }
      const stop = Math.min(end, log.durableEnd, ahead?.first ?? end, outcomes.next + LOOKS_MAX);
      this.#fresh({ first: outcomes.next, last: stop - 1 });
    }
    outcomes.until(end, ERRORS.OFFSET_OUT_OF_RANGE.code);
    return true;
  }

  /** Fresh messages; what has no record, or is for another group, is none of this one's. */
  #fresh(range: Range): void {
    const { scope, view } = this.#ending;
    const { topicId, partition } = scope.key;
    const batches = new BatchCursor(view, topicId, partition, scope.log.durableEnd);
    const parts = partsBy(batches, range, (batch, index) => isForGroup(scope, batch, index), false);
    for (const part of parts) {
      for (let first = part.first; first <= part.last; ) {
        if (this.#isFull) return;
        const last = Math.min(part.last, first + COPIES_MAX - 1);
        const code = part.value ? this.#freshPart({ first, last }) : 'ALREADY_RESOLVED';
        this.outcomes.until(last + 1, code === 'done' ? NO_ERROR : ERRORS[code].code);
        this.#rowsLeft -= 1;
        first = last + 1;
      }
    }
  }

  /** In groups with lanes a message that has not come up has no place yet at which it could wait. */
  #freshPart(range: Range): ErrorName | 'done' {
    const { draft, ctx } = this.#ending;
    const { action, delayMs } = this.#command;
    if (action === 'retry') return 'MESSAGE_FRESH';
    if (action === 'reschedule') {
      if (draft.lanes !== undefined) return 'MESSAGE_FRESH';
      draft.decideAhead(range, neverDelivered(range.first, range.last, ctx.nowMs + (delayMs ?? 0)));
      return 'done';
    }
    const never = neverDelivered(range.first, range.last, 0);
    bury(this.#ending, never, range, REASONS[action], null);
    draft.decideAhead(range, action === 'resolve' ? 'acknowledged' : 'dead');
    return 'done';
  }

  #run(run: Run): boolean {
    if (this.#isFull) return false;
    const { action, delayMs } = this.#command;
    const first = this.outcomes.next;
    const isCopied = action === 'deadLetter';
    const whole = Math.min(run.last, this.#end - 1);
    const last = isCopied ? Math.min(whole, first + COPIES_MAX - 1) : whole;
    const moves = changeRun(this.#ending, action, delayMs ?? 0, run, { first, last });
    const isRefused = typeof moves === 'string';
    if (!isRefused && moves.length > 0) this.#ending.draft.carve(run, moves);
    this.outcomes.until(last + 1, isRefused ? ERRORS[moves].code : NO_ERROR);
    this.#rowsLeft -= 1;
    return last === whole;
  }
}

interface Item {
  readonly firstOffset: number;
  readonly lastOffset: number;
}

/** Refused with LIMIT_EXCEEDED where the items of a request name too many offsets together. */
export function checkChangeSize(items: readonly Item[]) {
  const offsets = items.reduce(
    (sum, { firstOffset, lastOffset }) => sum + Math.max(lastOffset - firstOffset + 1, 1),
    0,
  );
  const limit = LIMITS.acknowledgeOffsetsMax;
  if (offsets <= limit) return undefined;
  const message = `The items name ${offsets} offsets; a request may name at most ${limit}.`;
  return refuse('LIMIT_EXCEEDED', message, { field: 'items', limit: `${limit} offsets` });
}
