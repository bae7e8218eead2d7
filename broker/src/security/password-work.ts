// Checks passwords that came as text, a few at a time: each takes tens of milliseconds of a thread, and commits need the same
// threads. More than may wait are refused.

import { MillraceError, preparePassword, type ScramVerifier, scramKeys } from '@millrace/protocol';
import { isStoredKey } from './scram-verifier.ts';

/** Of the pool's four threads, so that the store always has some. */
const AT_WORK_MAX = 2;
const ADMITTED_MAX = 8;
const RETRY_AFTER_MS = 200;

export class PasswordWork {
  #admitted = 0;
  #atWork = 0;
  readonly #waiting: (() => void)[] = [];
  readonly #keysOf: typeof scramKeys;

  constructor(keysOf = scramKeys) {
    this.#keysOf = keysOf;
  }

  /** Throws OVERLOADED. */
  async isRight(password: string, verifier: ScramVerifier): Promise<boolean> {
    if (!canBePassword(password)) return false;
    if (this.#admitted >= ADMITTED_MAX) {
      const detail = { limit: `${ADMITTED_MAX} passwords at a time`, retryAfterMs: RETRY_AFTER_MS };
      throw new MillraceError('OVERLOADED', 'Too many passwords are being checked.', detail);
    }
    this.#admitted += 1;
    try {
      await this.#turn();
      const { clientKey } = await this.#keysOf(password, verifier.salt, verifier.iterations);
      return isStoredKey(verifier.storedKey, clientKey);
    } finally {
      this.#admitted -= 1;
      this.#next();
    }
  }

  async #turn(): Promise<void> {
    if (this.#atWork < AT_WORK_MAX) this.#atWork += 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Hands the place on, or gives it back. */
  #next(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#atWork -= 1;
    else next();
  }
}

function canBePassword(text: string): boolean {
  try {
    preparePassword(text);
    return true;
  } catch (error) {
    if (error instanceof MillraceError) return false;
    throw error;
  }
}
