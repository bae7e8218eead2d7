// The outside system: a ledger of effects that only grows. A row is an effect that took place, and cannot be taken back. It
// knows nothing of queues.

import { existsSync } from 'node:fs';
import type { Database } from 'lmdb';
import { LmdbFile } from './lmdb-file.ts';

export interface LedgerRow {
  /** What the effect is of, as whoever did it names it. */
  readonly key: string;
  readonly worker: string;
  readonly messageId: string;
  readonly id?: string | undefined;
  readonly sequence?: number | undefined;
  readonly group?: string | undefined;
  /** ms since 1970. */
  readonly atMs: number;
}

export class OutsideLedger {
  readonly #file: LmdbFile;
  /** By the order in which they came, from 1. */
  readonly #rows: Database<LedgerRow, number>;
  readonly #countOfKey: Database<number, string>;

  constructor(path: string) {
    this.#file = new LmdbFile(path);
    this.#rows = this.#file.table('effects');
    this.#countOfKey = this.#file.table('counts');
  }

  /**
   * With `isOnce` the system looks at the key, and does nothing where it knows it: false. Without, it takes the same effect
   * twice.
   */
  append(row: LedgerRow, isOnce = false): boolean {
    return this.#file.atOnce(() => {
      const count = this.count(row.key);
      if (isOnce && count > 0) return false;
      const [last = 0] = [...this.#rows.getKeys({ reverse: true, limit: 1 })];
      this.#rows.putSync(last + 1, row);
      this.#countOfKey.putSync(row.key, count + 1);
      return true;
    });
  }

  /** How often the effect took place. */
  count(key: string): number {
    return this.#countOfKey.get(key) ?? 0;
  }

  /** In the order in which they took place. */
  rows(): LedgerRow[] {
    return [...this.#rows.getRange()].map(({ value }) => value);
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

/** All rows of the ledger in this file; none where nobody has opened it yet. */
export async function readLedger(path: string): Promise<LedgerRow[]> {
  if (!existsSync(path)) return [];
  const ledger = new OutsideLedger(path);
  try {
    return ledger.rows();
  } finally {
    await ledger.close();
  }
}
