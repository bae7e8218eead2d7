// Reads single records of a partition for copying. Each batch is checked against its checksum first: a copy gets a
// checksum of its own, and must not make broken bytes look whole. Each is opened once, however many records are read.

import {
  BatchRecords,
  LIMITS,
  type LogRecord,
  MillraceError,
  validateBatch,
} from '@millrace/protocol';
import { attempt } from '../attempt.ts';
import { OrderedMap } from '../collections/ordered-map.ts';
import type { View } from '../decision.ts';
import { partitionKey } from '../log/logs.ts';
import { BatchCursor, type StoredBatch } from './batch-cursor.ts';
import type { ShareScope } from './share-scope.ts';

/**
 * Records of any partitions, for the decisions of one turn: it keeps the batches it opened, so make a new one for the
 * next turn, and let the turn end once it is full.
 */
export class RecordSources {
  readonly #sources = new Map<number, RecordSource>();
  #openedBytes = 0;

  /** More was decompressed than one batch may hold: a measure of the work done, and of the memory held. */
  get isFull(): boolean {
    return this.#openedBytes > LIMITS.batchBodyBytesMax;
  }

  of({ key, log }: ShareScope, view: View): RecordSource {
    const { topicId, partition } = key;
    const at = partitionKey(topicId, partition);
    let source = this.#sources.get(at);
    if (source === undefined) {
      const cursor = new BatchCursor(view, topicId, partition, log.durableEnd);
      source = new RecordSource(cursor, (bytes) => {
        this.#openedBytes += bytes;
      });
      this.#sources.set(at, source);
    }
    return source;
  }
}

interface OpenBatch {
  readonly endOffset: number;
  /** Or why none of its records can be read. */
  readonly records: BatchRecords | MillraceError;
  /** A record was found to be broken: the others are read one by one, so that it does not take them with it. */
  hasBroken: boolean;
}

export class RecordSource {
  readonly #cursor: BatchCursor;
  readonly #open: OpenBatch[] = [];
  /** Base offset -> place in `#open`. */
  readonly #places = new OrderedMap();
  #ahead = new Map<number, LogRecord>();
  readonly #onOpened: (bytes: number) => void;

  constructor(cursor: BatchCursor, onOpened: (bytes: number) => void) {
    this.#cursor = cursor;
    this.#onOpened = onOpened;
  }

  /** The record, or why it cannot be read. Records after it up to `last` are decoded with it. */
  read(offset: number, last: number): LogRecord | MillraceError {
    const known = this.#ahead.get(offset);
    if (known !== undefined) return known;
    const batch = this.#holder(offset);
    if (batch === undefined) return missing(offset);
    const { records } = batch;
    if (records instanceof MillraceError) return records;
    let found = attempt(() => records.read({ from: offset, to: batch.hasBroken ? offset : last }));
    if (found instanceof MillraceError && !batch.hasBroken) {
      batch.hasBroken = true;
      found = attempt(() => records.read({ from: offset, to: offset }));
    }
    if (found instanceof MillraceError) return found;
    this.#ahead = new Map(found.map((record) => [record.offset, record]));
    return this.#ahead.get(offset) ?? missing(offset);
  }

  #holder(offset: number): OpenBatch | undefined {
    const base = this.#places.floorKey(offset);
    const known = base === undefined ? undefined : this.#open[this.#places.get(base) ?? -1];
    if (known !== undefined && offset < known.endOffset) return known;
    const batch = this.#cursor.at(offset);
    if (batch === undefined || batch.baseOffset > offset) return undefined;
    return this.#opened(batch);
  }

  #opened({ bytes, baseOffset, endOffset, bodyBytes }: StoredBatch): OpenBatch {
    const records = attempt(() => {
      validateBatch(bytes);
      const opened = new BatchRecords(bytes);
      opened.open();
      return opened;
    });
    const batch = { endOffset, records, hasBroken: false };
    this.#places.set(baseOffset, this.#open.push(batch) - 1);
    this.#onOpened(Math.max(bytes.length, bodyBytes));
    return batch;
  }
}

function missing(offset: number): MillraceError {
  return new MillraceError(
    'OFFSET_OUT_OF_RANGE',
    `The partition has no record at offset ${offset}.`,
  );
}
