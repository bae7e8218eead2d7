// How often logins may fail: by the address they come from, and by the user they are for. Failures cost the one who fails
// time, more each time, and many of them any further try for a while. It keeps a bounded number of names, knows no secret
// and waits for nobody.

import { MillraceError } from '@millrace/protocol';

/** Failures count together while the next comes within this time. */
const WINDOW_MS = 60_000;
/** After so many, further tries are refused before anything is looked at, until the window is over. */
const FAILURES_MAX = 10;
const DELAY_FIRST_MS = 100;
const DELAY_MAX_MS = 5_000;
/** Names remembered of each kind; beyond it those go that failed, or came, longest ago. */
const NAMES_MAX = 10_000;

interface Failures {
  count: number;
  /** When the last of them was. */
  lastMs: number;
}

/** Names in the order in which they were last seen, so that the oldest goes first. */
class Remembered<T> {
  readonly #all = new Map<string, T>();
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  get size(): number {
    return this.#all.size;
  }

  get(name: string): T | undefined {
    return this.#all.get(name);
  }

  put(name: string, value: T): void {
    this.#all.delete(name);
    this.#all.set(name, value);
    if (this.#all.size <= this.#max) return;
    const [oldest] = this.#all.keys();
    if (oldest !== undefined) this.#all.delete(oldest);
  }
}

/** Without its bookkeeping. */
export type Throttle = Pick<LoginThrottle, 'admit' | 'lineMs' | 'failed' | 'succeeded'>;

export class LoginThrottle {
  readonly #nowMs: () => number;
  readonly #byAddress: Remembered<Failures>;
  readonly #byUser: Remembered<Failures>;
  /** Pairs of user and address that logged in: what others do to either does not hold these up. */
  readonly #known: Remembered<Failures>;

  /** Of an address and a user: when the last failure will have been answered. Until then no other try is looked at. */
  readonly #lines: Remembered<number>;

  /** A clock that nobody sets back. */
  constructor(nowMs: () => number = () => performance.now(), namesMax = NAMES_MAX) {
    this.#nowMs = nowMs;
    this.#byAddress = new Remembered(namesMax);
    this.#byUser = new Remembered(namesMax);
    this.#known = new Remembered(namesMax);
    this.#lines = new Remembered(namesMax);
  }

  /** Names remembered, for tests of their bound. */
  get size(): number {
    return this.#byAddress.size + this.#byUser.size + this.#known.size + this.#lines.size;
  }

  /** Before anything is looked at, and again before an answer. Throws AUTHENTICATION_FAILED with `retryAfterMs`. */
  admit(address: string, user: string | undefined): void {
    const retryAfterMs = Math.max(
      ...this.#countersOf(address, user).map(({ all, name }) => this.#waitOf(all.get(name))),
    );
    if (retryAfterMs === 0) return;
    const limit = `${FAILURES_MAX} failures in ${WINDOW_MS} ms`;
    const message = 'Too many logins failed: this one was not looked at.';
    throw new MillraceError('AUTHENTICATION_FAILED', message, { limit, retryAfterMs });
  }

  /**
   * So many ms until a try of this user from this address is looked at, be it right or wrong: those before it have been
   * answered by then. Whoever waited asks again, for others wait too.
   */
  lineMs(address: string, user: string | undefined): number {
    if (user === undefined) return 0;
    const untilMs = this.#lines.get(pairOf(address, user)) ?? 0;
    return Math.max(0, Math.ceil(untilMs - this.#nowMs()));
  }

  /** Counts a failure; so many ms its refusal should wait. */
  failed(address: string, user: string | undefined): number {
    const counts = this.#countersOf(address, user).map(({ all, name }) => this.#count(all, name));
    const delayMs = Math.min(DELAY_MAX_MS, DELAY_FIRST_MS * 2 ** (Math.max(...counts) - 1));
    if (user !== undefined) this.#lines.put(pairOf(address, user), this.#nowMs() + delayMs);
    return delayMs;
  }

  succeeded(address: string, user: string): void {
    this.#known.put(pairOf(address, user), { count: 0, lastMs: this.#nowMs() });
  }

  #countersOf(address: string, user: string | undefined) {
    const ofAddress = { all: this.#byAddress, name: address };
    if (user === undefined) return [ofAddress];
    const pair = pairOf(address, user);
    if (this.#known.get(pair) !== undefined) return [{ all: this.#known, name: pair }];
    return [ofAddress, { all: this.#byUser, name: user }];
  }

  #count(failures: Remembered<Failures>, name: string): number {
    const nowMs = this.#nowMs();
    const before = failures.get(name);
    const isOver = before === undefined || nowMs - before.lastMs >= WINDOW_MS;
    const count = isOver ? 1 : Math.min(before.count + 1, FAILURES_MAX);
    failures.put(name, { count, lastMs: nowMs });
    return count;
  }

  #waitOf(failures: Failures | undefined): number {
    if (failures === undefined || failures.count < FAILURES_MAX) return 0;
    return Math.max(0, Math.ceil(failures.lastMs + WINDOW_MS - this.#nowMs()));
  }
}

function pairOf(address: string, user: string): string {
  return `${address} ${user}`;
}
