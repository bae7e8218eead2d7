// The flow of `produce`: lines in, batches out, in bounded memory. Reading waits while too much is on its way, so that
// gigabytes of stdin pass through a few megabytes.

import type { Readable } from 'node:stream';
import type { BatchMessage, Producer, SentBatch } from '@millrace/client';
import type { Header } from '../../input/header.ts';
import type { JsonPath } from '../../input/json-path.ts';
import { readLines } from '../../input/lines.ts';
import {
  type InputFormat,
  type KeyValueLine,
  lineError,
  type ParsedRecord,
  parseKeyValueLine,
  parseRecordLine,
} from '../../input/record-line.ts';
import { type RecordRules, type RuleLimits, ruleFault } from '../../input/record-rules.ts';
import type { Tally } from './tally.ts';

/** A record of 1 MiB written as base64 in a line of JSON, with room for its key and headers. */
const LINE_BYTES_MAX = 2 * 1_024 * 1_024;
/** Lines that are on their way to the broker, bytes. */
const UNSENT_BYTES_MAX = 16 * 1_024 * 1_024;

export interface RecordShape {
  readonly topic: string;
  readonly format?: InputFormat | undefined;
  readonly keyPath?: JsonPath | undefined;
  /** How a line is read, where it is of no format that has a name; undefined: there is no record in it. */
  readonly parse?: ((line: Buffer, lineNumber: number) => ParsedRecord | undefined) | undefined;
  /** With the format key-value. */
  readonly keyValue?: KeyValueLine | undefined;
  readonly key: string | undefined;
  readonly headers: readonly Header[];
  readonly partition: number | undefined;
  readonly dedupPath?: JsonPath | undefined;
  /** What every record says; it goes before what a line says. */
  readonly rules?: RecordRules | undefined;
  /** Rules of lines are held to these. */
  readonly limits?: RuleLimits | undefined;
}

/** Resolves when everything read is stored; rejects with the first refusal, after all that was sent has its outcome. */
export async function pump(
  producer: Producer<Uint8Array>,
  stream: Readable,
  shape: RecordShape,
  tally: Tally,
  signal: AbortSignal,
): Promise<void> {
  const window = new SendWindow(tally);
  try {
    let bytesBefore = 0;
    for await (const chunk of readLines(stream, LINE_BYTES_MAX, signal)) {
      const bytes = chunk.bytesRead - bytesBefore;
      bytesBefore = chunk.bytesRead;
      tally.bytesRead = chunk.bytesRead;
      const { messages, refusal } = parseLines(chunk.lines, chunk.firstLine, shape, tally);
      const lastLine = chunk.firstLine + chunk.lines.length - 1;
      if (messages.length > 0) {
        // Of a chunk with a refused line only the records before it are sent.
        const toLine = refusal === undefined ? lastLine : chunk.firstLine - 1;
        window.add(producer.sendBatch(shape.topic, messages), bytes, toLine);
      } else if (refusal === undefined) window.pass(lastLine);
      if (refusal !== undefined) throw refusal;
      await window.room();
      window.check();
    }
  } finally {
    await window.settled();
  }
  window.check();
}

/** The records of the lines; where one is refused, those before it and the refusal. */
function parseLines(
  lines: readonly Buffer[],
  firstLine: number,
  shape: RecordShape,
  tally: Tally,
): { messages: BatchMessage<Uint8Array>[]; refusal?: Error } {
  const { keyPath, key, headers, partition, rules, limits } = shape;
  const place = partition === undefined ? {} : { partition };
  const messages: BatchMessage<Uint8Array>[] = [];
  try {
    for (const [at, line] of lines.entries()) {
      const parsed = parseLine(line, firstLine + at, shape);
      if (parsed === undefined) continue;
      const fault = limits === undefined ? undefined : ruleFault(parsed, limits);
      if (fault !== undefined) throw lineError(firstLine + at, fault);
      if (keyPath !== undefined && parsed.key === null) tally.withoutKey += 1;
      tally.read += 1;
      messages.push({
        ...parsed,
        key: key ?? parsed.key,
        headers: headers.length === 0 ? parsed.headers : [...parsed.headers, ...headers],
        ...place,
        ...rules,
      });
    }
  } catch (refusal) {
    return { messages, refusal: refusal as Error };
  }
  return { messages };
}

const TAB = { separator: '\t', tombstones: false };

function parseLine(line: Buffer, number: number, shape: RecordShape): ParsedRecord | undefined {
  const { format = 'text', keyPath, dedupPath, keyValue = TAB } = shape;
  if (shape.parse !== undefined) return shape.parse(line, number);
  if (format === 'key-value') return parseKeyValueLine(line, number, keyValue);
  return parseRecordLine(line, number, format, keyPath, dedupPath);
}

/** Batches on their way, oldest first. */
class SendWindow {
  readonly #tally: Tally;
  readonly #sending: {
    readonly outcome: Promise<boolean>;
    readonly bytes: number;
    toLine: number;
  }[] = [];
  #bytes = 0;
  #failure: Error | undefined;
  /** A batch was not stored: lines behind it do not count. */
  #isBroken = false;

  constructor(tally: Tally) {
    this.#tally = tally;
  }

  /** Lines without a record. */
  pass(toLine: number): void {
    const newest = this.#sending.at(-1);
    if (newest !== undefined) newest.toLine = toLine;
    else this.#tally.storedToLine = Math.max(this.#tally.storedToLine, toLine);
  }

  add(sending: Promise<SentBatch>, bytes: number, toLine: number): void {
    const outcome = sending.then(
      (sent) => {
        this.#tally.add(sent);
        return true;
      },
      (error: Error) => {
        if (isPartial(error)) this.#tally.add(error);
        this.#failure ??= error;
        return false;
      },
    );
    this.#sending.push({ outcome, bytes, toLine });
    this.#bytes += bytes;
  }

  /** Waits for the oldest while too much is on its way. */
  async room(): Promise<void> {
    while (this.#bytes > UNSENT_BYTES_MAX) await this.#oldest();
  }

  async settled(): Promise<void> {
    while (this.#sending.length > 0) await this.#oldest();
  }

  check(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  async #oldest(): Promise<void> {
    const oldest = this.#sending.shift();
    if (oldest === undefined) return;
    const isStored = await oldest.outcome;
    this.#bytes -= oldest.bytes;
    this.#isBroken ||= !isStored;
    if (this.#isBroken) return;
    this.#tally.storedToLine = Math.max(this.#tally.storedToLine, oldest.toLine);
  }
}

type Partial = Pick<SentBatch, 'partitions' | 'offsets' | 'duplicates'>;

function isPartial(error: unknown): error is Partial {
  return typeof error === 'object' && error !== null && 'offsets' in error && 'partitions' in error;
}
