// Brings commits of the journal into the data file, whole commits at a time and in their order, so that the data file
// alone is the state after one of them at any moment. What it cannot bring there now it tries again.

import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { encodeWrites } from '../encoded-writes.ts';
import { CommitAbortedError } from '../errors.ts';
import { STORAGE_LIMITS } from '../limits.ts';
import type { LmdbStore } from '../lmdb-store.ts';
import { journalRowWrite } from './journal-row.ts';
import type { PendingCommits, Slice } from './pending-commits.ts';

export interface AbsorberOptions {
  readonly data: Pick<LmdbStore, 'commitEncoded'>;
  /** Of the journal. */
  readonly id: Buffer;
  /** It had no room and will try again, and later: it goes on. */
  readonly onStuck: (error: CommitAbortedError | undefined) => void;
  readonly againMs?: number | undefined;
}

export class Absorber {
  readonly #options: AbsorberOptions;
  readonly #givingUp = new AbortController();
  #stuck: CommitAbortedError | undefined;

  constructor(options: AbsorberOptions) {
    this.#options = options;
  }

  /**
   * Resolves with true when all of it is flushed in the data file, and with false when it was told to give up.
   * @throws FlushUnknownError when nobody knows what is in the data file.
   */
  async absorb(pending: PendingCommits): Promise<boolean> {
    // Whoever waits for the commit that was made last goes first.
    await nextTurn();
    let absorbed = 0;
    for (const slice of pending.slices()) {
      if ((await this.#refusal(slice)) !== undefined) {
        if (!(await this.#absorbApart(pending, absorbed, slice.sequence))) return false;
      }
      absorbed = slice.sequence;
    }
    return true;
  }

  /** What there is no room for at once is tried commit by commit, and again. False: it was told to give up. */
  async #absorbApart(pending: PendingCommits, from: number, to: number): Promise<boolean> {
    for (const commit of pending.slices(0)) {
      if (commit.sequence <= from) continue;
      if (commit.sequence > to) break;
      while (!(await this.#tryCommit(commit))) {
        if (!(await this.#pause())) return false;
      }
    }
    return true;
  }

  /** Whatever does not go in at once from here on is left in the journal. */
  giveUp(): void {
    this.#givingUp.abort();
  }

  /** Everything up to the slice's end, in one transaction. @throws what the data file throws. */
  commit({ sequence, writes }: Slice): Promise<void> {
    const { data, id } = this.#options;
    const row = encodeWrites([journalRowWrite({ id, absorbed: sequence })]);
    return data.commitEncoded([...writes, ...row]);
  }

  /** False: nothing of it was applied. */
  async #tryCommit(slice: Slice): Promise<boolean> {
    const refusal = await this.#refusal(slice);
    if (this.#stuck || refusal) this.#options.onStuck(refusal);
    this.#stuck = refusal;
    return refusal === undefined;
  }

  async #refusal(slice: Slice): Promise<CommitAbortedError | undefined> {
    try {
      await this.commit(slice);
      return undefined;
    } catch (error) {
      if (error instanceof CommitAbortedError) return error;
      throw error;
    }
  }

  /** False: it is to give up. */
  async #pause(): Promise<boolean> {
    const { againMs = STORAGE_LIMITS.absorbAgainMs } = this.#options;
    const { signal } = this.#givingUp;
    // The wait alone does not keep a process alive, and ends early when it is told to give up.
    await sleep(againMs, undefined, { ref: false, signal }).catch(() => undefined);
    return !signal.aborted;
  }
}
