// Commits that are in the journal and not in the data file yet: in their order, for the data file, and as what lies over
// it, for readers. It never forgets: it is dropped as a whole when all of it is in the data file.

import type { PlainValue } from '../contract.ts';
import type { EncodedWrite } from '../encoded-writes.ts';
import { type PackedKey, tableOf, unpackKey } from '../key-codec.ts';
import { type Key, TABLES, type TableName } from '../keys.ts';
import { STORAGE_LIMITS } from '../limits.ts';
import { OrderedMap } from '../ordered-map.ts';
import type { OverlayLayer, OverlayTable, OverlayWrite } from '../overlay.ts';
import type { Load } from '../room.ts';
import { decodeValue } from '../values.ts';
import type { JournaledCommit } from './read-journal.ts';

/** Bytes in memory that a write counts for besides its key and value: 130 (a delete) to 330 (a batch alone) were measured. */
const WRITE_BYTES = 250;

/** Readers get copies, as from the data file. */
export class PendingWrite implements OverlayWrite {
  readonly packed: PackedKey;
  readonly bytes: Uint8Array | undefined;
  /** The commit that wrote the key again. */
  replacedBy = Number.POSITIVE_INFINITY;

  constructor({ key, value }: EncodedWrite) {
    this.packed = key;
    this.bytes = value;
  }

  get key(): Key {
    return unpackKey(tableOf(this.packed), this.packed);
  }

  get value(): PlainValue | undefined {
    const { bytes } = this;
    if (bytes === undefined) return undefined;
    // A plain array over the same bytes: of a Buffer the decoder would make Buffers that share them.
    const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
    return decodeValue(tableOf(this.packed), plain);
  }
}

interface PendingTable extends OverlayTable {
  readonly writes: OrderedMap<PendingWrite>;
  deletesMax: number;
}

interface PendingCommit {
  readonly sequence: number;
  readonly writes: readonly PendingWrite[];
  readonly bytes: number;
}

/** Whole commits, to go into the data file at once. */
export interface Slice {
  /** The commit it ends with. */
  readonly sequence: number;
  readonly writes: readonly EncodedWrite[];
}

export class PendingCommits implements OverlayLayer {
  readonly #commits: PendingCommit[] = [];
  readonly #tables = new Map<number, PendingTable>();
  #bytes = 0;
  #writes = 0;

  get isEmpty(): boolean {
    return this.#commits.length === 0;
  }

  /** They go into the data file in one transaction. */
  get areOneSlice(): boolean {
    const { sliceBytes, sliceWritesMax } = STORAGE_LIMITS;
    return this.#bytes <= sliceBytes && this.#writes <= sliceWritesMax;
  }

  /** About what they take in memory. */
  get bytes(): number {
    return this.#bytes;
  }

  /** For the data file. */
  get load(): Load {
    return { rows: this.#writes, bytes: this.#bytes };
  }

  add({ sequence, writes }: JournaledCommit): void {
    let bytes = 0;
    const pending = writes.map((write) => {
      bytes += WRITE_BYTES + write.key.length + (write.value?.length ?? 0);
      return this.#lay(new PendingWrite(write), sequence);
    });
    this.#commits.push({ sequence, writes: pending, bytes });
    this.#bytes += bytes;
    this.#writes += writes.length;
  }

  table(name: TableName): OverlayTable | undefined {
    return this.#tables.get(TABLES[name].id);
  }

  find(name: TableName, key: PackedKey): PendingWrite | undefined {
    return this.#tables.get(TABLES[name].id)?.writes.get(key);
  }

  /**
   * All commits in slices of about so many bytes and writes. What a later commit of the same slice writes again is left
   * out: that is what makes rows cheap that every commit rewrites.
   */
  *slices(
    bytesMax: number = STORAGE_LIMITS.sliceBytes,
    writesMax: number = STORAGE_LIMITS.sliceWritesMax,
  ): Generator<Slice> {
    const commits = this.#commits;
    for (let from = 0; from < commits.length; ) {
      let to = from;
      for (let bytes = 0, writes = 0; to < commits.length; to += 1) {
        const commit = commits[to] as PendingCommit;
        bytes += commit.bytes;
        writes += commit.writes.length;
        if (to > from && (bytes > bytesMax || writes > writesMax)) break;
      }
      yield sliceOf(commits.slice(from, to));
      from = to;
    }
  }

  /** What all of them together write. */
  all(): readonly EncodedWrite[] {
    return sliceOf(this.#commits).writes;
  }

  #lay(write: PendingWrite, sequence: number): PendingWrite {
    const table = this.#tableAt(write.packed.charCodeAt(0));
    const before = table.writes.get(write.packed);
    if (before) before.replacedBy = sequence;
    if (write.bytes === undefined) table.deletesMax += 1;
    table.writes.set(write.packed, write);
    return write;
  }

  #tableAt(id: number): PendingTable {
    let table = this.#tables.get(id);
    if (!table) {
      table = { writes: new OrderedMap(), deletesMax: 0 };
      this.#tables.set(id, table);
    }
    return table;
  }
}

function sliceOf(commits: readonly PendingCommit[]): Slice {
  const sequence = commits.at(-1)?.sequence ?? 0;
  const writes: EncodedWrite[] = [];
  for (const commit of commits) {
    for (const { packed, bytes, replacedBy } of commit.writes) {
      if (replacedBy > sequence) writes.push({ key: packed, value: bytes });
    }
  }
  return { sequence, writes };
}
