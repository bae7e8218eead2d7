// The store of a running broker: a commit is on the disk once its frame is in the journal, one flush of a file that does
// not grow. The data file absorbs commits afterwards, many at a time; until then they lie over it in memory. It must
// not decide what a row means, and it lets go of a frame only when the data file has it (docs/adr/0146-*.md).

import { assert } from '../assert.ts';
import type {
  PlainValue,
  RangeQuery,
  Store,
  StoredRow,
  StoreReader,
  StoreUsage,
  StoreWrite,
} from '../contract.ts';
import { type EncodedWrite, encodeWrites } from '../encoded-writes.ts';
import { CommitAbortedError, FlushUnknownError } from '../errors.ts';
import type { Key, TableName } from '../keys.ts';
import { STORAGE_LIMITS } from '../limits.ts';
import type { LmdbStore } from '../lmdb-store.ts';
import { type LayeredStore, type Layers, OverlayView } from '../overlay-view.ts';
import { type Load, loadOf, noRoom } from '../room.ts';
import { Absorber } from './absorb.ts';
import type { Frame } from './frame.ts';
import type { Journal } from './journal.ts';
import { journalRowWrite } from './journal-row.ts';
import { PendingCommits } from './pending-commits.ts';

/** The data file. */
export type DataFile = StoreReader &
  Pick<LmdbStore, 'commit' | 'commitEncoded' | 'usage' | 'hasRoom' | 'close'>;

export interface JournaledStoreOptions {
  /** Holds the row of this journal already. */
  readonly data: DataFile;
  readonly journal: Journal;
  readonly id: Buffer;
  /** From how many bytes on, or after how long, commits are absorbed. */
  readonly absorbBytes?: number | undefined;
  readonly absorbAfterMs?: number | undefined;
  readonly absorbAgainMs?: number | undefined;
  /** Where commits wait for those of the other file, whether or not their own file has room. */
  readonly pendingBytesMax?: number | undefined;
  /** Larger commits go to the data file itself. */
  readonly journaledBytesMax?: number | undefined;
}

export class JournaledStore implements Store, LayeredStore {
  readonly #data: DataFile;
  readonly #journal: Journal;
  readonly #absorber: Absorber;
  readonly #absorbBytes: number;
  readonly #absorbAfterMs: number;
  readonly #pendingBytesMax: number;
  readonly #journaledBytesMax: number;
  readonly #view: OverlayView;
  /** Commits in the file in use. */
  #pending = new PendingCommits();
  /** Commits in the other file, on their way into the data file. */
  #absorbing: PendingCommits | undefined;
  #absorption: Promise<void> | undefined;
  #layers: Layers = { overlays: [this.#pending], epoch: 0 };
  #sequence = 0;
  #committing: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isDue = false;
  /** The data file has no room. */
  #stuck: CommitAbortedError | undefined;
  #wakeStuck: (() => void) | undefined;
  #fatal: FlushUnknownError | undefined;
  #closed = false;

  /** Use `openStore`. */
  constructor(options: JournaledStoreOptions) {
    const { data, journal, id } = options;
    this.#data = data;
    this.#journal = journal;
    this.#absorbBytes = options.absorbBytes ?? STORAGE_LIMITS.absorbBytes;
    this.#absorbAfterMs = options.absorbAfterMs ?? STORAGE_LIMITS.absorbAfterMs;
    this.#pendingBytesMax = options.pendingBytesMax ?? STORAGE_LIMITS.pendingBytesMax;
    this.#journaledBytesMax = options.journaledBytesMax ?? STORAGE_LIMITS.journaledBytesMax;
    this.#view = new OverlayView(data, () => this.#layers);
    const onStuck = (error: CommitAbortedError | undefined): void => {
      this.#stuck = error;
      this.#wakeStuck?.();
    };
    this.#absorber = new Absorber({ data, id, onStuck, againMs: options.absorbAgainMs });
  }

  get(table: TableName, key: Key): PlainValue | undefined {
    assert(!this.#closed, 'the store is open');
    return this.#view.get(table, key);
  }

  range(table: TableName, query: RangeQuery): Iterable<StoredRow> {
    assert(!this.#closed, 'the store is open');
    return this.#view.range(table, query);
  }

  get base(): StoreReader {
    return this.#data;
  }

  get layers(): Layers {
    assert(!this.#closed, 'the store is open');
    return this.#layers;
  }

  async commit(writes: readonly StoreWrite[]): Promise<void> {
    assert(!this.#closed, 'the store is open');
    assert(this.#committing === undefined, 'one commit at a time');
    const encoded = encodeWrites(writes);
    if (encoded.length === 0) return;
    this.#committing = this.#write(encoded);
    try {
      await this.#committing;
    } finally {
      this.#committing = undefined;
      this.#absorbIfDue();
    }
  }

  usage(): StoreUsage {
    const { fileBytes, freeBytes, reusableBytes } = this.#data.usage();
    const pending = this.#pending.bytes + (this.#absorbing?.bytes ?? 0);
    const journalBytes = this.#journal.fileBytes;
    return {
      // The data file will have to take what is pending.
      fileBytes: fileBytes + journalBytes + pending,
      journalBytes,
      freeBytes: Math.max(0, freeBytes - pending),
      reusableBytes,
    };
  }

  /**
   * Absorbs everything, so that the data file alone is complete, and takes the journal away. What the data file has no
   * room for stays in the journal, where the next start finds it.
   */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#committing?.catch(() => undefined);
    clearTimeout(this.#timer);
    this.#absorber.giveUp();
    await this.#absorption;
    if (!this.#absorbing && !this.#pending.isEmpty && !this.#fatal) await this.#absorb();
    const isComplete = !this.#absorbing && this.#pending.isEmpty && !this.#fatal;
    if (isComplete && (await this.#disown())) this.#journal.remove();
    else this.#journal.close();
    await this.#data.close();
  }

  #write(encoded: readonly EncodedWrite[]): Promise<void> {
    if (this.#fatal) return Promise.reject(this.#fatal);
    const bytes = encoded.reduce((sum, { value }) => sum + (value?.length ?? 0), 0);
    return bytes > this.#journaledBytesMax ? this.#writeToData(encoded) : this.#writeFrame(encoded);
  }

  /**
   * A large commit costs more as a frame, whose bytes are written and summed up twice, than by the second flush of the
   * data file. What is pending goes with it, so that nothing in the journal counts any more.
   */
  async #writeToData(encoded: readonly EncodedWrite[]): Promise<void> {
    await this.#until(() => !this.#absorption && this.#pending.areOneSlice);
    const sequence = this.#sequence + 1;
    try {
      await this.#absorber.commit({ sequence, writes: [...this.#pending.all(), ...encoded] });
    } catch (error) {
      if (error instanceof FlushUnknownError) this.#fatal = error;
      throw error;
    }
    this.#sequence = sequence;
    if (this.#pending.isEmpty) return;
    this.#notDue();
    this.#pending = new PendingCommits();
    this.#journal.turn();
    this.#lay([this.#pending]);
  }

  async #writeFrame(encoded: readonly EncodedWrite[]): Promise<void> {
    const frame = this.#journal.frameOf(encoded);
    const load = loadOf(encoded);
    await this.#until(() => this.#fits(frame, load));
    const sequence = this.#sequence + 1;
    try {
      await this.#journal.append(frame, sequence);
    } catch (error) {
      // Nothing may follow a frame of which nobody knows whether it is there.
      if (error instanceof FlushUnknownError) this.#fatal = error;
      throw error;
    }
    this.#sequence = sequence;
    this.#pending.add({ sequence, writes: encoded });
  }

  /** Small writes take more room in memory than in the file. The data file has to take all of it, and the file may grow. */
  #fits(frame: Frame, load: Load): boolean {
    if (this.#pending.bytes >= this.#pendingBytesMax || !this.#journal.fits(frame)) return false;
    const loads = [load, this.#pending.load, this.#absorbing?.load ?? { rows: 0, bytes: 0 }];
    return this.#data.hasRoom({
      rows: loads.reduce((sum, { rows }) => sum + rows, 0),
      bytes: loads.reduce((sum, { bytes }) => sum + bytes, this.#journal.growsBy(frame)),
    });
  }

  /** Absorbs until it is so. @throws CommitAbortedError when the data file has no room. */
  async #until(isSo: () => boolean): Promise<void> {
    while (!isSo()) {
      if (!this.#absorption) {
        if (this.#pending.isEmpty) throw noRoom();
        void this.#absorb();
        continue;
      }
      if (this.#stuck) throw noRoom(this.#stuck);
      const stuck = new Promise<void>((resolve) => {
        this.#wakeStuck = resolve;
      });
      await Promise.race([this.#absorption, stuck]);
      if (this.#fatal) throw this.#fatal;
    }
  }

  /** At the end of each commit. In the middle of one the file in use must not change. */
  #absorbIfDue(): void {
    if (this.#closed || this.#fatal || this.#absorption || this.#committing) return;
    if (this.#pending.isEmpty) return;
    if (this.#isDue || this.#pending.bytes >= this.#absorbBytes) {
      void this.#absorb();
      return;
    }
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#isDue = true;
      this.#absorbIfDue();
    }, this.#absorbAfterMs).unref();
  }

  /**
   * Everything pending goes to the data file, and the next frame to the other file, in which nothing counts any more.
   * Never rejects.
   */
  #absorb(): Promise<void> {
    assert(this.#absorbing === undefined, 'nothing in the other file counts any more');
    this.#notDue();
    const absorbing = this.#pending;
    this.#absorbing = absorbing;
    this.#pending = new PendingCommits();
    this.#journal.turn();
    this.#lay([this.#pending, absorbing]);
    this.#absorption = this.#finish(absorbing);
    return this.#absorption;
  }

  async #finish(absorbing: PendingCommits): Promise<void> {
    let isDone = false;
    try {
      isDone = await this.#absorber.absorb(absorbing);
    } catch (error) {
      this.#fatal = asFatal(error);
    }
    this.#absorption = undefined;
    if (!isDone) return;
    this.#absorbing = undefined;
    this.#lay([this.#pending]);
    this.#absorbIfDue();
  }

  #notDue(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#isDue = false;
  }

  #lay(overlays: readonly PendingCommits[]): void {
    this.#layers = { overlays, epoch: this.#layers.epoch + 1 };
  }

  /** False: the data file goes on to name the journal, which then has to stay. */
  async #disown(): Promise<boolean> {
    try {
      await this.#data.commit([journalRowWrite(undefined)]);
      return true;
    } catch (error) {
      // In the journal is nothing that the data file lacks, so the next start has nothing to do.
      if (error instanceof CommitAbortedError || error instanceof FlushUnknownError) return false;
      throw error;
    }
  }
}

function asFatal(error: unknown): FlushUnknownError {
  if (error instanceof FlushUnknownError) return error;
  return new FlushUnknownError('the data file absorbs no more', { cause: error });
}
