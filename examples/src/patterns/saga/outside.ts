// The systems outside that the services drive: a bank, a warehouse, a carrier. Each takes a key with what it is asked, does
// nothing twice under one key, and refuses what was undone before it came. Many real ones can do the first, few the last.
import { type Database, open } from 'lmdb';

export class Refused extends Error {}

type Entry = 'done' | 'undone';

export class Outside {
  readonly #entries: Database<Entry, string>;
  readonly #history: Database<string[], string>;

  constructor(path: string) {
    const root = open({ path, overlappingSync: false });
    this.#entries = root.openDB({ name: 'entries' });
    this.#history = root.openDB({ name: 'history' });
  }

  // #region outside
  do(order: string, what: string): void {
    this.#entries.transactionSync(() => {
      const entry = this.#entries.get(`${order}/${what}`);
      if (entry === 'undone') throw new Refused(`${what} was called off before`);
      if (entry === 'done') return;
      this.#entries.putSync(`${order}/${what}`, 'done');
      this.#note(order, what);
    });
  }

  /** Also of what was never done: then it leaves a mark, and whoever comes too late is refused. */
  undo(order: string, what: string, how: string): void {
    this.#entries.transactionSync(() => {
      const entry = this.#entries.get(`${order}/${what}`);
      this.#entries.putSync(`${order}/${what}`, 'undone');
      if (entry === 'done') this.#note(order, how);
    });
  }
  // #endregion

  /** What really happened, in order. */
  history(order: string): string[] {
    return this.#history.get(order) ?? [];
  }

  #note(order: string, what: string): void {
    this.#history.putSync(order, [...this.history(order), what]);
  }
}
