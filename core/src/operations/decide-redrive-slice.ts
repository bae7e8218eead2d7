// One slice of a redrive: letters are moved, resolved in the group of their topic, and counted, all in one decision, so
// that a crash finds each of them either here or there. Leased letters are left to whoever has them.

import { LIMITS, type LogRecord, MillraceError } from '@millrace/protocol';
import { assert } from '../assert.ts';
import { accept, type Context, type Decision, type View } from '../decision.ts';
import type { ShardState } from '../shard-state.ts';
import { countAhead } from '../share/ahead.ts';
import { RecordSources } from '../share/record-source.ts';
import { ShareDraft } from '../share/share-draft.ts';
import { findShare, type ShareScope } from '../share/share-scope.ts';
import { GIVEN } from '../share/sift.ts';
import { LetterColumns } from './letter-columns.ts';
import { matchesFilter, originOf } from './letter-origin.ts';
import { LetterSettler } from './letter-settler.ts';
import { endTask, putTask } from './plan-task.ts';
import { type LetterOutcome, RedriveMoves } from './redrive-moves.ts';
import { redriveFrom, type Unresolved, unresolvedFrom } from './redrive-range.ts';
import { allowedNow, sliceTime } from './redrive-rate.ts';
import type { Task } from './tasks.ts';

export interface RedriveSliceCommand {
  readonly taskId: number;
  /** At most this many letters are looked at. */
  readonly messagesMax: number;
}

export interface RedriveSliceReply {
  readonly moved: number;
  /** The task has ended, or had before. */
  readonly isDone: boolean;
}

/** Writes nothing where the task has ended. [L-120] */
export function decideRedriveSlice(
  state: ShardState,
  view: View,
  { taskId, messagesMax }: RedriveSliceCommand,
  ctx: Context,
): Decision<RedriveSliceReply> {
  assert(messagesMax > 0, 'a slice gets somewhere');
  const task = state.tasks.runningTask(taskId);
  if (task === undefined) return accept({ moved: 0, isDone: true });
  const fault = missing(state, task);
  if (fault !== undefined) {
    const writes = endTask(state.tasks, task, 'failed', ctx.nowMs, fault);
    return accept({ moved: 0, isDone: true }, writes);
  }
  return new Slice(state, view, task, ctx).run(messagesMax);
}

/** What the task needs and is gone. [L-122] */
function missing({ catalog }: ShardState, task: Task): string | undefined {
  const { topicId, groupId, targetTopicId } = task;
  if (!catalog.topics.has(topicId)) return `topic ${task.topic} was deleted`;
  if (!catalog.groups.has(groupId)) return `share group ${task.group} was deleted`;
  if (targetTopicId !== null && !catalog.topics.has(targetTopicId)) {
    return `target topic ${task.target} was deleted`;
  }
  return undefined;
}

/** After so long letters are looked for again that an undo of a purge is bringing back, ms. */
const RESTORING_PAUSE_MS = 250;

interface Walked {
  readonly settler: LetterSettler;
  /** The first offset that was not looked at. */
  readonly next: number;
  readonly isDone: boolean;
  /** Nothing can be looked at yet. */
  readonly isHeld?: boolean;
}

class Slice {
  readonly #state: ShardState;
  readonly #view: View;
  readonly #task: Task;
  readonly #ctx: Context;
  readonly #sources = new RecordSources();
  readonly #moves: RedriveMoves;
  readonly #counts = { moved: 0, skipped: 0, failed: 0 };
  #movesLeft = 0;
  #looksLeft = 0;

  constructor(state: ShardState, view: View, task: Task, ctx: Context) {
    this.#state = state;
    this.#view = view;
    this.#task = task;
    this.#ctx = ctx;
    this.#moves = new RedriveMoves(state, view, task, ctx);
  }

  run(messagesMax: number): Decision<RedriveSliceReply> {
    const { nowMs } = this.#ctx;
    const task = this.#task;
    this.#looksLeft = messagesMax;
    this.#movesLeft = allowedNow(task, nowMs, messagesMax);
    const walked = task.partition < task.ends.length ? this.#walk() : undefined;
    const { moved } = this.#counts;
    const after = this.#taskAfter(walked);
    const isDone = after.partition >= task.ends.length;
    const rows = isDone ? endTask(this.#state.tasks, after, 'completed', nowMs) : [putTask(after)];
    if (task.dryRun || walked === undefined) return accept({ moved, isDone }, rows);
    const { settler } = walked;
    const moves = this.#moves.finish();
    const writes = [...moves.writes, ...settler.finish(), ...rows];
    return accept({ moved, isDone }, writes, [...moves.wake, ...settler.wake()]);
  }

  #taskAfter(walked: Walked | undefined): Task {
    const task = this.#task;
    const { moved, skipped, failed } = this.#counts;
    const { nowMs } = this.#ctx;
    const isLeft = walked !== undefined && !walked.isDone;
    const isHeld = walked?.isHeld === true;
    return {
      ...task,
      partition: isLeft ? task.partition : nextPartition(task),
      offset: isLeft ? walked.next : 0,
      scanned: task.scanned + moved + skipped + failed,
      moved: task.moved + moved,
      skipped: task.skipped + skipped,
      failed: task.failed + failed,
      sliceAtMs: isHeld ? nowMs + RESTORING_PAUSE_MS : sliceTime(task, nowMs, moved),
    };
  }

  /** Letters of one partition, from where the task stands. */
  #walk(): Walked {
    const { groupId, topicId, partition, offset, filter, ends, dryRun } = this.#task;
    const scope = findShare(this.#state, { groupId, topicId, partition });
    assert(scope.error === undefined, 'a slice looks for topic and group first');
    const draft = new ShareDraft(scope.key, scope.share, this.#view);
    const settler = new LetterSettler(draft, { scope, view: this.#view, nowMs: this.#ctx.nowMs });
    const end = Math.min(ends[partition] ?? 0, scope.log.durableEnd);
    // Those that come back lie below what is given now.
    if (scope.share.isRestoring && offset < end) {
      return { settler, next: offset, isDone: false, isHeld: true };
    }
    const lookFrom = redriveFrom(scope, filter, offset);
    if (lookFrom >= end) return { settler, next: end, isDone: true };
    if (draft.cursor < scope.low) this.#removeLost(draft, scope);
    // The cursor passes the fresh letters before those that are looked at too.
    const from = dryRun ? lookFrom : Math.min(lookFrom, draft.cursor);
    const look: Look = { scope, settler, lookFrom, columns: this.#columnsOf(scope) };
    for (const stretch of unresolvedFrom(scope, this.#view, from, end)) {
      if (stretch.last < Math.min(lookFrom, draft.cursor)) continue;
      const next = this.#walkStretch(look, stretch);
      if (next <= stretch.last) return { settler, isDone: false, next };
    }
    return { settler, isDone: true, next: end };
  }

  /** Fresh letters that the log no longer holds. */
  #removeLost(draft: ShareDraft, { key, low, share }: ShareScope): void {
    const ahead = share.ahead > 0 ? countAhead(this.#view, key, draft.cursor, low) : 0;
    draft.removeFresh(low, 'removed', ahead);
  }

  #columnsOf(scope: ShareScope): LetterColumns {
    return new LetterColumns(scope, this.#view, this.#ctx.nowMs);
  }

  /** Gives the first offset that was not looked at. */
  #walkStretch(look: Look, stretch: Unresolved): number {
    const { run, first, last } = stretch;
    if (this.#isSpent()) return first;
    if (run?.state === 'leased' || (run !== undefined && first >= look.scope.share.cursor)) {
      const messages = last - Math.max(first, look.lookFrom) + 1;
      // What an operator put off stays ahead of the cursor: an earlier slice may have looked at it.
      if (messages > 0) {
        this.#counts.skipped += messages;
        this.#looksLeft -= 1;
      }
      return last + 1;
    }
    look.settler.begin(stretch);
    let next = first;
    for (; next <= last && !this.#isSpent(); next += 1) {
      if (this.#walkLetter(look, stretch, next) === 'later') break;
      this.#looksLeft -= 1;
    }
    look.settler.end(next);
    return next;
  }

  #isSpent(): boolean {
    const isFull = this.#sources.isFull || this.#moves.bytes >= LIMITS.batchBytesMax;
    return this.#looksLeft <= 0 || this.#movesLeft <= 0 || isFull;
  }

  /** later: it has to wait for the next slice. */
  #walkLetter(look: Look, stretch: Unresolved, offset: number): 'done' | 'later' {
    const { scope, settler, columns, lookFrom } = look;
    const found = this.#sources.of(scope, this.#view).read(offset, stretch.last);
    const isBroken = found instanceof MillraceError;
    if (isBroken && found.code === 'OFFSET_OUT_OF_RANGE') return 'done';
    const fate = stretch.run === undefined ? columns.fateOf(offset) : GIVEN;
    if (fate.to === 'skipped') {
      settler.settle(offset, { to: 'skipped' });
      return 'done';
    }
    let outcome: LetterOutcome | 'skipped' = 'skipped';
    if (offset >= lookFrom && fate.to === 'given') {
      outcome = isBroken ? 'failed' : this.#moveLetter(found, scope.key.partition, offset);
    }
    if (outcome === 'later') return 'later';
    if (offset >= lookFrom) this.#counts[outcome] += 1;
    const lane = columns.laneOf(isBroken ? undefined : found);
    const untilMs = fate.to === 'scheduled' ? fate.untilMs : 0;
    settler.settle(
      offset,
      outcome === 'moved' ? { to: 'acknowledged' } : { to: 'kept', untilMs, lane },
    );
    if (outcome === 'moved') this.#movesLeft -= 1;
    return 'done';
  }

  #moveLetter(record: LogRecord, partition: number, offset: number) {
    const origin = originOf(record);
    if (!matchesFilter(this.#task.filter, origin, { partition, offset })) return 'skipped';
    return this.#moves.move({ partition, offset, record, origin });
  }
}

/** The next one that has letters to look at. */
function nextPartition({ partition, ends }: Task): number {
  const found = ends.findIndex((end, i) => i > partition && end > 0);
  return found < 0 ? ends.length : found;
}

/** What looking at the letters of a partition needs. */
interface Look {
  readonly scope: ShareScope;
  readonly settler: LetterSettler;
  /** Letters before are passed, not looked at. */
  readonly lookFrom: number;
  readonly columns: LetterColumns;
}
