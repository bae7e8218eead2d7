// Reads single records of a partition for copying. Each batch is checked against its checksum first: a copy gets a
// checksum of its own, and must not make broken bytes look whole.

import { type LogRecord, MillraceError, readRecords, validateBatch } from '@millrace/protocol';
import type { View } from '../decision.ts';
import { BatchCursor, type StoredBatch } from './batch-cursor.ts';

export class RecordSource {
  readonly topicId: number;
  readonly partition: number;
  readonly #cursor: BatchCursor;
  #batch: StoredBatch | undefined;
  #records = new Map<number, LogRecord>();
  #error: MillraceError | undefined;

  constructor(view: View, topicId: number, partition: number, durableEnd: number) {
    this.topicId = topicId;
    this.partition = partition;
    this.#cursor = new BatchCursor(view, topicId, partition, durableEnd);
  }

  /** The record, or why it cannot be read. Records after it up to `last` are decoded with it. */
  read(offset: number, last: number): LogRecord | MillraceError {
    const known = this.#records.get(offset);
    if (known !== undefined) return known;
    const batch = this.#cursor.at(offset);
    if (batch === undefined || batch.baseOffset > offset) return missing(offset);
    if (batch !== this.#batch) this.#check(batch);
    if (this.#error !== undefined) return this.#error;
    this.#decode(batch, offset, last);
    return this.#error ?? this.#records.get(offset) ?? missing(offset);
  }

  #check(batch: StoredBatch): void {
    this.#batch = batch;
    this.#error = errorOf(() => validateBatch(batch.bytes));
  }

  #decode(batch: StoredBatch, from: number, to: number): void {
    this.#records.clear();
    this.#error = errorOf(() => {
      for (const record of readRecords(batch.bytes, { from, to })) {
        this.#records.set(record.offset, record);
      }
    });
  }
}

function errorOf(read: () => void): MillraceError | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    if (error instanceof MillraceError) return error;
    throw error;
  }
}

function missing(offset: number): MillraceError {
  return new MillraceError(
    'OFFSET_OUT_OF_RANGE',
    `The partition has no record at offset ${offset}.`,
  );
}
