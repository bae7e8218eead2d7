// The sessions of users whose requests the gateway has seen lately: one a user, opened when it is first asked for. There
// are no more than a bound; those that nobody uses are closed after a while, or make room for others. It knows no HTTP.

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

export interface SessionsSources {
  /** Throws what `connect` throws; then nothing is left open. The signal ends the attempt. */
  readonly open: (user: string, signal: AbortSignal) => Promise<OpenSession>;
  /** At a time. */
  readonly max: number;
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
  async take(user: string): Promise<Held> {
    const entry = this.#entryOf(user);
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

  #entryOf(user: string): Entry {
    const known = this.#entries.get(user);
    if (known !== undefined && !this.#isLost(known)) {
      this.#entries.delete(user);
      this.#entries.set(user, known);
      return known;
    }
    if (known !== undefined) this.#drop(known);
    if (this.#closing.signal.aborted) throw new MillraceError('SHUTTING_DOWN');
    if (this.#entries.size >= this.#sources.max) this.#makeRoom();
    return this.#begin(user);
  }

  #begin(user: string): Entry {
    const opening = this.#sources.open(user, this.#closing.signal);
    const entry: Entry = {
      user,
      opening,
      open: undefined,
      holders: 0,
      usedAt: performance.now(),
      lostAt: undefined,
    };
    this.#entries.set(user, entry);
    void this.#settle(entry);
    return entry;
  }

  async #settle(entry: Entry): Promise<void> {
    try {
      entry.open = await entry.opening;
    } catch {
      // Whoever waits for it is told; the next one tries again.
      if (this.#entries.get(entry.user) === entry) this.#entries.delete(entry.user);
    }
  }

  /** Throws OVERLOADED. */
  #makeRoom(): void {
    for (const entry of this.#entries.values()) {
      if (entry.holders > 0) continue;
      this.#drop(entry);
      return;
    }
    const limit = `${this.#sources.max} users at a time`;
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
    if (this.#entries.get(entry.user) === entry) this.#entries.delete(entry.user);
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
