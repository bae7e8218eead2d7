// Waiting: for a time, a signal or a condition. Every timer here ends with its wait.

import { MillraceError } from '@millrace/protocol';
import { onAbort } from './on-abort.ts';

/** What a caller's signal becomes: ABORTED, with the signal's reason as cause. */
export function abortedError(signal: AbortSignal): MillraceError {
  return new MillraceError('ABORTED', undefined, {}, { cause: signal.reason });
}

export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw abortedError(signal);
}

/** Resolves after `ms`, or as soon as one of the signals is aborted; it never rejects. */
export function pause(ms: number, ...signals: (AbortSignal | undefined)[]): Promise<void> {
  if (signals.some((signal) => signal?.aborted)) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      for (const unlisten of unlistens) unlisten();
      resolve();
    };
    const timer = setTimeout(done, ms);
    const given = signals.filter((signal) => signal !== undefined);
    const unlistens = given.map((signal) => onAbort(signal, done));
  });
}

/** `promise`, or ABORTED as soon as the signal is aborted. The promise itself goes on. */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  if (signal.aborted) return Promise.reject(abortedError(signal));
  return new Promise((resolve, reject) => {
    const unlisten = onAbort(signal, () => reject(abortedError(signal)));
    void promise.then(resolve, reject).finally(unlisten);
  });
}

/** Resolves once the promise has settled, however. */
export async function settled(promise: Promise<unknown>): Promise<void> {
  await Promise.allSettled([promise]);
}

/** True once the promise has settled, false if `ms` pass before. */
export function settledWithin(promise: Promise<unknown>, ms: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), ms);
    const inTime = () => {
      clearTimeout(timer);
      resolve(true);
    };
    promise.then(inTime, inTime);
  });
}

/** A bell that many may wait for: `ring` wakes all who wait now. */
export class Bell {
  private waiting = new Set<() => void>();

  ring(): void {
    if (this.waiting.size === 0) return;
    const woken = this.waiting;
    this.waiting = new Set();
    for (const wake of woken) wake();
  }

  wait(): Promise<void> {
    return new Promise((resolve) => this.waiting.add(resolve));
  }

  /** Waits for a ring, but no longer than `ms` and no longer than until the signal is aborted. */
  waitAtMost(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.waiting.delete(wake);
        unlisten?.();
        resolve();
      };
      const timer = setTimeout(wake, ms);
      this.waiting.add(wake);
      const unlisten = signal === undefined ? undefined : onAbort(signal, wake);
    });
  }
}
