// Watches the process from inside: whether its event loop comes round in time, and how much of its heap is in use. It
// says so in the log and in numbers; it ends nothing.

import { getHeapStatistics } from 'node:v8';
import type { Log } from '@millrace/options';
import type { Trouble } from './readiness.ts';

export interface WatchOptions {
  readonly eventLoopWarning: number;
  /** Bytes; 0: HEAP_PART of what node allows. */
  readonly heapWarning: number;
}

/** What is watched; another one in tests. */
export interface WatchSources {
  readonly nowMs: () => number;
  readonly heap: () => { readonly used: number; readonly limit: number };
  readonly log: Log;
}

export const LOOK_MS = 100;
const HEAP_EVERY = 10;
/** Looks that are remembered: a minute of them. */
const LOOKS_KEPT = 600;
const HEAP_PART = 0.8;
/** A warning ends when less than this part of what it is about is in use: no lines to and fro. */
const HEAP_CALM_PART = 0.9;
/** Nothing should be sent here when the loop was held up for so long, until it has come round in time for as long as the second. */
const HELD_UP_MS = 2_000;
const HELD_UP_FOR_MS = 10_000;
/** One line for all that was held up within it. */
const LINE_EVERY_MS = 10_000;

export const HEAP_NOW: WatchSources['heap'] = () => {
  const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics();
  return { used, limit };
};

export class ProcessWatch {
  /** How often the event loop was held up for longer than the warning. */
  heldUpTotal = 0;
  isHeapHigh = false;
  readonly #options: WatchOptions;
  readonly #sources: WatchSources;
  #timer: NodeJS.Timeout | undefined;
  #lookedAtMs = 0;
  #looks = 0;
  #heldUpAtMs = Number.NEGATIVE_INFINITY;
  #heldUpMs = 0;
  #lineAtMs = Number.NEGATIVE_INFINITY;
  /** How late the last looks were, ms; the newest takes the place of the oldest. */
  readonly #late = new Float64Array(LOOKS_KEPT);

  constructor(options: WatchOptions, sources: WatchSources) {
    this.#options = options;
    this.#sources = sources;
  }

  start(): void {
    this.#lookedAtMs = this.#sources.nowMs();
    this.#timer = setInterval(() => this.look(), LOOK_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Called every LOOK_MS, or as soon after it as the event loop can. */
  look(): void {
    const nowMs = this.#sources.nowMs();
    const lateMs = Math.max(0, nowMs - this.#lookedAtMs - LOOK_MS);
    this.#lookedAtMs = nowMs;
    if (lateMs >= this.#options.eventLoopWarning) this.#heldUp(lateMs, nowMs);
    if (lateMs >= HELD_UP_MS) {
      this.#heldUpAtMs = nowMs;
      this.#heldUpMs = lateMs;
    }
    this.#late[this.#looks % LOOKS_KEPT] = lateMs;
    this.#looks += 1;
    if (this.#looks % HEAP_EVERY === 0) this.#lookAtHeap();
  }

  troubles(): readonly Trouble[] {
    if (this.#sources.nowMs() - this.#heldUpAtMs >= HELD_UP_FOR_MS) return [];
    const text = `The event loop was held up for ${Math.round(this.#heldUpMs)} ms a moment ago.`;
    return [{ code: 'event_loop_held_up', text }];
  }

  /** Over the last minute; null before the first look. */
  lateness(): { readonly eventLoopP99Ms: number | null; readonly eventLoopMaxMs: number | null } {
    const sorted = this.#late.slice(0, Math.min(this.#looks, LOOKS_KEPT)).toSorted();
    const at = Math.ceil(0.99 * sorted.length) - 1;
    return { eventLoopP99Ms: sorted[at] ?? null, eventLoopMaxMs: sorted.at(-1) ?? null };
  }

  heapNow(): ReturnType<WatchSources['heap']> {
    return this.#sources.heap();
  }

  #heldUp(lateMs: number, nowMs: number): void {
    this.heldUpTotal += 1;
    if (nowMs - this.#lineAtMs < LINE_EVERY_MS) return;
    this.#lineAtMs = nowMs;
    const fields = { event: 'event_loop_held_up' as const, heldUpMs: Math.round(lateMs) };
    this.#sources.log.warn(fields, 'The event loop was held up: nobody was answered meanwhile.');
  }

  #lookAtHeap(): void {
    const { used, limit } = this.#sources.heap();
    const { heapWarning } = this.#options;
    const bound = heapWarning === 0 ? HEAP_PART * limit : heapWarning;
    const fields = { usedBytes: used, warningBytes: bound, limitBytes: limit };
    if (!this.isHeapHigh && used > bound) {
      this.isHeapHigh = true;
      this.#sources.log.warn({ event: 'heap_high', ...fields }, 'The heap is nearly used up.');
    } else if (this.isHeapHigh && used < HEAP_CALM_PART * bound) {
      this.isHeapHigh = false;
      this.#sources.log.info({ event: 'heap_calm', ...fields }, 'The heap has room again.');
    }
  }
}
