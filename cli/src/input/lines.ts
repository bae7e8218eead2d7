// A byte stream as lines, a chunk at a time: memory stays bounded by one chunk and one line, whatever comes in.
// Lines are bytes, without their end (\n or \r\n) and without a leading byte order mark. Knows nothing of records.

import type { Readable } from 'node:stream';
import { CliError } from '../errors/cli-error.ts';
import { formatSize } from '../output/format.ts';

export interface LineChunk {
  /** Lines that ended in this chunk; at the end of the stream also a last line without an end. */
  readonly lines: readonly Buffer[];
  /** Number of the first of them, from 1. */
  readonly firstLine: number;
  /** Bytes read so far. */
  readonly bytesRead: number;
}

const NEWLINE = 0x0a;
const RETURN = 0x0d;

/** Reads to the end, or until the signal. A line longer than `lineBytesMax` is an error, before it is held whole. */
export async function* readLines(
  stream: Readable,
  lineBytesMax: number,
  signal: AbortSignal,
): AsyncGenerator<LineChunk, void, void> {
  const stop = (): void => void stream.destroy();
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  const splitter = new LineSplitter(lineBytesMax);
  try {
    for await (const chunk of stream) {
      const found = splitter.push(Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk)));
      if (found.lines.length > 0) yield found;
    }
    const last = splitter.end();
    if (last.lines.length > 0) yield last;
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    signal.removeEventListener('abort', stop);
    stream.destroy();
  }
}

export class LineSplitter {
  readonly #lineBytesMax: number;
  #rest: Buffer[] = [];
  #restBytes = 0;
  #lineCount = 0;
  #bytesRead = 0;

  constructor(lineBytesMax: number) {
    this.#lineBytesMax = lineBytesMax;
  }

  push(chunk: Buffer): LineChunk {
    const lines: Buffer[] = [];
    const firstLine = this.#lineCount + 1;
    this.#bytesRead += chunk.length;
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      lines.push(this.#line(chunk.subarray(start, end)));
      start = end + 1;
    }
    this.#keep(chunk.subarray(start));
    return { lines, firstLine, bytesRead: this.#bytesRead };
  }

  end(): LineChunk {
    const firstLine = this.#lineCount + 1;
    const lines = this.#restBytes > 0 ? [this.#line(Buffer.alloc(0))] : [];
    return { lines, firstLine, bytesRead: this.#bytesRead };
  }

  #keep(rest: Buffer): void {
    this.#check(this.#restBytes + rest.length);
    if (rest.length === 0) return;
    this.#rest.push(rest);
    this.#restBytes += rest.length;
  }

  #line(tail: Buffer): Buffer {
    this.#check(this.#restBytes + tail.length);
    let line = this.#restBytes === 0 ? tail : Buffer.concat([...this.#rest, tail]);
    this.#rest = [];
    this.#restBytes = 0;
    this.#lineCount += 1;
    if (line.at(-1) === RETURN) line = line.subarray(0, -1);
    const hasMark =
      this.#lineCount === 1 && line[0] === 0xef && line[1] === 0xbb && line[2] === 0xbf;
    return hasMark ? line.subarray(3) : line;
  }

  #check(bytes: number): void {
    if (bytes <= this.#lineBytesMax) return;
    const line = this.#lineCount + 1;
    const limit = formatSize(this.#lineBytesMax);
    throw new CliError('usage', 'LINE_TOO_LONG', `line ${line} is longer than ${limit}`, {
      detail: { line, limit: `${this.#lineBytesMax} bytes` },
      hints: ['Records are lines: is this input NDJSON or text?'],
    });
  }
}
