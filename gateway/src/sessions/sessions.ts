// The sessions of callers whose requests the gateway has seen lately: one for a user at an address, opened when it is first
// asked for. There are no more than a bound, also of one user; those that nobody uses are closed after a while, or make room
// for others. It knows no HTTP.

import { MillraceError } from '@millrace/protocol';
import type { Session } from '../services.ts';

/** A session, and how it ends. */
export interface OpenSession {
  readonly session: Session;
  /** False: nothing can be asked of the broker at the moment. */
  readonly isConnected: boolean;
  /** What is on its way gets this time. */
  close(timeoutMs?: number): Promise<void>;
}

/** For whom something is done; what is done from another address is told apart in the audit log. */
export interface SessionCaller {
  readonly user: string;
  readonly address: string;
}

export interface SessionsSources {
  /** Throws what `connect` throws; then nothing is left open. The signal ends the attempt. */
  readonly open: (caller: SessionCaller, signal: AbortSignal) => Promise<OpenSession>;
  /** At a time. */
  readonly max: number;
  /** The same of one user: nobody takes the places of others by coming from many addresses. */
  readonly maxOfUser: number;
  /** A session that nobody has used for so long is closed, ms. */
  readonly idleMs: number;
}

/** A session in use. */
export interface Held {
  readonly session: Session;
  /** It is not used any more; the first call counts. */
  release(): void;
}

interface Entry {
  readonly name: string;
  readonly user: string;
  readonly opening: Promise<OpenSession>;
  /** Undefined: it is being opened. */
  open: OpenSession | undefined;
  holders: number;
  /** By performance.now(). */
  usedAt: number;
  /** Since when it was seen without a connection. */
  lostAt: number | undefined;
}

/** A connection that is lost is mostly made again within this time; later it is opened anew, and who asks is told why that fails. */
const LOST_MS = 1_000;
const RETRY_AFTER_MS = 1_000;

export class Sessions {
  readonly #sources: SessionsSources;
  /** The one used longest ago is the first. */
  readonly #entries = new Map<string, Entry>();
  /** Those that are on their way out. */
  readonly #closings = new Set<Promise<void>>();
  readonly #sweeper: NodeJS.Timeout;
  readonly #closing = new AbortController();

  constructor(sources: SessionsSources) {
    this.#sources = sources;
    this.#sweeper = setInterval(() => this.#sweep(), sources.idleMs / 2).unref();
  }

  /** With those that are being opened. */
  get count(): number {
    return this.#entries.size;
  }

  /** Throws OVERLOADED where all are in use, SHUTTING_DOWN, and what opening one throws. */
  async take(caller: SessionCaller): Promise<Held> {
    const entry = this.#entryOf(caller);
    entry.holders += 1;
    let isHeld = true;
    const release = () => {
      if (!isHeld) return;
      isHeld = false;
      entry.holders -= 1;
      entry.usedAt = performance.now();
    };
    try {
      const { session } = entry.open ?? (await entry.opening);
      return { session, release };
    } catch (error) {
      release();
      throw error;
    }
  }

  /** What is on its way gets this time. */
  async close(timeoutMs?: number): Promise<void> {
    clearInterval(this.#sweeper);
    this.#closing.abort();
    for (const entry of this.#entries.values()) this.#drop(entry, timeoutMs);
    await Promise.all(this.#closings);
  }

  #entryOf(caller: SessionCaller): Entry {
    const { max, maxOfUser } = this.#sources;
    const name = JSON.stringify([caller.user, caller.address]);
    const known = this.#entries.get(name);
    if (known !== undefined && !this.#isLost(known)) {
      this.#entries.delete(name);
      this.#entries.set(name, known);
      return known;
    }
    if (known !== undefined) this.#drop(known);
    if (this.#closing.signal.aborted) throw new MillraceError('SHUTTING_DOWN');
    const ofUser = this.#ofUser(caller.user);
    if (ofUser.length >= maxOfUser) this.#makeRoom(ofUser, `${maxOfUser} addresses of one user`);
    if (this.#entries.size >= max) this.#makeRoom(this.#entries.values(), `${max} callers`);
    return this.#begin(name, caller);
  }

  #ofUser(user: string): Entry[] {
    return [...this.#entries.values()].filter((entry) => entry.user === user);
  }

  #begin(name: string, caller: SessionCaller): Entry {
    const opening = this.#sources.open(caller, this.#closing.signal);
    const entry: Entry = {
      name,
      user: caller.user,
      opening,
      open: undefined,
      holders: 0,
      usedAt: performance.now(),
      lostAt: undefined,
    };
    this.#entries.set(name, entry);
    void this.#settle(entry);
    return entry;
  }

  async #settle(entry: Entry): Promise<void> {
    try {
      entry.open = await entry.opening;
    } catch {
      // Whoever waits for it is told; the next one tries again.
      if (this.#entries.get(entry.name) === entry) this.#entries.delete(entry.name);
    }
  }

  /** Throws OVERLOADED. */
  #makeRoom(among: Iterable<Entry>, what: string): void {
    for (const entry of among) {
      if (entry.holders > 0) continue;
      this.#drop(entry);
      return;
    }
    const limit = `${what} at a time`;
    throw new MillraceError('OVERLOADED', `The gateway serves ${limit} already.`, {
      limit,
      retryAfterMs: RETRY_AFTER_MS,
    });
  }

  #isLost(entry: Entry): boolean {
    if (entry.open === undefined || entry.open.isConnected) {
      entry.lostAt = undefined;
      return false;
    }
    entry.lostAt ??= performance.now();
    return performance.now() - entry.lostAt >= LOST_MS;
  }

  #sweep(): void {
    const before = performance.now() - this.#sources.idleMs;
    for (const entry of this.#entries.values()) {
      if (entry.holders === 0 && entry.usedAt < before) this.#drop(entry);
    }
  }

  /** Nobody gets it any more; whoever has it finds it closed. */
  #drop(entry: Entry, timeoutMs?: number): void {
    if (this.#entries.get(entry.name) === entry) this.#entries.delete(entry.name);
    const closing = closeOpened(entry.opening, timeoutMs).finally(() => {
      this.#closings.delete(closing);
    });
    this.#closings.add(closing);
  }
}

/** Where it could not be opened, nothing is left of it. */
async function closeOpened(opening: Promise<OpenSession>, timeoutMs?: number): Promise<void> {
  const open = await opening.catch(() => undefined);
  await open?.close(timeoutMs);
}
