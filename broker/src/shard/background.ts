// Work that nobody asks for: what falls due by time, retention, the rows of deleted topics and groups.
// All of it goes through the shard as commands, in slices, each waited for before the next: traffic goes between.

import type { Shard } from './shard.ts';

/** One slice of a job. Stages what it has to; true: there is more to do now. */
export type Slice = (shard: Shard) => boolean;

export interface Job {
  readonly name: string;
  readonly slice: Slice;
  /** When to run next, ms of the shard's clock; undefined: not by itself. Asked after every run and every commit. */
  readonly nextMs: (shard: Shard, lastRunMs: number) => number | undefined;
}

export interface BackgroundEvents {
  readonly failed: (job: string, error: unknown) => void;
}

/** Timers fire late rather than early, and never further ahead than this: the wall clock may jump. */
const SLEEP_MS_MAX = 1_000;
const RETRY_MS = 100;
/** A timer that comes so late: the process stood still, and what members and workers sent meanwhile is not read yet. */
const STOOD_STILL_MS = 2_000;
/** So long they have to be heard, before anything ends by time. [C-7] [L-20] */
const HEARING_MS = 1_000;

/** Runs jobs one slice at a time. One timer for all of them. */
export class Background {
  readonly #shard: Shard;
  readonly #jobs: readonly Job[];
  readonly #events: BackgroundEvents;
  readonly #lastRunMs = new Map<Job, number>();
  #timer: NodeJS.Timeout | undefined;
  #timerMs = Number.POSITIVE_INFINITY;
  /** When the timer is to fire. */
  #expectedMs = 0;
  #heldUntilMs = Number.NEGATIVE_INFINITY;
  #running: Promise<void> | undefined;
  #stopped = false;

  constructor(shard: Shard, jobs: readonly Job[], events: BackgroundEvents) {
    this.#shard = shard;
    this.#jobs = jobs;
    this.#events = events;
  }

  /** Set the timer for the earliest job. Call it after every commit: a lease may end sooner than all before. */
  arm(): void {
    if (this.#stopped || this.#running) return;
    const nowMs = this.#shard.nowMs();
    const dueMs = Math.min(...this.#jobs.map((job) => this.#dueMs(job)));
    const wakeMs = Math.max(this.#heldUntilMs, Math.min(dueMs, nowMs + SLEEP_MS_MAX));
    if (this.#timer && this.#timerMs <= wakeMs) return;
    clearTimeout(this.#timer);
    this.#timerMs = wakeMs;
    this.#expectedMs = Math.max(nowMs, wakeMs);
    this.#timer = setTimeout(() => this.#start(), this.#expectedMs - nowMs);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  #dueMs(job: Job): number {
    return (
      job.nextMs(this.#shard, this.#lastRunMs.get(job) ?? Number.NEGATIVE_INFINITY) ??
      Number.POSITIVE_INFINITY
    );
  }

  #start(): void {
    this.#timer = undefined;
    const nowMs = this.#shard.nowMs();
    const wasHeld = this.#expectedMs <= this.#heldUntilMs;
    if (!wasHeld && nowMs - this.#expectedMs >= STOOD_STILL_MS) {
      this.#heldUntilMs = nowMs + HEARING_MS;
      this.arm();
      return;
    }
    this.#running = this.#runDue().finally(() => {
      this.#running = undefined;
      this.arm();
    });
  }

  /** One slice of each job that is due, again and again: a job with much to do holds up none that falls due meanwhile. */
  async #runDue(): Promise<void> {
    let pending = this.#dueNow(new Set());
    while (pending.length > 0 && !this.#stopped) {
      const ran = new Set(pending);
      const unfinished = new Set<Job>();
      for (const job of pending) {
        if (this.#stopped) return;
        if (await this.#ranPart(job)) unfinished.add(job);
      }
      const fallenDue = new Set(this.#dueNow(ran));
      pending = this.#jobs.filter((job) => unfinished.has(job) || fallenDue.has(job));
      if (unfinished.size > 0) await new Promise((resolve) => setImmediate(resolve));
    }
  }

  #dueNow(without: ReadonlySet<Job>): Job[] {
    const nowMs = this.#shard.nowMs();
    return this.#jobs.filter((job) => !without.has(job) && this.#dueMs(job) <= nowMs);
  }

  /** One slice, waited for; true: there is more to do now. */
  async #ranPart(job: Job): Promise<boolean> {
    try {
      await this.#shard.whenRoom();
      const more = job.slice(this.#shard);
      this.#lastRunMs.set(job, this.#shard.nowMs());
      await this.#shard.durable();
      return more;
    } catch (error) {
      this.#events.failed(job.name, error);
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      return false;
    }
  }
}
