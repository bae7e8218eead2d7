// What was sent to a queue and what became of it: each number is accepted once in the end, none is given out after its
// acceptance was confirmed, and those of one key come in order. One stream; the keys are numbers of the sender's choice.

import type { Findings } from './findings.ts';
import { type Stamp, stampOf } from './payload.ts';
import { SequenceSet } from './sequence-set.ts';

export const QUEUE_STREAM = 0;

export class QueueWitness {
  readonly #name: string;
  readonly #findings: Findings;
  readonly #accepted = new SequenceSet();
  /** Sent, or accepted, and nobody knows whether it stands. */
  readonly #uncertain = new Set<number>();
  readonly #handledOfKey = new Map<number, number>();
  #issued = 0;

  constructor(name: string, findings: Findings) {
    this.#name = name;
    this.#findings = findings;
  }

  issue(): Stamp {
    this.#issued += 1;
    return { stream: QUEUE_STREAM, sequence: this.#issued - 1 };
  }

  uncertain(sequence: number): void {
    if (!this.#accepted.has(sequence)) this.#uncertain.add(sequence);
  }

  /** A message as a worker was given it; its number, where it is one of ours. */
  given(value: Uint8Array | null): number | undefined {
    const stamp = stampOf(value);
    if (stamp === undefined) this.#findings.add('altered', this.#name);
    else if (stamp.stream !== QUEUE_STREAM || stamp.sequence >= this.#issued)
      this.#findings.add('invented', `${this.#name}: number ${stamp.sequence}`);
    else if (this.#accepted.has(stamp.sequence))
      this.#findings.add('resurrected', `${this.#name}: number ${stamp.sequence}`);
    else return stamp.sequence;
    return undefined;
  }

  /** A handler is done with it, which comes after all earlier ones of its key. `step`: between numbers of one key. */
  handled(sequence: number, key: number, step: number): void {
    const last = this.#handledOfKey.get(key) ?? sequence % step;
    const isInTurn = sequence === (this.#handledOfKey.has(key) ? last + step : last);
    if (sequence > last && !isInTurn)
      this.#findings.add('unordered', `${this.#name}: key ${key}: ${sequence} after ${last}`);
    this.#handledOfKey.set(key, Math.max(last, sequence));
  }

  /** The broker has confirmed it. */
  accepted(sequence: number): void {
    this.#accepted.add(sequence);
    this.#uncertain.delete(sequence);
  }

  get issued(): number {
    return this.#issued;
  }

  get done(): number {
    return this.#accepted.size;
  }

  /** What was accepted, at least and at most: where nobody knows, either may be. */
  get bounds(): readonly [number, number] {
    return [this.#accepted.size, this.#accepted.size + this.#uncertain.size];
  }

  get isComplete(): boolean {
    if (this.#accepted.size + this.#uncertain.size < this.#issued) return false;
    return this.#accepted.missing(this.#issued, this.#uncertain).next().done === true;
  }

  conclude(): void {
    for (const sequence of this.#accepted.missing(this.#issued, this.#uncertain))
      this.#findings.add('lost', `${this.#name}: number ${sequence}`);
  }
}
