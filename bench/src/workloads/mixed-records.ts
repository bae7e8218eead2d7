// What the records of `mixed` are: which go where, which are delayed, which fail at first, and the note in each of them that
// tells its handler so. The shares hold over a hundred batches, not within each.

import type { Settings } from '../options/table.ts';

export const MIXED = {
  log: 'bench-log',
  work: 'bench-work',
  readers: 'readers',
  workers: 'workers',
} as const;

export interface Part {
  /** 0: at once. */
  readonly delayMs: number;
  /** Its first attempt fails. */
  readonly isRetried: boolean;
}

export interface Parts {
  /** Records for the log. */
  readonly log: number;
  readonly work: readonly Part[];
}

type Shares = Pick<Settings, 'batch' | 'queuePercent' | 'delayedPercent' | 'retryPercent'>;

const DELAY_MS_MAX = 1_000;
/** Primes: the shares of delays and of failures have nothing to do with each other. */
const [DELAY_STEP, RETRY_STEP, LENGTH_STEP] = [37, 53, 7_919];

/** Of the batch of this number; the same at every start. */
export function partsOf(shares: Shares, n: number): Parts {
  const { batch, queuePercent, delayedPercent, retryPercent } = shares;
  const before = Math.floor((n * batch * queuePercent) / 100);
  const count = Math.floor(((n + 1) * batch * queuePercent) / 100) - before;
  const work = Array.from({ length: count }, (_, at): Part => {
    const number = before + at;
    const isDelayed = (number * DELAY_STEP) % 100 < delayedPercent;
    const delayMs = isDelayed ? 1 + ((number * LENGTH_STEP) % DELAY_MS_MAX) : 0;
    return { delayMs, isRetried: (number * RETRY_STEP) % 100 < retryPercent };
  });
  return { log: batch - count, work };
}

/** What a record says of itself, in its first eight bytes. */
export interface Note {
  readonly dueAt: number;
  readonly isDelayed: boolean;
  readonly isRetried: boolean;
}

const FLAGS = { delayed: 1, retried: 2 } as const;
const FLAGS_COUNT = 4;
/** Of a millisecond: what is left for the time beside the flags. */
const FINENESS = 1_000;

/** The time and the flags in one number: eight bytes is all that the smallest record has. */
export function stamp(value: Buffer, { delayMs, isRetried }: Part, dueAt: number): void {
  const flags = (delayMs > 0 ? FLAGS.delayed : 0) + (isRetried ? FLAGS.retried : 0);
  value.writeDoubleLE(Math.round(dueAt * FINENESS) * FLAGS_COUNT + flags);
}

export function noteOf(value: Uint8Array): Note {
  const number = new DataView(value.buffer, value.byteOffset, value.length).getFloat64(0, true);
  const flags = number % FLAGS_COUNT;
  return {
    dueAt: (number - flags) / FLAGS_COUNT / FINENESS,
    isDelayed: (flags & FLAGS.delayed) !== 0,
    isRetried: (flags & FLAGS.retried) !== 0,
  };
}
