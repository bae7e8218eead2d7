// Writes once a turn: connections with new replies are flushed together when the present phase of the event loop is
// over, so that the replies of one commit leave in one write a socket.

export interface Flushable {
  flush(): void;
}

export class TurnFlusher {
  #dirty: Flushable[] = [];

  /** The caller asks once until it is flushed. */
  schedule(connection: Flushable): void {
    this.#dirty.push(connection);
    if (this.#dirty.length === 1) setImmediate(() => this.#flushAll());
  }

  #flushAll(): void {
    const dirty = this.#dirty;
    this.#dirty = [];
    for (const connection of dirty) connection.flush();
  }
}
