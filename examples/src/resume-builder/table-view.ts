// A compacted topic as a table in memory: the newest value of each key. Read only; who changes it sends to the topic.

import type { Client } from '@millrace/client';
import { Follower } from './follower.ts';
import type { Part } from './part.ts';
import type { Topic } from './queues.ts';

export class TableView<V, Row = V> implements Part {
  readonly rows: ReadonlyMap<string, Row>;
  readonly #follower: Follower<V>;

  /** `keep`: the part of a value that is held in memory. */
  constructor(client: Client, topic: Topic<V>, keep: (value: V) => Row) {
    const rows = new Map<string, Row>();
    this.rows = rows;
    this.#follower = new Follower(client, topic, ({ key, value, valueBytes }) => {
      if (key === null) return;
      // Without a value: the key is gone.
      if (valueBytes === null) rows.delete(key);
      else rows.set(key, keep(value));
    });
  }

  get finished(): Promise<void> {
    return this.#follower.finished;
  }

  /** What others committed before this call is in `rows` once it resolves. */
  caughtUp(): Promise<void> {
    return this.#follower.caughtUp();
  }

  close(): Promise<void> {
    return this.#follower.close();
  }
}

/** A view of all that the topic holds. */
export function viewOf<V>(client: Client, topic: Topic<V>): TableView<V> {
  return new TableView(client, topic, (value) => value);
}
