// Reads a partition forwards or backwards, a window at a time, and gives its records one by one. It keeps one window.

import { type Client, MillraceError } from '@millrace/client';
import { LIMITS, type LogRecord } from '@millrace/protocol';
import { bytesOf, detached, eachRecord, eachRecordBack, endOf } from '../schemas/each-record.ts';

export interface ScanPlace {
  readonly topic: string;
  readonly partition: number;
  readonly startOffset: number;
  readonly endOffset: number;
}

export type Order = 'newest' | 'oldest';

export interface ScanShare {
  /** Of memory for records that wait, and of a request's answer. */
  readonly bytesMax: number;
  /** Records to ask for at first. */
  readonly window: number;
}

export class PartitionScan {
  readonly place: ScanPlace;
  readonly #client: Client;
  readonly #order: Order;
  readonly #bytesMax: number;
  /** Newest: records before it are to come; oldest: records from it on. What waits here does not count as given. */
  #position: number;
  #waiting: LogRecord[] = [];
  #taken = 0;
  #window: number;

  constructor(
    client: Client,
    place: ScanPlace,
    order: Order,
    position: number,
    { bytesMax, window }: ScanShare,
  ) {
    this.place = place;
    this.#client = client;
    this.#order = order;
    this.#bytesMax = bytesMax;
    this.#window = window;
    this.#position = Math.min(Math.max(position, place.startOffset), place.endOffset);
  }

  get head(): LogRecord | undefined {
    return this.#waiting[this.#taken];
  }

  /** The log may go on: a window has to be read. */
  get isHungry(): boolean {
    return this.head === undefined && !this.#isAtEnd;
  }

  get isDone(): boolean {
    return this.head === undefined && this.#isAtEnd;
  }

  /** Where to go on later: what is not taken comes again. */
  get position(): number {
    const { head } = this;
    if (head === undefined) return this.#position;
    return this.#order === 'newest' ? head.offset + 1 : head.offset;
  }

  get #isAtEnd(): boolean {
    const { startOffset, endOffset } = this.place;
    return this.#order === 'newest' ? this.#position <= startOffset : this.#position >= endOffset;
  }

  take(): void {
    this.#taken += 1;
  }

  /** One request to the broker, or two; it may find nothing. Throws what Peek throws. */
  async fill(): Promise<void> {
    this.#waiting = [];
    this.#taken = 0;
    await (this.#order === 'newest' ? this.#before() : this.#after());
  }

  async #after(): Promise<void> {
    const from = this.#position;
    const to = Math.min(from + this.#window, this.place.endOffset);
    const batches = await this.#read(from, to);
    const isCutOff = this.#keep(eachRecord(batches, { from, to: to - 1 }));
    const last = this.#waiting.at(-1);
    // What was broken off for its bytes ends with the last batch.
    this.#position =
      isCutOff && last !== undefined
        ? last.offset + 1
        : Math.min(to, Math.max(endOf(batches) ?? to, from + 1));
  }

  /** A window that is too large for its bytes is made smaller: its end is what is wanted. */
  async #before(): Promise<void> {
    const to = this.#position;
    const from = Math.max(this.place.startOffset, to - this.#window);
    const batches = await this.#read(from, to);
    const end = endOf(batches) ?? to;
    // Broken off for its bytes, or are the offsets gone? Only another look can tell.
    if (end < to && to - from > 1 && (await this.#read(end, to)).length > 0) {
      this.#window = Math.max(1, Math.min(this.#window >> 1, end - from));
      return;
    }
    const isCutOff = this.#keep(eachRecordBack(batches, { from, to: to - 1 }));
    const last = this.#waiting.at(-1);
    this.#position = isCutOff && last !== undefined ? last.offset : from;
  }

  /** As many as its share of memory has room for, at least one. True: there were more. */
  #keep(records: Generator<LogRecord>): boolean {
    let bytes = 0;
    for (const record of records) {
      if (bytes >= this.#bytesMax) {
        this.#window = this.#waiting.length;
        return true;
      }
      this.#waiting.push(detached(record));
      bytes += bytesOf(record);
    }
    this.#window = Math.min(this.#window * 2, LIMITS.peekMessagesMax);
    return false;
  }

  async #read(from: number, end: number): Promise<readonly Uint8Array[]> {
    const { topic, partition } = this.place;
    const maxMessages = end - from;
    const asked = { topic, partition, fromOffset: from, maxMessages, maxBytes: this.#bytesMax };
    try {
      return (await this.#client.request('Peek', asked)).batches;
    } catch (error) {
      // Retention was faster: there is nothing any more.
      if (error instanceof MillraceError && error.code === 'OFFSET_OUT_OF_RANGE') return [];
      throw error;
    }
  }
}
