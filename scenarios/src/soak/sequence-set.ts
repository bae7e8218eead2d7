// A set of sequence numbers from 0 on, most of which come sooner or later: memory for the numbers among which some are
// missing, nothing for the others.

const CHUNK = 65_536;

interface Chunk {
  readonly bits: Uint8Array;
  count: number;
}

export class SequenceSet {
  readonly #chunks = new Map<number, Chunk>();
  readonly #full = new Set<number>();
  /** Chunks below are full. */
  #fullBelow = 0;
  size = 0;

  /** False: it was there already. */
  add(sequence: number): boolean {
    const at = Math.floor(sequence / CHUNK);
    if (this.#isFull(at)) return false;
    const chunk = this.#chunks.get(at) ?? { bits: new Uint8Array(CHUNK / 8), count: 0 };
    const place = sequence % CHUNK;
    const mask = 1 << (place & 7);
    const byte = chunk.bits[place >> 3] ?? 0;
    if ((byte & mask) !== 0) return false;
    chunk.bits[place >> 3] = byte | mask;
    chunk.count += 1;
    this.size += 1;
    this.#chunks.set(at, chunk);
    if (chunk.count === CHUNK) this.#fill(at);
    return true;
  }

  has(sequence: number): boolean {
    const at = Math.floor(sequence / CHUNK);
    if (this.#isFull(at)) return true;
    const place = sequence % CHUNK;
    return ((this.#chunks.get(at)?.bits[place >> 3] ?? 0) & (1 << (place & 7))) !== 0;
  }

  /** The numbers below `end` that are not in it, and not in `or`. */
  *missing(end: number, or?: { has(sequence: number): boolean }): Generator<number> {
    for (let sequence = this.#fullBelow * CHUNK; sequence < end; sequence += 1) {
      if (!this.has(sequence) && or?.has(sequence) !== true) yield sequence;
    }
  }

  #isFull(at: number): boolean {
    return at < this.#fullBelow || this.#full.has(at);
  }

  #fill(at: number): void {
    this.#chunks.delete(at);
    this.#full.add(at);
    while (this.#full.delete(this.#fullBelow)) this.#fullBelow += 1;
  }
}
