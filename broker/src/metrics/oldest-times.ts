// When the oldest unresolved message of a share partition was appended. Batches that are read are remembered, since the
// oldest message of a queue that stands still stays the same; and no scrape reads more of them than it may.

import {
  appendTimeAt,
  guessAppendMs,
  type LogPartition,
  type ShareKey,
  type View,
} from '@millrace/core';

interface Span {
  readonly fromOffset: number;
  readonly endOffset: number;
  readonly appendTimeMs: number;
}

/** Of one scrape: what it costs to read and check them is a few milliseconds. */
const BATCHES_MAX = 500;
const BYTES_MAX = 4 * 1024 * 1024;

export class OldestTimes {
  /** Those that the last scrape asked for. */
  #spans = new Map<string, Span>();
  #seen = new Map<string, Span>();
  #batchesLeft = BATCHES_MAX;
  #bytesLeft = BYTES_MAX;

  /** A scrape begins: what it does not ask for is forgotten. */
  begin(): void {
    this.#spans = this.#seen;
    this.#seen = new Map();
    this.#batchesLeft = BATCHES_MAX;
    this.#bytesLeft = BYTES_MAX;
  }

  /** Of the message at the offset, or the first after it. Beyond what may be read it is guessed from its segment, until the next scrape. */
  at(view: View, { groupId, topicId, partition }: ShareKey, log: LogPartition, offset: number) {
    const name = `${groupId}/${topicId}/${partition}`;
    const known = this.#spans.get(name);
    if (known !== undefined && known.fromOffset <= offset && offset < known.endOffset) {
      this.#seen.set(name, known);
      return known.appendTimeMs;
    }
    if (this.#batchesLeft === 0 || this.#bytesLeft <= 0) return guessAppendMs(log, offset);
    const found = appendTimeAt(view, topicId, partition, log.durableEnd, offset);
    if (found === undefined) return undefined;
    const { endOffset, appendTimeMs, bytes } = found;
    this.#batchesLeft -= 1;
    this.#bytesLeft -= bytes;
    this.#seen.set(name, { fromOffset: offset, endOffset, appendTimeMs });
    return appendTimeMs;
  }
}
