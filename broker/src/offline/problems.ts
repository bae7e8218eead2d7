// What a verification found, collected up to a bound and counted beyond it. It decides nothing.

export interface Problem {
  /** corrupt: bytes that are not what was written. contradiction: rows that do not fit together. */
  readonly kind: 'corrupt' | 'contradiction';
  readonly table: string;
  readonly topic?: string | undefined;
  readonly group?: string | undefined;
  readonly partition?: number | undefined;
  readonly offset?: number | undefined;
  /** Of the row, in hex, where it cannot be named otherwise. */
  readonly keyHex?: string | undefined;
  readonly message: string;
}

/** More are counted, not kept: a damaged disk can have millions. */
const KEPT_MAX = 1_000;

export class Problems {
  readonly kept: Problem[] = [];
  count = 0;

  corrupt(problem: Omit<Problem, 'kind'>): void {
    this.#add({ kind: 'corrupt', ...problem });
  }

  contradiction(problem: Omit<Problem, 'kind'>): void {
    this.#add({ kind: 'contradiction', ...problem });
  }

  #add(problem: Problem): void {
    this.count += 1;
    if (this.kept.length < KEPT_MAX) this.kept.push(problem);
  }
}
