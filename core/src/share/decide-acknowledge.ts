// Acknowledge, one item: a range of offsets under one token, and what the member says of it. The range may have fallen
// apart since it was leased: every part of it gets its own outcome, and together they are the range.

import { type AckKind, ERRORS, LIMITS, NO_ERROR } from '@millrace/protocol';
import { accept, type Context, type Decision, refuse, type View } from '../decision.ts';
import { checkResult } from '../results/keep-result.ts';
import type { ShardState } from '../shard-state.ts';
import { DeadLetters } from './dead-letters.ts';
import type { Ending } from './end-attempt.ts';
import { Outcomes, type RangeOutcome } from './outcomes.ts';
import { RecordSources } from './record-source.ts';
import { type Run, runLength } from './run.ts';
import { extensionMs, type Part, SETTLEMENTS } from './settle.ts';
import { ShareDraft } from './share-draft.ts';
import { ShareRuns } from './share-runs.ts';
import { findShare, type ShareKey } from './share-scope.ts';

export interface AcknowledgeCommand extends ShareKey {
  readonly firstOffset: number;
  readonly lastOffset: number;
  readonly token: number;
  readonly kind: AckKind;
  /** release: the pause; extend: the time from now. Null: as the group says. */
  readonly delayMs: number | null;
  readonly errorText: string | null;
  /** accept of one message: what it says. */
  readonly result?: Uint8Array | null | undefined;
  /** Of the turn, where it has more items than this one: then no batch is decompressed twice. */
  readonly sources?: RecordSources | undefined;
}

export interface AcknowledgeReply {
  /** In offset order, without gap or overlap; as few as there are changes of outcome. */
  readonly outcomes: readonly RangeOutcome[];
  /** extend: when the lease ends now; null where none was extended, and for other kinds. */
  readonly deadlineMs: number | null;
  /** Messages copied to a dead-letter topic. */
  readonly deadLettered: number;
}

/** Refused, with nothing done, where the group, the topic or the partition is unknown or the range is inverted. */
export function decideAcknowledge(
  state: ShardState,
  view: View,
  command: AcknowledgeCommand,
  ctx: Context,
): Decision<AcknowledgeReply> {
  const scope = findShare(state, command);
  if (scope.error !== undefined) return scope;
  const { firstOffset, lastOffset } = command;
  if (firstOffset > lastOffset) {
    const message = `The range from ${firstOffset} to ${lastOffset} is inverted.`;
    return refuse('INVALID_REQUEST', message, { field: 'lastOffset' });
  }
  const refused = checkResult(command);
  if (refused !== undefined) return refused;
  if (!isReceipt(command, scope.share.nextToken)) {
    const outcomes = new Outcomes(firstOffset, lastOffset).finish(ERRORS.UNKNOWN_RECEIPT.code);
    return accept({ outcomes, deadlineMs: null, deadLettered: 0 });
  }
  const draft = new ShareDraft(scope.key, scope.share, view);
  const letters = new DeadLetters(state, view, ctx, command.sources ?? new RecordSources());
  const runs = new ShareRuns(scope.share, view);
  const reply = settleRange({ scope, draft, letters, view, ctx }, runs, command);
  const copies = letters.finish();
  return accept(reply, [...draft.finish(), ...copies.writes], [...draft.wake(), ...copies.wake]);
}

/** No lease has more messages than a receive can give, and no token given out is at or above the next. [L-13] */
function isReceipt({ firstOffset, lastOffset, token }: AcknowledgeCommand, next: number): boolean {
  const length = runLength({ first: firstOffset, last: lastOffset });
  return token > 0 && token < next && length <= LIMITS.receiveMessagesMax;
}

/** Walks the runs that the range meets; before and between them lies what is resolved, after them what is fresh. */
function settleRange(
  ending: Ending,
  runs: ShareRuns,
  command: AcknowledgeCommand,
): AcknowledgeReply {
  const { share } = ending.scope;
  const outcomes = new Outcomes(command.firstOffset, command.lastOffset);
  let deadlineMs: number | null = null;
  outcomes.until(share.floor, ERRORS.ALREADY_RESOLVED.code);
  while (outcomes.next <= command.lastOffset) {
    const run = runs.runFrom(outcomes.next);
    if (run === undefined || run.first > command.lastOffset) break;
    outcomes.until(Math.min(run.first, share.cursor), ERRORS.ALREADY_RESOLVED.code);
    outcomes.until(run.first, ERRORS.UNKNOWN_RECEIPT.code);
    const part = { run, first: outcomes.next, last: Math.min(run.last, command.lastOffset) };
    const errorCode = settlePart(ending, command, part);
    outcomes.until(part.last + 1, errorCode);
    if (command.kind === 'extend' && errorCode === NO_ERROR) {
      deadlineMs = ending.ctx.nowMs + extensionMs(ending.scope, command);
    }
  }
  outcomes.until(share.cursor, ERRORS.ALREADY_RESOLVED.code);
  const deadLettered = ending.letters.count;
  return { outcomes: outcomes.finish(ERRORS.UNKNOWN_RECEIPT.code), deadlineMs, deadLettered };
}

/** The newest token decides; an older one is stale, and one that is newer was given for other messages. [L-13] */
function settlePart(ending: Ending, command: AcknowledgeCommand, part: Part): number {
  const { run } = part;
  if (run.token < command.token) return ERRORS.UNKNOWN_RECEIPT.code;
  if (!isEnough(ending, command, run)) return ERRORS.STALE_LEASE.code;
  const settled = SETTLEMENTS[command.kind](ending, command, part);
  if (typeof settled === 'string') return ERRORS[settled].code;
  ending.draft.carve(run, settled);
  const isFreed = run.state === 'leased' && command.kind !== 'extend';
  if (isFreed && ending.scope.group.config.maxInFlight > 0) ending.draft.wakeMembers();
  return NO_ERROR;
}

/** What the group takes of a receipt that was given out for the message. [L-14] [L-53] [L-58] */
function isEnough({ scope }: Ending, { token, kind }: AcknowledgeCommand, run: Run): boolean {
  const { fence, lateReceipts } = scope.group.config;
  const isNewest = run.token === token && run.leasedAtMs > 0;
  if (lateReceipts === 'refuse') return isNewest && run.state === 'leased';
  return isNewest || (!fence && kind !== 'return');
}
