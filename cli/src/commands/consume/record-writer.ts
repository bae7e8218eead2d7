// Writes the records that are wanted to stdout in pieces of bounded size, up to a number of them, and says how far it
// came: also past those that are not wanted.

import type { Message } from '@millrace/client';
import type { RecordFilter } from '../../input/record-filter.ts';
import type { Output } from '../../output/output.ts';

const PIECE_BYTES = 64 * 1_024;

export interface WriterOptions {
  /** A record as it goes out, with its end. All of them text, or all bytes. */
  readonly render: (record: Message<Uint8Array>) => string | Uint8Array;
  /** Records that are wanted; undefined: all. */
  readonly filter?: RecordFilter | undefined;
  /** Records at most. */
  readonly max?: number | undefined;
}

export class RecordWriter {
  readonly #output: Pick<Output, 'write'>;
  readonly #options: WriterOptions;
  #left: number;

  constructor(output: Pick<Output, 'write'>, options: WriterOptions) {
    this.#output = output;
    this.#options = options;
    this.#left = options.max ?? Number.POSITIVE_INFINITY;
  }

  /** As many records as were wanted are written. */
  get isFull(): boolean {
    return this.#left <= 0;
  }

  /** Writes the records as far as they are wanted; `written` is told the next offset after each piece. */
  async write(
    messages: readonly Message<Uint8Array>[],
    written: (nextOffset: number) => void,
  ): Promise<void> {
    const { render, filter } = this.#options;
    let piece = new Piece();
    for (const [at, message] of messages.entries()) {
      if (this.isFull) break;
      if (filter === undefined || filter(message)) {
        piece.add(render(message));
        this.#left -= 1;
      }
      if (piece.bytes < PIECE_BYTES && at < messages.length - 1 && !this.isFull) continue;
      if (piece.bytes > 0) await this.#output.write(piece.take());
      written(message.offset + 1);
      piece = new Piece();
    }
  }
}

/** What goes to stdout together. */
class Piece {
  bytes = 0;
  #text = '';
  readonly #parts: Uint8Array[] = [];

  add(line: string | Uint8Array): void {
    if (typeof line === 'string') this.#text += line;
    else this.#parts.push(line);
    this.bytes += line.length;
  }

  take(): string | Uint8Array {
    return this.#parts.length > 0 ? Buffer.concat(this.#parts) : this.#text;
  }
}
