// The memory that requests of all connections take together: frames that have begun, requests that wait to be dispatched,
// requests that wait for their reply. A large frame asks before it is read on; those that have to wait are let in in
// their order. It knows no socket.

interface Waiting {
  readonly bytes: number;
  readonly letIn: () => void;
}

export class RequestBudget {
  readonly #bytesMax: number;
  readonly #held: { requestBytes: number };
  readonly #line = new Map<object, Waiting>();
  #isWaking = false;

  /** What is held stands in `held`, for whoever wants to know. */
  constructor(bytesMax: number, held: { requestBytes: number }) {
    this.#bytesMax = bytesMax;
    this.#held = held;
  }

  /** So much is held that somebody waits, or would. */
  get isFull(): boolean {
    return this.#line.size > 0 || this.#held.requestBytes >= this.#bytesMax;
  }

  /** What is here already and has to be counted, room or not. Below zero: it has gone. */
  add(bytes: number): void {
    this.#held.requestBytes += bytes;
    if (bytes < 0 && this.#line.size > 0) this.#wakeSoon();
  }

  /** True: they are counted. Otherwise `letIn` is called once they are; until then `who` stands in the line, once. */
  ask(who: object, bytes: number, letIn: () => void): boolean {
    if (this.#line.size === 0 && this.#fits(bytes)) {
      this.#held.requestBytes += bytes;
      return true;
    }
    this.#line.set(who, { bytes, letIn });
    return false;
  }

  /** It waits no more; nothing was counted for it. */
  forget(who: object): void {
    if (this.#line.delete(who) && this.#line.size > 0) this.#wakeSoon();
  }

  /** Whoever is first goes in when nothing else is there, however much it is. */
  #fits(bytes: number): boolean {
    return this.#held.requestBytes === 0 || this.#held.requestBytes + bytes <= this.#bytesMax;
  }

  #wakeSoon(): void {
    if (this.#isWaking) return;
    this.#isWaking = true;
    setImmediate(() => {
      this.#isWaking = false;
      this.#wake();
    });
  }

  #wake(): void {
    for (const [who, { bytes, letIn }] of this.#line) {
      if (!this.#fits(bytes)) return;
      this.#line.delete(who);
      this.#held.requestBytes += bytes;
      letIn();
    }
  }
}
