// Writes records to stdout in pieces of bounded size, up to a number of records, and says how far it came.

import type { Message } from '@millrace/client';
import type { Output } from '../../output/output.ts';
import { recordLine, type ValueFormat } from '../../output/record-json.ts';

const PIECE_BYTES = 64 * 1_024;
const LINE_END = Buffer.from('\n');

export interface WriterOptions {
  readonly valueFormat: ValueFormat;
  /** Values only, as they are. */
  readonly raw: boolean;
}

export class RecordWriter {
  readonly #output: Output;
  readonly #options: WriterOptions;
  #left: number;

  constructor(output: Output, options: WriterOptions, max: number = Number.POSITIVE_INFINITY) {
    this.#output = output;
    this.#options = options;
    this.#left = max;
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
    let piece = new Piece();
    for (const [at, message] of messages.entries()) {
      if (this.isFull) break;
      this.#add(piece, message);
      this.#left -= 1;
      if (piece.bytes < PIECE_BYTES && at < messages.length - 1 && !this.isFull) continue;
      await this.#output.write(piece.take());
      written(message.offset + 1);
      piece = new Piece();
    }
  }

  #add(piece: Piece, message: Message<Uint8Array>): void {
    const { raw, valueFormat } = this.#options;
    if (raw) piece.addBytes(message.valueBytes);
    else piece.addText(recordLine(message, valueFormat));
  }
}

/** Lines that go to stdout together: all text, or all bytes. */
class Piece {
  bytes = 0;
  #text = '';
  readonly #parts: Uint8Array[] = [];

  addText(line: string): void {
    this.#text += `${line}\n`;
    this.bytes += line.length + 1;
  }

  addBytes(line: Uint8Array | null): void {
    if (line !== null) this.#parts.push(line);
    this.#parts.push(LINE_END);
    this.bytes += (line?.length ?? 0) + 1;
  }

  take(): string | Uint8Array {
    return this.#parts.length > 0 ? Buffer.concat(this.#parts) : this.#text;
  }
}
