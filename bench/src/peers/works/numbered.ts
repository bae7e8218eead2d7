// Messages with a number in their first bytes, so that the reader can prove that each came, once.

import { NotProven } from './work.ts';

const NUMBER_BYTES = 4;

/** A value of so many bytes: its number, then bytes that depend on it. */
export function numbered(number: number, bytes: number): Buffer {
  const value = Buffer.allocUnsafe(bytes).fill((number % 251) + 1, NUMBER_BYTES);
  value.writeUInt32LE(number, 0);
  return value;
}

export function numberOf(value: Uint8Array): number {
  const [a = 0, b = 0, c = 0, d = 0] = value;
  return (a | (b << 8) | (c << 16) | (d << 24)) >>> 0;
}

/** Which of the messages 0 to `total` - 1 came. */
export class Seen {
  count = 0;
  readonly #total: number;
  readonly #bytes: number;
  readonly #marks: Uint8Array;

  constructor(total: number, bytes: number) {
    this.#total = total;
    this.#bytes = bytes;
    this.#marks = new Uint8Array(total);
  }

  /** Throws NotProven at one that was not sent, is cut, or came before. */
  take(values: readonly Uint8Array[]): void {
    for (const value of values) {
      const number = numberOf(value);
      if (value.length !== this.#bytes || number >= this.#total) {
        throw new NotProven(`a message came that nobody sent (${value.length} bytes)`);
      }
      if (this.#marks[number] === 1) throw new NotProven(`message ${number} came twice`);
      this.#marks[number] = 1;
    }
    this.count += values.length;
  }
}
