// Who sends a REST request, by its Authorization header: a token, or a user with a password. Every way of being wrong takes
// the same way, and none is told from another.

import { createHash, createHmac, randomBytes } from 'node:crypto';
import type { Credentials } from './credentials-file.ts';
import { isPassword, parseScryptHash, type ScryptHash } from './scrypt-hash.ts';

/** A password that was right is not hashed again for this long. */
const REMEMBERED_MS = 60_000;
const REMEMBERED_MAX = 10_000;
/** Passwords hashed at a time; a flood of guesses must not take the thread pool from the rest. */
const HASHING_MAX = 8;

/** Too many passwords are checked at this moment. */
export class BusyHashing extends Error {
  override readonly name = 'BusyHashing';
}

/** Compared with where a name is unknown, so that it takes as long as a wrong password. */
const NOBODY = parseScryptHash(
  `scrypt$16384$8$1$${randomBytes(16).toString('base64url')}$${randomBytes(32).toString('base64url')}`,
) as ScryptHash;

export class Identify {
  readonly #credentials: Credentials;
  /** Of passwords that were right, under a key that nobody else has. */
  readonly #remembered = new Map<string, number>();
  readonly #checking = new Map<string, Promise<boolean>>();
  readonly #secret = randomBytes(32);

  constructor(credentials: Credentials) {
    this.#credentials = credentials;
  }

  /** The name of who sends it; undefined: nobody we know. Throws BusyHashing. */
  async who(authorization: string | undefined): Promise<string | undefined> {
    const match = /^(bearer|basic) +([^ ]+) *$/i.exec(authorization ?? '');
    if (match === null) return undefined;
    const [, scheme = '', value = ''] = match;
    return scheme.toLowerCase() === 'bearer' ? this.#byToken(value) : this.#byPassword(value);
  }

  /** What is looked up is a digest, so how long that takes says nothing of a token. */
  #byToken(token: string): string | undefined {
    return this.#credentials.tokens.get(createHash('sha256').update(token).digest('hex'));
  }

  async #byPassword(encoded: string): Promise<string | undefined> {
    const pair = Buffer.from(encoded, 'base64').toString('utf8');
    const colon = pair.indexOf(':');
    if (colon === -1) return undefined;
    const name = pair.slice(0, colon);
    const mark = createHmac('sha256', this.#secret).update(pair).digest('base64');
    const rightAtMs = this.#remembered.get(mark);
    if (rightAtMs !== undefined && performance.now() - rightAtMs < REMEMBERED_MS) return name;
    const isRight = await this.#check(mark, pair.slice(colon + 1), name);
    return isRight ? name : undefined;
  }

  /** Requests that say the same wait for one answer. */
  async #check(mark: string, password: string, name: string): Promise<boolean> {
    let checking = this.#checking.get(mark);
    if (checking === undefined) {
      if (this.#checking.size >= HASHING_MAX) throw new BusyHashing();
      const hash = this.#credentials.users.get(name);
      checking = isPassword(password, hash ?? NOBODY)
        .then((isRight) => isRight && hash !== undefined)
        .finally(() => this.#checking.delete(mark));
      this.#checking.set(mark, checking);
    }
    const isRight = await checking;
    if (isRight) {
      if (this.#remembered.size >= REMEMBERED_MAX) this.#remembered.clear();
      this.#remembered.set(mark, performance.now());
    }
    return isRight;
  }
}
