// What the broker said of credentials a moment ago, so that a caller with many requests is asked for once in a while. What
// is shown is kept as a keyed hash; a refusal is not kept. Questions about the same thing share one answer.

import { createHmac, randomBytes } from 'node:crypto';
import { networkOf } from '@millrace/options';
import { HttpProblem } from '../rest/problem/problems.ts';

export interface RememberedSources {
  /** An answer counts for so long, ms: what is taken away in the broker is gone here after that. */
  readonly ageMs: number;
  /** By performance.now(). */
  readonly now?: (() => number) | undefined;
}

/** What counts until a time. */
export interface Dated {
  /** ms since 1970; null: for ever. */
  readonly expiresAtMs: number | null;
}

const KEPT_MAX = 10_000;
/** Questions on their way, in all and of one address or network of IPv6: a flood of guesses must not keep others from asking. */
const ASKING_MAX = 256;
const ASKING_PER_ADDRESS_MAX = 16;

export class Remembered<T extends Dated> {
  readonly #ageMs: number;
  readonly #now: () => number;
  readonly #key = randomBytes(32);
  readonly #known = new Map<string, { readonly answer: T; readonly until: number }>();
  readonly #asking = new Map<string, Promise<T>>();
  readonly #byAddress = new Map<string, number>();

  constructor({ ageMs, now = () => performance.now() }: RememberedSources) {
    this.#ageMs = ageMs;
    this.#now = now;
  }

  /** What `ask` gives, or gave for the same thing. Throws what it throws, and TOO_MANY_REQUESTS. */
  of(shown: string, address: string, ask: () => Promise<T>): T | Promise<T> {
    const mark = this.#markOf(shown);
    const known = this.#known.get(mark);
    if (known !== undefined && this.#now() < known.until && isGood(known.answer)) {
      return known.answer;
    }
    const asking = this.#asking.get(mark);
    if (asking !== undefined) return asking;
    const network = networkOf(address);
    this.#takePlace(network);
    const answer = this.#ask(mark, ask).finally(() => {
      this.#asking.delete(mark);
      this.#givePlace(network);
    });
    this.#asking.set(mark, answer);
    return answer;
  }

  /** It was taken away just now. */
  forget(shown: string): void {
    this.#known.delete(this.#markOf(shown));
  }

  #markOf(shown: string): string {
    return createHmac('sha256', this.#key).update(shown).digest('base64');
  }

  async #ask(mark: string, ask: () => Promise<T>): Promise<T> {
    const until = this.#now() + this.#ageMs;
    this.#known.delete(mark);
    const answer = await ask();
    if (this.#known.size >= KEPT_MAX) this.#known.clear();
    this.#known.set(mark, { answer, until });
    return answer;
  }

  #takePlace(address: string): void {
    const ofAddress = this.#byAddress.get(address) ?? 0;
    if (this.#asking.size >= ASKING_MAX || ofAddress >= ASKING_PER_ADDRESS_MAX) {
      const text = 'Too many passwords, tokens or keys are being checked.';
      throw new HttpProblem('TOO_MANY_REQUESTS', text, { retryAfterMs: 1_000 });
    }
    this.#byAddress.set(address, ofAddress + 1);
  }

  #givePlace(address: string): void {
    const left = (this.#byAddress.get(address) ?? 1) - 1;
    if (left === 0) this.#byAddress.delete(address);
    else this.#byAddress.set(address, left);
  }
}

function isGood({ expiresAtMs }: Dated): boolean {
  return expiresAtMs === null || Date.now() < expiresAtMs;
}
