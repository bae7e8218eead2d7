// The only way to stdout and stderr. With --json stdout carries one JSON document, or one a line for streams; tables and
// sentences are for people. Waits when the reader is slow; a reader that went away closes the output, which is no error.

import type { Settings } from '../settings.ts';
import type { Terminal } from '../terminal.ts';

/** The reader of stdout is gone (`| head -1`): stop, quietly. */
export class OutputClosed extends Error {
  override readonly name = 'OutputClosed';
}

export class Output {
  readonly json: boolean;
  readonly color: boolean;
  readonly width: number | undefined;
  readonly #quiet: boolean;
  readonly #terminal: Terminal;
  readonly #whenClosed: () => void;
  #failure: Error | undefined;
  #waiters: (() => void)[] = [];

  /** `whenClosed` is called once, when stdout's reader is gone or stdout fails. */
  constructor(settings: Settings, terminal: Terminal, whenClosed: () => void) {
    this.json = settings.json;
    this.color = settings.color;
    this.width = terminal.stdout.isTTY === true ? terminal.stdout.columns : undefined;
    this.#quiet = settings.quiet;
    this.#terminal = terminal;
    this.#whenClosed = whenClosed;
    terminal.stdout.on('error', (error: NodeJS.ErrnoException) => this.#fail(error));
    terminal.stdout.on('drain', () => this.#wake());
    terminal.stderr.on('error', () => {});
  }

  get isClosed(): boolean {
    return this.#failure !== undefined;
  }

  /** Text as it is; resolves when more may be written. Rejects with OutputClosed, or why stdout cannot be written. */
  async write(text: string | Uint8Array): Promise<void> {
    this.#check();
    if (this.#terminal.stdout.write(text)) return;
    await new Promise<void>((resolve) => this.#waiters.push(resolve));
    this.#check();
  }

  async line(text: string): Promise<void> {
    await this.write(`${text}\n`);
  }

  /** The one answer of a command: the document for programs, the text for people. */
  async answer(document: unknown, forPeople: () => string | Promise<string>): Promise<void> {
    const text = this.json ? JSON.stringify(document, null, 2) : await forPeople();
    if (text !== '') await this.line(text);
  }

  /** What was done: for people a sentence, unless they asked for quiet. */
  async done(document: unknown, sentence: string): Promise<void> {
    if (this.json || !this.#quiet) await this.answer(document, () => sentence);
  }

  /** A remark beside the answer, for people who watch: on stderr if that is a terminal, never with --json or --quiet. */
  note(text: string): void {
    if (this.isWatched) this.#terminal.stderr.write(`${text}\n`);
  }

  /** Something is not as it should be and the command goes on: on stderr, with --json as an object. */
  warn(text: string): void {
    if (this.#quiet) return;
    this.#terminal.stderr.write(
      `${this.json ? JSON.stringify({ warning: { message: text } }) : `broker-cli: ${text}`}\n`,
    );
  }

  /** Somebody looks at stderr and wants to hear how it goes. */
  get isWatched(): boolean {
    return !this.json && !this.#quiet && this.#terminal.stderr.isTTY === true;
  }

  /** All written so far has left the process, or can no longer. */
  async flush(): Promise<void> {
    if (this.#failure !== undefined) return;
    await new Promise<void>((resolve) => {
      this.#waiters.push(resolve);
      this.#terminal.stdout.write('', () => this.#wake());
    });
  }

  #check(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  #fail(error: NodeJS.ErrnoException): void {
    if (this.#failure === undefined) {
      const isGone = error.code === 'EPIPE' || error.code === 'ERR_STREAM_DESTROYED';
      this.#failure = isGone ? new OutputClosed('stdout is closed') : error;
      this.#whenClosed();
    }
    this.#wake();
  }

  #wake(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const resolve of waiters) resolve();
  }
}
