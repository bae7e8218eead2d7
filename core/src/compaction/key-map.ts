// Keys to the newest offset of each, exact: two keys are one only where all their bytes are the same. It holds bytes, not
// strings, so that a million keys are a few large arrays. It knows its bounds; who fills it looks at them.

/** What one pass of compaction may hold; what does not fit is left to the next pass. */
export const KEY_MAP_LIMITS = { keys: 1_000_000, keyBytes: 64 * 1024 * 1024 } as const;

const SLOTS_FIRST = 1_024;
const KEY_BYTES_FIRST = 16 * 1_024;

export class KeyMap {
  /** Differs from pass to pass, so that nobody can choose keys that all meet in one slot. */
  readonly #seed: number;
  readonly #limits: { readonly keys: number; readonly keyBytes: number };
  #count = 0;
  /** Number of the entry plus one; 0: free. At most half of them are taken. */
  #slots = new Int32Array(SLOTS_FIRST);
  #hashes = new Int32Array(SLOTS_FIRST / 2);
  #offsets = new Float64Array(SLOTS_FIRST / 2);
  #batches = new Int32Array(SLOTS_FIRST / 2);
  /** Where the key of an entry ends in `#keys`; it begins where that of the one before ends. */
  #ends = new Uint32Array(SLOTS_FIRST / 2);
  #keys = new Uint8Array(KEY_BYTES_FIRST);

  constructor(
    seed: number,
    limits: { readonly keys: number; readonly keyBytes: number } = KEY_MAP_LIMITS,
  ) {
    this.#seed = seed | 0;
    this.#limits = limits;
  }

  get size(): number {
    return this.#count;
  }

  /** As much as it should hold. One batch more still fits. */
  get isFull(): boolean {
    return this.#count >= this.#limits.keys || this.#keyBytes >= this.#limits.keyBytes;
  }

  /** Newest offset of the key in the bytes from `from` to before `end`; -1: it is not known. */
  get(bytes: Uint8Array, from: number, end: number): number {
    const entry = this.#find(bytes, from, end, this.#hash(bytes, from, end));
    return entry < 0 ? -1 : (this.#offsets[entry] as number);
  }

  /**
   * Offsets come in order: what is set is the newest, but for those that come again because the log's start moved into
   * their batch. `batch` is a number of its batch; gives that of the record that is not the newest any more, which may be
   * the one that was set, or -1.
   */
  set(bytes: Uint8Array, from: number, end: number, offset: number, batch: number): number {
    const hash = this.#hash(bytes, from, end);
    const found = this.#find(bytes, from, end, hash);
    if (found >= 0) {
      if (offset < (this.#offsets[found] as number)) return batch;
      const before = this.#batches[found] as number;
      this.#offsets[found] = offset;
      this.#batches[found] = batch;
      return before;
    }
    if (2 * (this.#count + 1) > this.#slots.length) this.#grow();
    const entry = this.#count;
    const at = this.#keyBytes;
    this.#reserve(at + end - from);
    for (let i = from; i < end; i += 1) this.#keys[at + i - from] = bytes[i] as number;
    this.#count += 1;
    this.#ends[entry] = at + end - from;
    this.#hashes[entry] = hash;
    this.#offsets[entry] = offset;
    this.#batches[entry] = batch;
    this.#place(entry);
    return -1;
  }

  get #keyBytes(): number {
    return this.#count === 0 ? 0 : (this.#ends[this.#count - 1] as number);
  }

  #hash(bytes: Uint8Array, from: number, end: number): number {
    let hash = this.#seed ^ (end - from);
    for (let at = from; at < end; at += 4) {
      // Bytes after the end count as 0: the length is in it already.
      let word = bytes[at] as number;
      if (at + 1 < end) word |= (bytes[at + 1] as number) << 8;
      if (at + 2 < end) word |= (bytes[at + 2] as number) << 16;
      if (at + 3 < end) word |= (bytes[at + 3] as number) << 24;
      hash = Math.imul(hash ^ word, 0x9e37_79b1);
      hash ^= hash >>> 15;
    }
    hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
    return hash ^ (hash >>> 13);
  }

  #find(bytes: Uint8Array, from: number, end: number, hash: number): number {
    const mask = this.#slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const entry = (this.#slots[slot] as number) - 1;
      if (entry < 0) return -1;
      if (this.#hashes[entry] === hash && this.#isKey(entry, bytes, from, end)) return entry;
    }
  }

  #isKey(entry: number, bytes: Uint8Array, from: number, end: number): boolean {
    const at = entry === 0 ? 0 : (this.#ends[entry - 1] as number);
    if ((this.#ends[entry] as number) - at !== end - from) return false;
    for (let i = from; i < end; i += 1) {
      if (this.#keys[at + i - from] !== bytes[i]) return false;
    }
    return true;
  }

  #place(entry: number): void {
    const mask = this.#slots.length - 1;
    let slot = (this.#hashes[entry] as number) & mask;
    while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
    this.#slots[slot] = entry + 1;
  }

  #grow(): void {
    const half = this.#slots.length;
    this.#slots = new Int32Array(2 * half);
    const [hashes, offsets] = [this.#hashes, this.#offsets];
    const [batches, ends] = [this.#batches, this.#ends];
    this.#hashes = new Int32Array(half);
    this.#hashes.set(hashes);
    this.#offsets = new Float64Array(half);
    this.#offsets.set(offsets);
    this.#batches = new Int32Array(half);
    this.#batches.set(batches);
    this.#ends = new Uint32Array(half);
    this.#ends.set(ends);
    for (let entry = 0; entry < this.#count; entry += 1) this.#place(entry);
  }

  #reserve(bytes: number): void {
    if (bytes <= this.#keys.length) return;
    const keys = new Uint8Array(Math.max(bytes, 2 * this.#keys.length));
    keys.set(this.#keys);
    this.#keys = keys;
  }
}
