// How much of one turn of the event loop requests may take: connections that sent few are served at once, long pipelines
// go on turn by turn, so that those who ask for little do not wait for them.

/** Of one connection at a time, whatever others do. */
const REQUESTS_AT_A_TIME = 4;
/** Of all connections together in a turn; beyond it each gets only its few. */
const REQUESTS_A_TURN = 128;

export class TurnShare {
  #inTurn = 0;
  #isArmed = false;
  #waiting = new Set<() => void>();

  /** Counts a request that is dispatched now. `inARow`: the connection's requests before it in this go. False: not in this turn. */
  take(inARow: number): boolean {
    if (this.#inTurn >= REQUESTS_A_TURN && inARow >= REQUESTS_AT_A_TIME) return false;
    this.#inTurn += 1;
    this.#arm();
    return true;
  }

  /** Calls it in a later turn, after those that wait longer. */
  whenNext(goOn: () => void): void {
    this.#waiting.add(goOn);
    this.#arm();
  }

  forget(goOn: () => void): void {
    this.#waiting.delete(goOn);
  }

  #arm(): void {
    if (this.#isArmed) return;
    this.#isArmed = true;
    setImmediate(() => this.#turn());
  }

  #turn(): void {
    this.#isArmed = false;
    this.#inTurn = 0;
    for (const goOn of this.#waiting) {
      if (this.#inTurn >= REQUESTS_A_TURN) break;
      this.#waiting.delete(goOn);
      goOn();
    }
    if (this.#waiting.size > 0) this.#arm();
  }
}
