// The shop's own database, here LMDB: orders, and the events about them that have not gone out yet. Knows no broker.
import { randomUUID } from 'node:crypto';
import { type Database, open } from 'lmdb';

export interface Order {
  readonly id: string;
  readonly state: 'placed' | 'paid';
  /** Grows by one with each change. */
  readonly version: number;
}

export interface OutboxRow {
  /** Made once, with the row, and never again: what the broker tells copies by. */
  readonly eventId: string;
  readonly order: Order;
}

export class ShopStore {
  readonly orders: Database<Order, string>;
  /** By a number that only grows, so that events leave in the order in which they were written. */
  readonly outbox: Database<OutboxRow, number>;
  readonly #counters: Database<number, string>;

  constructor(path: string) {
    // Without overlapping syncs a transaction is on the disk when it returns.
    const root = open({ path, overlappingSync: false });
    this.orders = root.openDB({ name: 'orders' });
    this.outbox = root.openDB({ name: 'outbox' });
    this.#counters = root.openDB({ name: 'counters' });
  }

  // #region write
  /** The change and the event about it: both or neither, whenever the process dies. */
  save(order: Order, betweenBoth: () => void = () => undefined): void {
    this.orders.transactionSync(() => {
      this.orders.putSync(order.id, order);
      betweenBoth();
      const sequence = (this.#counters.get('outbox') ?? 0) + 1;
      this.#counters.putSync('outbox', sequence);
      this.outbox.putSync(sequence, { eventId: randomUUID(), order });
    });
  }
  // #endregion

  /** Rows that have gone out. */
  forget(sequences: readonly number[]): void {
    this.outbox.transactionSync(() => {
      for (const sequence of sequences) this.outbox.removeSync(sequence);
    });
  }
}
