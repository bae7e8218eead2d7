// Outcomes of one acknowledgement item: ranges that follow each other and together are the range of the item.

import { assert } from '../assert.ts';

export interface RangeOutcome {
  readonly firstOffset: number;
  readonly lastOffset: number;
  /** NO_ERROR, or a number of the error table. */
  readonly errorCode: number;
}

export class Outcomes {
  readonly #list: { firstOffset: number; lastOffset: number; errorCode: number }[] = [];
  readonly #last: number;
  #next: number;

  constructor(firstOffset: number, lastOffset: number) {
    assert(firstOffset <= lastOffset);
    this.#next = firstOffset;
    this.#last = lastOffset;
  }

  /** The first offset that has no outcome yet. */
  get next(): number {
    return this.#next;
  }

  /** Of the offsets before `next`. */
  get soFar(): readonly RangeOutcome[] {
    return this.#list;
  }

  /** Offsets before `end` that have no outcome yet get this one. */
  until(end: number, errorCode: number): void {
    const lastOffset = Math.min(end - 1, this.#last);
    if (lastOffset < this.#next) return;
    const previous = this.#list.at(-1);
    if (previous?.errorCode === errorCode) previous.lastOffset = lastOffset;
    else this.#list.push({ firstOffset: this.#next, lastOffset, errorCode });
    this.#next = lastOffset + 1;
  }

  /** All of the range, each offset once. */
  finish(errorCode: number): readonly RangeOutcome[] {
    this.until(this.#last + 1, errorCode);
    assert(this.#next === this.#last + 1, 'no offset is left without an outcome');
    return this.#list;
  }
}
