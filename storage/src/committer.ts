// The group committer: gathers the writes of a turn into one commit, hands the next one to the store only after the
// last has committed, and tells who waits. It must not know what is written, nor answer anybody itself.

import { AbortedRanges } from './aborted-ranges.ts';
import { assert } from './assert.ts';
import type { Store, StoreReader, StoreWrite } from './contract.ts';
import { CommitAbortedError, FlushUnknownError } from './errors.ts';
import { type PackedKey, packKey } from './key-codec.ts';
import { STORAGE_LIMITS } from './limits.ts';
import { Overlay } from './overlay.ts';
import { type Layers, OverlayView } from './overlay-view.ts';
import { Settlement } from './settlement.ts';

export interface CommitStats {
  /** Shard sequences in the commit. */
  readonly stages: number;
  /** Keys written, after coalescing. */
  readonly writes: number;
  /** Bytes of raw values, and an estimate for rows. */
  readonly bytes: number;
  /** From handing over to flushed. */
  readonly latencyMs: number;
}

export interface CommitterOptions {
  readonly store: Store;
  /** All up to `seq` is durable. Called in order, before the promises of `durable` resolve. */
  readonly onCommitted?: ((seq: number) => void) | undefined;
  /**
   * Everything staged and not durable is void, and the view shows the store again: the owner has to load its memory
   * anew before it returns. Called before the promises of `durable` reject.
   */
  readonly onAborted?: ((error: CommitAbortedError) => void) | undefined;
  /** Nobody knows what is on the disk: the process has to end. Nothing is acknowledged from here on. */
  readonly onFatal?: ((error: FlushUnknownError) => void) | undefined;
  readonly onStats?: ((stats: CommitStats) => void) | undefined;
  readonly stagedWritesMax?: number | undefined;
  readonly stagedBytesMax?: number | undefined;
  /** Runs `start` at the end of the turn. Default `setImmediate`. */
  readonly schedule?: ((start: () => void) => void) | undefined;
  /** Monotonic, for latencies. Default `performance.now`. */
  readonly nowMs?: (() => number) | undefined;
}

/** The stages that go into one commit. */
interface Generation {
  readonly overlay: Overlay;
  readonly settlement: Settlement;
  readonly firstSeq: number;
}

const DURABLE = Promise.resolve();

export class Committer {
  /** Committed rows with all staged writes laid over them. */
  readonly view: StoreReader;
  readonly #options: CommitterOptions;
  readonly #store: Store;
  readonly #schedule: (start: () => void) => void;
  readonly #nowMs: () => number;
  readonly #aborted = new AbortedRanges();
  #staging: Generation;
  #inFlight: (Generation & { readonly lastSeq: number }) | undefined;
  #lastStagedSeq = 0;
  #durableSeq = 0;
  #isScheduled = false;
  #room = new Settlement();
  #fatal: FlushUnknownError | undefined;
  #layers: Layers;

  constructor(options: CommitterOptions) {
    this.#options = options;
    this.#store = options.store;
    this.#schedule = options.schedule ?? setImmediate;
    this.#nowMs = options.nowMs ?? (() => performance.now());
    this.#staging = this.#nextGeneration();
    this.#layers = { overlays: [this.#staging.overlay], epoch: 0 };
    this.view = new OverlayView(options.store, () => this.#layers);
  }

  /** The sequence of the newest stage, aborted ones included. */
  get lastStagedSeq(): number {
    return this.#lastStagedSeq;
  }

  /** Everything up to here is durable or aborted. */
  get durableSeq(): number {
    return this.#durableSeq;
  }

  /** More is staged than should be: wait for `whenRoom` before staging more. */
  get isFull(): boolean {
    const { size, bytes } = this.#staging.overlay;
    const { stagedWritesMax, stagedBytesMax } = this.#options;
    return (
      size >= (stagedWritesMax ?? STORAGE_LIMITS.stagedWritesMax) ||
      bytes >= (stagedBytesMax ?? STORAGE_LIMITS.stagedBytesMax)
    );
  }

  /** Resolves when there is room; who comes later may have taken it, so ask again. @throws FlushUnknownError */
  async whenRoom(): Promise<void> {
    if (this.isFull) await this.#room.promise;
  }

  /**
   * Stage writes for the next commit; the view shows them at once. Never refuses: after a fatal failure `durable`
   * rejects. Keys and values are handed over and must not be changed afterwards.
   * @returns the sequence to wait for; the last one when there is nothing to write.
   * @throws AssertionError when a key does not fit its table.
   */
  stage(writes: readonly StoreWrite[]): number {
    if (writes.length === 0) return this.#lastStagedSeq;
    const keys = writes.map(({ table, key }) => packKey(table, key));
    this.#lastStagedSeq += 1;
    if (this.#fatal) return this.#lastStagedSeq;
    // All keys are good: from here on the stage goes in as a whole.
    for (let i = 0; i < writes.length; i += 1) {
      this.#staging.overlay.add(keys[i] as PackedKey, writes[i] as StoreWrite);
    }
    this.#wakeUp();
    return this.#lastStagedSeq;
  }

  /**
   * Resolves when everything up to `seq` is durable.
   * @throws CommitAbortedError when it was aborted; nothing of it was applied.
   * @throws FlushUnknownError when nobody knows.
   */
  durable(seq: number): Promise<void> {
    assert(seq <= this.#lastStagedSeq, 'only what is staged can become durable');
    const aborted = this.#aborted.find(seq);
    if (aborted) return Promise.reject(aborted);
    if (seq <= this.#durableSeq) return DURABLE;
    if (this.#fatal) return Promise.reject(this.#fatal);
    const inFlight = this.#inFlight;
    const generation = inFlight && seq <= inFlight.lastSeq ? inFlight : this.#staging;
    return generation.settlement.promise;
  }

  /** Resolves when nothing is staged or in flight; what was aborted meanwhile was told to who waited for it. */
  async drain(): Promise<void> {
    while (this.#durableSeq < this.#lastStagedSeq) {
      try {
        await this.durable(this.#lastStagedSeq);
      } catch (error) {
        if (!(error instanceof CommitAbortedError)) throw error;
      }
    }
  }

  #wakeUp(): void {
    if (this.#isScheduled || this.#inFlight || this.#staging.overlay.size === 0) return;
    this.#isScheduled = true;
    this.#schedule(() => {
      this.#isScheduled = false;
      this.#start();
    });
  }

  #start(): void {
    if (this.#fatal || this.#inFlight || this.#staging.overlay.size === 0) return;
    const { overlay, settlement, firstSeq } = this.#staging;
    const generation = { overlay, settlement, firstSeq, lastSeq: this.#lastStagedSeq };
    assert(generation.firstSeq > this.#durableSeq, 'a commit holds what is not durable yet');
    this.#inFlight = generation;
    this.#exchange();
    const startedMs = this.#nowMs();
    this.#store.commit(generation.overlay.writes()).then(
      () => this.#committed(this.#nowMs() - startedMs),
      (error: unknown) => this.#failed(error),
    );
  }

  #committed(latencyMs: number): void {
    const generation = this.#inFlight;
    assert(generation !== undefined && !this.#fatal, 'the commit that resolved was in flight');
    const { overlay, settlement, firstSeq, lastSeq } = generation;
    this.#inFlight = undefined;
    this.#layers = { overlays: [this.#staging.overlay], epoch: this.#layers.epoch + 1 };
    this.#durableSeq = lastSeq;
    const stages = lastSeq - firstSeq + 1;
    this.#options.onStats?.({ stages, writes: overlay.size, bytes: overlay.bytes, latencyMs });
    this.#options.onCommitted?.(lastSeq);
    settlement.resolve();
    this.#wakeUp();
  }

  #failed(error: unknown): void {
    const generation = this.#inFlight;
    assert(generation !== undefined, 'the commit that failed was in flight');
    if (error instanceof CommitAbortedError) this.#abort(generation, error);
    else this.#end(generation, error);
  }

  #abort({ firstSeq, settlement }: Generation, error: CommitAbortedError): void {
    const staged = this.#staging.settlement;
    this.#aborted.add(firstSeq, this.#lastStagedSeq, error);
    // An empty stage that is durable: whoever waits for the newest sequence after this waits for nothing.
    this.#lastStagedSeq += 1;
    this.#durableSeq = this.#lastStagedSeq;
    this.#inFlight = undefined;
    this.#exchange();
    this.#options.onAborted?.(error);
    settlement.reject(error);
    staged.reject(error);
  }

  #end({ settlement }: Generation, error: unknown): void {
    const fatal =
      error instanceof FlushUnknownError
        ? error
        : new FlushUnknownError('a commit failed in an unknown way', { cause: error });
    this.#fatal = fatal;
    this.#options.onFatal?.(fatal);
    settlement.reject(fatal);
    this.#staging.settlement.reject(fatal);
    this.#room.reject(fatal);
  }

  /** A fresh generation to stage into; what was staged lies below it while it is in flight. */
  #exchange(): void {
    this.#staging = this.#nextGeneration();
    const overlays = [this.#staging.overlay];
    if (this.#inFlight) overlays.push(this.#inFlight.overlay);
    this.#layers = { overlays, epoch: this.#layers.epoch + 1 };
    const room = this.#room;
    this.#room = new Settlement();
    room.resolve();
  }

  #nextGeneration(): Generation {
    return {
      overlay: new Overlay(),
      settlement: new Settlement(),
      firstSeq: this.#lastStagedSeq + 1,
    };
  }
}
