// One shard: its state in memory, its committer, its waiters. The only place where decisions are carried out:
// decide, apply, stage; what was promised is told only when it is durable. It knows no requests and no sockets.

import {
  applyWrites,
  type Context,
  createShardState,
  type Decision,
  decideQuarantine,
  keepCounts,
  loadShardState,
  markDurable,
  put,
  type QuarantineCommand,
  type QuarantineReply,
  resumeSessions,
  type ShardState,
  type StagedEnd,
  type View,
  type Wake,
  type Write,
} from '@millrace/core';
import { MillraceError } from '@millrace/protocol';
import { CommitAbortedError, type Committer } from '@millrace/storage';
import { CachedView, type DamagedBatch } from './cached-view.ts';
import type { ShardClock } from './clock.ts';
import { GroupRates } from './group-rates.ts';
import { type MovedBatch, movedBatches } from './moved-batches.ts';
import { Waiters } from './waiters.ts';
import { WakeUp } from './wake-up.ts';

export type Decide<R> = (state: ShardState, view: View, context: Context) => Decision<R>;

export type Look<R> = (state: ShardState, view: View, nowMs: number) => R;

export interface ShardEvents {
  /** A commit was aborted and memory was loaded anew from the store. */
  readonly reloaded: (cause: CommitAbortedError, tookMs: number) => void;
  /** An assertion failed while a decision was carried out: the process has to end. */
  readonly broken: (error: Error) => void;
  /** A batch was found to be damaged, and is set aside with the next commit. */
  readonly quarantined: (what: QuarantineCommand & QuarantineReply) => void;
  /** Messages that moved by themselves are on the disk. Undefined: nobody wants to know. */
  readonly moved: ((batch: MovedBatch) => void) | undefined;
}

/** What has to happen once a stage is durable. */
interface Aftermath {
  readonly seq: number;
  readonly wake: readonly Wake[];
  /** For each `appended` wake: where the partition's durable end then is; undefined for others. */
  readonly ends: readonly (StagedEnd | undefined)[];
  readonly moved: readonly MovedBatch[];
}

const NO_MOVES: readonly MovedBatch[] = [];

export class Shard {
  readonly waiters = new Waiters();
  readonly rates = new GroupRates();
  readonly #committer: Committer;
  readonly #clock: ShardClock;
  readonly #random: () => number;
  readonly #events: ShardEvents;
  readonly #view: CachedView;
  readonly #aftermath: Aftermath[] = [];
  #state: ShardState;
  #clockSavedMs = 0;

  /** The committer's hooks have to call `committed` and `aborted`. */
  constructor(committer: Committer, clock: ShardClock, random: () => number, events: ShardEvents) {
    this.#committer = committer;
    this.#view = new CachedView(committer.view as unknown as View);
    this.#clock = clock;
    this.#random = random;
    this.#events = events;
    this.#state = this.#load();
  }

  /**
   * Decide and, unless refused, apply and stage. The reply must not leave before `durable()`.
   * @throws MillraceError the refusal; then nothing was changed.
   */
  stage<R>(decide: Decide<R>): R {
    const nowMs = this.#clock.nowMs();
    const decision = this.#look((state, view) =>
      decide(state, view, { nowMs, random: this.#random }),
    );
    if (decision.error) throw decision.error;
    if (decision.writes.length > 0) this.#carryOut(decision.writes, decision.wake, nowMs);
    return decision.reply;
  }

  /**
   * Several decisions of which none may be refused: they go into one commit. A refusal would leave a half, so what is
   * thrown here ends the process before the commit begins. [L-99]
   */
  stageTogether<R>(carryOut: (stage: <S>(decide: Decide<S>) => S) => R): R {
    try {
      return carryOut((decide) => this.stage(decide));
    } catch (error) {
      this.#events.broken(asError(error));
      throw error;
    }
  }

  /** The sequence of the newest stage: what `durable` waits for to tell what was staged until now. */
  get stagedSeq(): number {
    return this.#committer.lastStagedSeq;
  }

  /** Resolves when all up to `seq` is on the disk. @throws MillraceError STORAGE_ERROR: it was aborted. */
  async durable(seq = this.stagedSeq): Promise<void> {
    try {
      await this.#committer.durable(seq);
    } catch (error) {
      throw error instanceof CommitAbortedError ? refusalOf(error) : error;
    }
  }

  async submit<R>(decide: Decide<R>): Promise<R> {
    const reply = this.stage(decide);
    await this.durable();
    return reply;
  }

  /** Read the state; the answer is told only when all it may show is durable. */
  async read<R>(look: Look<R>): Promise<R> {
    const answer = this.peek(look);
    await this.durable();
    return answer;
  }

  /** Read without waiting: only for what shows nothing but durable state. */
  peek<R>(look: Look<R>): R {
    return this.#look((state, view) => look(state, view, this.nowMs()));
  }

  nowMs(): number {
    return this.#clock.nowMs();
  }

  get view(): View {
    return this.#view;
  }

  /** True while so much is staged that nothing more should be read from the sockets. */
  get isFull(): boolean {
    return this.#committer.isFull;
  }

  whenRoom(): Promise<void> {
    return this.#committer.whenRoom();
  }

  /** Hook of the committer: all up to `seq` is durable. */
  committed(seq: number): void {
    let done = 0;
    while (done < this.#aftermath.length && (this.#aftermath[done] as Aftermath).seq <= seq)
      done += 1;
    if (done === 0) return;
    const wakeUp = new WakeUp();
    for (const { wake, ends, moved } of this.#aftermath.splice(0, done)) {
      for (const batch of moved) this.#events.moved?.(batch);
      wake.forEach((one, i) => {
        if (one.kind === 'appended')
          markDurable(this.#state, one.topicId, one.partition, ends[i] as StagedEnd);
        wakeUp.add(one);
      });
    }
    wakeUp.run(this.waiters);
  }

  /** Hook of the committer: everything staged since the last commit is void; memory starts anew from the store. */
  aborted(cause: CommitAbortedError): void {
    const startedMs = performance.now();
    this.#aftermath.length = 0;
    this.#view.clear();
    this.#clockSavedMs = 0;
    const before = this.#state;
    this.#state = this.#load();
    keepCounts(before, this.#state);
    this.#events.reloaded(cause, performance.now() - startedMs);
  }

  /** What is damaged is set aside, and looked past: the next look knows of the gap. A look changes nothing. [D-20] */
  #look<R>(look: (state: ShardState, view: View) => R): R {
    for (;;) {
      const found = look(this.#state, this.#view);
      const damaged = this.#view.takeDamaged();
      if (damaged.length === 0) return found;
      for (const one of damaged) this.#setAside(one);
    }
  }

  #setAside({ key, content, fault }: DamagedBatch): void {
    const [topicId, partition, baseOffset] = key;
    const command = { topicId, partition, baseOffset, content, fault };
    const context = { nowMs: this.#clock.nowMs(), random: this.#random };
    const decision = decideQuarantine(this.#state, this.#view, command, context);
    if (decision.error) throw decision.error;
    this.#carryOut(decision.writes, decision.wake, context.nowMs);
    this.#events.quarantined({ ...command, ...decision.reply });
  }

  #load(): ShardState {
    const state = createShardState();
    loadShardState(state, this.view);
    resumeSessions(state.consumers, this.#clock.nowMs());
    return state;
  }

  /** What throws here is a bug: then nobody knows what memory and stage hold, and only a new start finds out. [I7] */
  #carryOut(writes: readonly Write[], wake: readonly Wake[], nowMs: number): void {
    try {
      applyWrites(this.#state, writes);
      this.#view.forget(writes);
      if (nowMs !== this.#clockSavedMs) this.#committer.stage([put('meta', ['clockMs'], nowMs)]);
      this.#clockSavedMs = nowMs;
      const seq = this.#committer.stage(writes);
      if (wake.length === 0) return;
      const ends = wake.map((one) => this.#endOf(one));
      const isTold = this.#events.moved !== undefined;
      const moved = isTold ? movedBatches(writes, wake, nowMs) : NO_MOVES;
      this.#aftermath.push({ seq, wake, ends, moved });
    } catch (error) {
      this.#events.broken(asError(error));
      throw error;
    }
  }

  #endOf(wake: Wake): StagedEnd | undefined {
    if (wake.kind !== 'appended') return undefined;
    const { nextOffset, stagedBytes } = this.#state.logs.at(wake.topicId, wake.partition);
    return { nextOffset, stagedBytes };
  }
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

/** Nothing of the commit was applied: why, in the words of the protocol. */
function refusalOf(error: CommitAbortedError): MillraceError {
  const code = error.reason === 'full' ? 'STORAGE_FULL' : 'STORAGE_ERROR';
  return new MillraceError(code, undefined, {}, { cause: error });
}
