// How many log lines a kind of event may have: the first few of a while, then a count. A flood of connections is not to
// become a flood of lines.

const LINES_MAX = 20;
const WHILE_MS = 10_000;

export class LinePace {
  #beganAtMs = Number.NEGATIVE_INFINITY;
  #lines = 0;
  #leftOut = 0;

  /** Undefined: no line for this one. Otherwise how many were left out since the last one. */
  next(nowMs: number): number | undefined {
    if (nowMs - this.#beganAtMs >= WHILE_MS) {
      this.#beganAtMs = nowMs;
      this.#lines = 0;
    }
    if (this.#lines >= LINES_MAX) {
      this.#leftOut += 1;
      return undefined;
    }
    this.#lines += 1;
    const leftOut = this.#leftOut;
    this.#leftOut = 0;
    return leftOut;
  }
}
