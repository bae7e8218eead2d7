// What was sent to a log, stream by stream, and what its readers were given: each number once, in order, and none missing
// in the end. One stream a partition.

import type { Findings } from './findings.ts';
import { type Stamp, stampOf } from './payload.ts';
import { SequenceSet } from './sequence-set.ts';

interface Stream {
  /** Numbers given out. */
  issued: number;
  /** Whose outcome nobody knows: they may be there or not. */
  readonly uncertain: SequenceSet;
  readonly seen: SequenceSet;
  lastOffset: number;
  lastSequence: number;
}

export class LogWitness {
  readonly #name: string;
  readonly #findings: Findings;
  readonly #streams: readonly Stream[];

  constructor(name: string, partitions: number, findings: Findings) {
    this.#name = name;
    this.#findings = findings;
    this.#streams = Array.from({ length: partitions }, () => ({
      issued: 0,
      uncertain: new SequenceSet(),
      seen: new SequenceSet(),
      lastOffset: -1,
      lastSequence: -1,
    }));
  }

  /** The next number of a stream. */
  issue(stream: number): Stamp {
    const { issued } = this.#stream(stream);
    this.#stream(stream).issued += 1;
    return { stream, sequence: issued };
  }

  uncertain({ stream, sequence }: Stamp): void {
    this.#stream(stream).uncertain.add(sequence);
  }

  /** A record as a reader was given it. An offset that comes again is the reader's right, a number is not. */
  read(partition: number, offset: number, value: Uint8Array | null): void {
    const place = `${this.#name}/${partition}/${offset}`;
    const stamp = stampOf(value);
    if (stamp === undefined) {
      this.#findings.add('altered', place);
      return;
    }
    const stream = this.#streams[stamp.stream];
    if (stamp.stream !== partition || stream === undefined || stamp.sequence >= stream.issued) {
      this.#findings.add('invented', `${place}: number ${stamp.sequence}`);
      return;
    }
    if (offset <= stream.lastOffset) {
      if (!stream.seen.has(stamp.sequence))
        this.#findings.add('altered', `${place}: another record at an offset that was read`);
      return;
    }
    const isNew = stream.seen.add(stamp.sequence);
    if (!isNew) this.#findings.add('doubled', `${place}: number ${stamp.sequence}`);
    else if (stamp.sequence < stream.lastSequence)
      this.#findings.add('unordered', `${place}: ${stamp.sequence} after ${stream.lastSequence}`);
    stream.lastOffset = offset;
    stream.lastSequence = Math.max(stream.lastSequence, stamp.sequence);
  }

  get issued(): number {
    return this.#streams.reduce((sum, { issued }) => sum + issued, 0);
  }

  get seen(): number {
    return this.#streams.reduce((sum, { seen }) => sum + seen.size, 0);
  }

  /** All is there, but for what nobody knows of. */
  get isComplete(): boolean {
    return this.#streams.every((stream) => {
      const isEnough = stream.seen.size + stream.uncertain.size >= stream.issued;
      return isEnough && stream.seen.missing(stream.issued, stream.uncertain).next().done === true;
    });
  }

  /** When nothing more will come. */
  conclude(): void {
    this.#streams.forEach(({ seen, issued, uncertain }, partition) => {
      for (const sequence of seen.missing(issued, uncertain))
        this.#findings.add('lost', `${this.#name}/${partition}: number ${sequence}`);
    });
  }

  #stream(stream: number): Stream {
    const found = this.#streams[stream];
    if (found === undefined) throw new RangeError(`there is no stream ${stream}`);
    return found;
  }
}
