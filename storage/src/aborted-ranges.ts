// Which shard sequences were aborted, so that whoever asks late is told. It remembers a bounded number of ranges.

import { assert } from './assert.ts';
import type { CommitAbortedError } from './errors.ts';
import { STORAGE_LIMITS } from './limits.ts';

interface AbortedRange {
  readonly first: number;
  readonly last: number;
  readonly error: CommitAbortedError;
}

export class AbortedRanges {
  /** Oldest first. */
  readonly #ranges: AbortedRange[] = [];

  /** `first` follows everything added before. */
  add(first: number, last: number, error: CommitAbortedError): void {
    assert(first <= last, 'an aborted range is not empty');
    assert(first > (this.#ranges.at(-1)?.last ?? 0), 'aborted ranges come in order');
    this.#ranges.push({ first, last, error });
    if (this.#ranges.length > STORAGE_LIMITS.abortedRangesMax) this.#ranges.shift();
  }

  find(seq: number): CommitAbortedError | undefined {
    // Who asks, asks for something recent.
    for (let i = this.#ranges.length - 1; i >= 0; i -= 1) {
      const range = this.#ranges[i] as AbortedRange;
      if (seq > range.last) return undefined;
      if (seq >= range.first) return range.error;
    }
    return undefined;
  }
}
