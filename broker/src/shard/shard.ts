// One shard: its state in memory, its committer, its waiters. The only place where decisions are carried out:
// decide, apply, stage; what was promised is told only when it is durable. It knows no requests and no sockets.

import {
  applyWrites,
  type Context,
  createShardState,
  type Decision,
  loadShardState,
  markDurable,
  put,
  resumeSessions,
  type ShardState,
  type View,
  type Wake,
} from '@millrace/core';
import { MillraceError } from '@millrace/protocol';
import { CommitAbortedError, type Committer } from '@millrace/storage';
import type { ShardClock } from './clock.ts';
import { Waiters } from './waiters.ts';

export type Decide<R> = (state: ShardState, view: View, context: Context) => Decision<R>;

export type Look<R> = (state: ShardState, view: View, nowMs: number) => R;

export interface ShardEvents {
  /** A commit was aborted and memory was loaded anew from the store. */
  readonly reloaded: (cause: Error, tookMs: number) => void;
}

/** What has to happen once a stage is durable. */
interface Aftermath {
  readonly seq: number;
  readonly wake: readonly Wake[];
  /** For each `appended` wake: where the partition's durable end then is. */
  readonly endOffsets: readonly number[];
}

const CLOCK_SAVED_EVERY_MS = 1_000;

export class Shard {
  readonly waiters = new Waiters();
  readonly #committer: Committer;
  readonly #clock: ShardClock;
  readonly #random: () => number;
  readonly #events: ShardEvents;
  readonly #aftermath: Aftermath[] = [];
  #state: ShardState;
  #clockSavedMs = 0;

  /** The committer's hooks have to call `committed` and `aborted`. */
  constructor(committer: Committer, clock: ShardClock, random: () => number, events: ShardEvents) {
    this.#committer = committer;
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
    const decision = decide(this.#state, this.view, { nowMs, random: this.#random });
    if (decision.error) throw decision.error;
    const { writes, wake } = decision;
    if (writes.length > 0) {
      applyWrites(this.#state, writes);
      this.#keepClock(nowMs);
      const seq = this.#committer.stage(writes);
      if (wake.length > 0)
        this.#aftermath.push({ seq, wake, endOffsets: wake.map((one) => this.#endOffset(one)) });
    }
    return decision.reply;
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
      if (error instanceof CommitAbortedError)
        throw new MillraceError('STORAGE_ERROR', undefined, {}, { cause: error });
      throw error;
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
    return look(this.#state, this.view, this.nowMs());
  }

  nowMs(): number {
    return this.#clock.nowMs();
  }

  get view(): View {
    return this.#committer.view as unknown as View;
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
    const due = this.#aftermath.splice(0, done);
    for (const { wake, endOffsets } of due) {
      wake.forEach((one, i) => {
        if (one.kind === 'appended')
          markDurable(this.#state, one.topicId, one.partition, endOffsets[i] as number);
      });
    }
    for (const { wake } of due) for (const one of wake) this.#wake(one);
  }

  /** Hook of the committer: everything staged since the last commit is void; memory starts anew from the store. */
  aborted(cause: Error): void {
    const startedMs = performance.now();
    this.#aftermath.length = 0;
    this.#clockSavedMs = 0;
    this.#state = this.#load();
    this.#events.reloaded(cause, performance.now() - startedMs);
  }

  #load(): ShardState {
    const state = createShardState();
    loadShardState(state, this.view);
    resumeSessions(state.consumers, this.#clock.nowMs());
    return state;
  }

  #keepClock(nowMs: number): void {
    if (nowMs - this.#clockSavedMs < CLOCK_SAVED_EVERY_MS) return;
    this.#clockSavedMs = nowMs;
    this.#committer.stage([put('meta', ['clockMs'], nowMs)]);
  }

  #endOffset(wake: Wake): number {
    if (wake.kind !== 'appended') return -1;
    return this.#state.logs.at(wake.topicId, wake.partition).nextOffset;
  }

  #wake(wake: Wake): void {
    if (wake.kind === 'appended') this.waiters.appended(wake.topicId, wake.partition);
    else this.waiters.ready(wake.groupId, wake.topicId);
  }
}
