// Our own status table: which message was begun, which was completed, how often it was tried; and the state of entities as
// their messages set it. It does not know whether an effect took place: that is the outside system's.

import { existsSync } from 'node:fs';
import type { Database } from 'lmdb';
import { LmdbFile } from './lmdb-file.ts';

export interface StatusRow {
  /** Which messages count as the same. */
  readonly key: string;
  readonly status: 'STARTED' | 'COMPLETED';
  /** How often it was begun. */
  readonly attempts: number;
  readonly worker: string;
  readonly messageId: string;
  readonly id?: string | undefined;
  /** Of the last change, ms since 1970. */
  readonly atMs: number;
}

export type Begun = Omit<StatusRow, 'status' | 'attempts'>;

/** What is known of an entity. */
export interface EntityState {
  readonly entity: string;
  readonly version: number;
  readonly work: number;
}

export class StatusTable {
  readonly #file: LmdbFile;
  readonly #rows: Database<StatusRow, string>;
  readonly #states: Database<EntityState, string>;

  constructor(path: string) {
    this.#file = new LmdbFile(path);
    this.#rows = this.#file.table('status');
    this.#states = this.#file.table('states');
  }

  isCompleted(key: string): boolean {
    return this.#rows.get(key)?.status === 'COMPLETED';
  }

  /** One attempt more. What was completed stays so. */
  start(begun: Begun): void {
    this.#file.atOnce(() => {
      const { status = 'STARTED', attempts = 0 } = this.#rows.get(begun.key) ?? {};
      this.#rows.putSync(begun.key, { ...begun, status, attempts: attempts + 1 });
    });
  }

  complete(begun: Begun): void {
    this.#file.atOnce(() => {
      const { attempts = 1 } = this.#rows.get(begun.key) ?? {};
      this.#rows.putSync(begun.key, { ...begun, status: 'COMPLETED', attempts });
    });
  }

  /** False where `onlyNewer` was asked for and what is known is newer, or as new. */
  setState(state: EntityState, onlyNewer: boolean): boolean {
    return this.#file.atOnce(() => {
      const known = this.#states.get(state.entity);
      if (onlyNewer && known !== undefined && known.version >= state.version) return false;
      this.#states.putSync(state.entity, state);
      return true;
    });
  }

  /** In the order of their keys. */
  rows(): StatusRow[] {
    return [...this.#rows.getRange()].map(({ value }) => value);
  }

  states(): EntityState[] {
    return [...this.#states.getRange()].map(({ value }) => value);
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

/** All rows of the table in this file; none where nobody has opened it yet. */
export function readStatuses(path: string): Promise<StatusRow[]> {
  return read(path, (table) => table.rows());
}

/** What is known of entities, by this file. */
export function readStates(path: string): Promise<EntityState[]> {
  return read(path, (table) => table.states());
}

async function read<R>(path: string, look: (table: StatusTable) => R[]): Promise<R[]> {
  if (!existsSync(path)) return [];
  const table = new StatusTable(path);
  try {
    return look(table);
  } finally {
    await table.close();
  }
}
