// The memory that requests of all connections take together: frames that have begun, requests that wait to be dispatched,
// requests that wait for their reply. A large frame asks before it is read on; those that have to wait are let in in
// turns by owner, and in their order. It knows no socket.

interface Waiting {
  readonly bytes: number;
  readonly letIn: () => void;
}

export class RequestBudget {
  readonly #bytesMax: number;
  readonly #held: { requestBytes: number };
  /** By owner, whose turns go round: one owner with many frames does not keep the others waiting. */
  readonly #lines = new Map<string, Map<object, Waiting>>();
  #isWaking = false;

  /** What is held stands in `held`, for whoever wants to know. */
  constructor(bytesMax: number, held: { requestBytes: number }) {
    this.#bytesMax = bytesMax;
    this.#held = held;
  }

  /** So much is held that somebody waits, or would. */
  get isFull(): boolean {
    return this.#lines.size > 0 || this.#held.requestBytes >= this.#bytesMax;
  }

  /** What is here already and has to be counted, room or not. Below zero: it has gone. */
  add(bytes: number): void {
    this.#held.requestBytes += bytes;
    if (bytes < 0 && this.#lines.size > 0) this.#wakeSoon();
  }

  /** True: they are counted. Otherwise `letIn` is called once they are; until then `who` stands in the line, once. */
  ask(owner: string, who: object, bytes: number, letIn: () => void): boolean {
    if (this.#lines.size === 0 && this.#fits(bytes)) {
      this.#held.requestBytes += bytes;
      return true;
    }
    const line = this.#lines.get(owner) ?? new Map<object, Waiting>();
    this.#lines.set(owner, line.set(who, { bytes, letIn }));
    return false;
  }

  /** It waits no more; nothing was counted for it. */
  forget(owner: string, who: object): void {
    const line = this.#lines.get(owner);
    if (!line?.delete(who)) return;
    if (line.size === 0) this.#lines.delete(owner);
    if (this.#lines.size > 0) this.#wakeSoon();
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
    for (const [owner, line] of this.#lines) {
      for (const [who, { bytes, letIn }] of line) {
        if (!this.#fits(bytes)) return;
        line.delete(who);
        // To the end, or away: the next turn is another owner's.
        this.#lines.delete(owner);
        if (line.size > 0) this.#lines.set(owner, line);
        this.#held.requestBytes += bytes;
        letIn();
        break;
      }
    }
  }
}
