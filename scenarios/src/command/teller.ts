// Tells what happens while it happens: a line a step on standard output, and on a terminal what is waited for. With --json
// it keeps the lines for the result and prints nothing.

export interface Step {
  /** Since the play began. */
  readonly atMs: number;
  readonly text: string;
}

const CLEAR_LINE = '\r\u001b[K';

export class Teller {
  readonly steps: Step[] = [];
  readonly #startedMs = performance.now();
  readonly #isQuiet: boolean;
  readonly #isLive: boolean;

  constructor(isQuiet: boolean) {
    this.#isQuiet = isQuiet;
    this.#isLive = !isQuiet && process.stderr.isTTY;
  }

  get seconds(): number {
    return (performance.now() - this.#startedMs) / 1_000;
  }

  say(text: string): void {
    const atMs = Math.round(performance.now() - this.#startedMs);
    this.steps.push({ atMs, text });
    this.wait(undefined);
    if (!this.#isQuiet) console.log(`${(atMs / 1_000).toFixed(2).padStart(7)} s  ${text}`);
  }

  /** A picture, or a table: lines without a time of their own. */
  show(text: string): void {
    this.wait(undefined);
    if (!this.#isQuiet) console.log(`\n${text}\n`);
  }

  /** What is waited for, until the next step; undefined: nothing is. */
  wait(what: string | undefined): void {
    if (this.#isLive)
      process.stderr.write(what === undefined ? CLEAR_LINE : `${CLEAR_LINE}... until ${what}`);
  }
}
