// Backpressure from inside the broker: while the commit queue is full, connections read no requests. One waiter on
// the queue serves all connections.

/** What the shard says of its commit queue. */
export interface Pressure {
  readonly isFull: boolean;
  /** Resolves when there is room; rejects when there never will be: then nobody reads on. */
  whenRoom(): Promise<void>;
}

export class PressureGate {
  readonly #pressure: Pressure;
  #blocked = new Set<() => void>();
  #isWaiting = false;

  constructor(pressure: Pressure) {
    this.#pressure = pressure;
  }

  get isFull(): boolean {
    return this.#pressure.isFull;
  }

  /** Calls `resume` once there is room; the same function waits only once. It may find the queue full again. */
  whenRoom(resume: () => void): void {
    this.#blocked.add(resume);
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    this.#pressure.whenRoom().then(
      () => this.#resumeAll(),
      () => undefined,
    );
  }

  forget(resume: () => void): void {
    this.#blocked.delete(resume);
  }

  /** Those that wait longest go first; whoever finds it full again goes to the back. */
  #resumeAll(): void {
    const blocked = this.#blocked;
    this.#blocked = new Set();
    this.#isWaiting = false;
    for (const resume of blocked) resume();
  }
}
