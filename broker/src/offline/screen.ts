// Where the offline commands write: answers to stdout, progress to a terminal's stderr and nowhere else. A reader that
// went away ends the process quietly.

import { writeSync } from 'node:fs';

export interface Screen {
  readonly isJson: boolean;
  line(text: string): void;
  /** The one answer of a command: the document for programs, the text for people. */
  answer(document: object, forPeople: () => string): void;
  /** `done` of `total`, of which `unit` makes text. Shown where a person watches, a few times a second. */
  progress(what: string, done: number, total: number, unit: (amount: number) => string): void;
  /** Takes the progress off the terminal. */
  clear(): void;
}

const INTERVAL_MS = 200;
const CLEAR_LINE = '\r\u001B[K';

export function openScreen(isJson: boolean): Screen {
  const isWatched = !isJson && process.stderr.isTTY;
  let shownAt = 0;
  let isShown = false;
  const clear = () => {
    if (isShown) process.stderr.write(CLEAR_LINE);
    isShown = false;
  };
  const line = (text: string) => {
    clear();
    writeAll(`${text}\n`);
  };
  return {
    isJson,
    line,
    clear,
    answer(document, forPeople) {
      line(isJson ? JSON.stringify(document, null, 2) : forPeople());
    },
    progress(what, done, total, unit) {
      if (!isWatched || performance.now() - shownAt < INTERVAL_MS) return;
      shownAt = performance.now();
      isShown = true;
      const part = total > 0 ? `${Math.floor((100 * Math.min(done, total)) / total)}%  ` : '';
      const of = total > 0 ? ` of ${unit(total)}` : '';
      process.stderr.write(`${CLEAR_LINE}${what}  ${part}${unit(done)}${of}`);
    },
  };
}

/** At once, so that a loop over millions of rows piles up nothing. */
function writeAll(text: string): void {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(1, bytes, at);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EPIPE') process.exit(0);
      // A pipe whose reader is slow: wait a little.
      if (code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}
