// An LMDB file that several processes have open at a time. It knows no rows.

import { type Database, open, type RootDatabase } from 'lmdb';

const MAP_BYTES = 64 * 2 ** 20;
const TABLES_MAX = 4;

export class LmdbFile {
  readonly #root: RootDatabase;

  constructor(path: string) {
    this.#root = open(path, {
      noSubdir: true,
      mapSize: MAP_BYTES,
      maxDbs: TABLES_MAX,
      // A resolved write is then on the disk, as an outside system would have it.
      overlappingSync: false,
    });
  }

  table<V, K extends string | number>(name: string): Database<V, K> {
    return this.#root.openDB<V, K>({ name, encoding: 'json' });
  }

  /** What `change` reads and writes is one step, whoever else has the file open. */
  atOnce<T>(change: () => T): T {
    return this.#root.transactionSync<T>(change);
  }

  close(): Promise<void> {
    return this.#root.close();
  }
}
