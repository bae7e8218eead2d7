// Keeps partitions filled: one fetch waits at the broker for all that have room, and says only what has changed since the
// one before. What is unsure (a lost connection, an error) begins anew. It hands nothing out.

import { batchHeader, LIMITS, MillraceError, NO_ERROR, type ResponseOf } from '@millrace/protocol';
import { Deadlines } from '../deadlines.ts';
import { outcomeError } from '../metadata.ts';
import { backoffMs } from '../net/backoff.ts';
import type { Link } from '../net/link.ts';
import { isPassing } from '../net/passing.ts';
import type { Claim } from './claim.ts';
import type { FetchBudget } from './fetch-budget.ts';
import { FetchSession, nextSessionId } from './fetch-session.ts';

/** A partition asks for no less at a time, whatever its share. */
const SHARE_BYTES_MIN = 64 * 1024;
/** After an empty reply the next request waits a little, for a broker that does not. */
const GATHER_MS = 5;
/** A broker that sends what was read already is asked again after this. */
const STALE_RETRY_MS = 50;
/** A second one ends the wait of the first, when it has something to say. */
const ON_THEIR_WAY_MAX = 2;

export interface FetchOptions {
  readonly maxWaitMs: number;
  readonly minBytes: number;
  readonly fetchBytes: number;
  readonly verifyChecksums: boolean;
}

export interface FetcherOwner<V> {
  readonly claims: Iterable<Claim<V>> & { readonly size: number };
  filled(claim: Claim<V>): void;
  /** The broker refuses this partition, or what it sent is corrupt. */
  refused(claim: Claim<V>, error: MillraceError): void;
}

interface Fetch<V> {
  readonly number: number;
  readonly session: FetchSession<V>;
  readonly isWaiting: boolean;
  readonly reservedBytes: number;
}

type Reply = ResponseOf<'Fetch'>['partitions'][number];

export class Fetcher<V> {
  private readonly link: Link;
  private readonly options: FetchOptions;
  private readonly owner: FetcherOwner<V>;
  private readonly budget: FetchBudget;
  private readonly onTheirWay = new Set<Fetch<V>>();
  private readonly timer = new Deadlines(() => this.pump());
  /** Partitions to look at; 'all' after a change whose extent is not known. */
  private due: Set<Claim<V>> | 'all' = new Set();
  /** Have something new, which nobody was told of yet. */
  private readonly filled = new Set<Claim<V>>();
  private session: FetchSession<V>;
  /** Ends all that is on its way. One for all: with one a fetch they were a tenth of its cost. */
  private ending = new AbortController();
  private turn: NodeJS.Immediate | undefined;
  private fetches = 0;
  private failures = 0;
  private restsUntil = 0;
  private isClosed = false;

  constructor(link: Link, options: FetchOptions, owner: FetcherOwner<V>, budget: FetchBudget) {
    this.link = link;
    this.options = options;
    this.owner = owner;
    this.budget = budget;
    this.session = new FetchSession(nextSessionId(link));
    budget.onRoom = () => this.schedule();
  }

  /** The partition, or any of them, may have room, or have moved, or be gone. */
  poke(claim?: Claim<V>): void {
    if (claim === undefined) this.due = 'all';
    else if (this.due !== 'all') this.due.add(claim);
    this.schedule();
  }

  close(): void {
    this.isClosed = true;
    if (this.turn !== undefined) clearImmediate(this.turn);
    this.timer.close();
    this.ending.abort();
    if (this.fetches > 0 && this.link.isConnected) this.end();
  }

  /** The connection may live on: the broker shall keep nothing for this. */
  private end(): void {
    const body = { sessionId: this.session.id, isNewSession: true, partitions: [], maxWaitMs: 0 };
    // Where it fails the connection is gone, and the session with it.
    this.link.request('Fetch', body, { once: true }).catch(() => {});
  }

  private schedule(): void {
    if (this.isClosed) return;
    this.turn ??= setImmediate(() => {
      this.turn = undefined;
      this.timer.watch(this.pump());
    });
  }

  /** Looks at what is due and asks; returns when the next pause of one ends. */
  private pump(): number {
    const now = performance.now();
    if (now < this.restsUntil) return this.restsUntil;
    let next = Number.POSITIVE_INFINITY;
    const share = this.share();
    const due = this.due === 'all' ? this.owner.claims : this.due;
    const later = new Set<Claim<V>>();
    for (const claim of due) {
      const isWanted = wantsMore(claim, share);
      if (isWanted && claim.retryAt <= now) this.session.want(claim);
      else this.session.drop(claim);
      if (!isWanted || claim.retryAt <= now) continue;
      next = Math.min(next, claim.retryAt);
      later.add(claim);
    }
    this.due = later;
    while (this.mayAsk()) {
      if (!this.ask(share)) break;
    }
    return next;
  }

  /** Half of a partition's part of the buffer: one half is read while the other is fetched. */
  private share(): number {
    const part = Math.floor(this.budget.bytesMax / 2 / Math.max(1, this.owner.claims.size));
    return Math.max(SHARE_BYTES_MIN, Math.min(this.options.fetchBytes, part));
  }

  private mayAsk(): boolean {
    if (this.session.isEmpty) return false;
    if (this.onTheirWay.size === 0) return true;
    if (!this.session.isBehind || this.onTheirWay.size >= ON_THEIR_WAY_MAX) return false;
    for (const { isWaiting } of this.onTheirWay) if (!isWaiting) return false;
    return true;
  }

  /** False where there is no room for what it may bring. */
  private ask(share: number): boolean {
    const { maxWaitMs } = this.options;
    const { minBytes, maxBytes } = this.requestBytes();
    const reservedBytes = this.budget.sizeOf(maxBytes);
    if (!this.budget.reserve(reservedBytes) && !this.reclaim(share, reservedBytes)) return false;
    this.fetches += 1;
    const { session, fetches: number } = this;
    const changes = session.changes(number, LIMITS.fetchPartitionsMax, share);
    // At the beginning the reply comes at once: it says where partitions end.
    const isWaiting = !changes.isNewSession && !session.isBehind;
    const waitMs = isWaiting ? maxWaitMs : 0;
    const fetch: Fetch<V> = { number, session, isWaiting, reservedBytes };
    this.onTheirWay.add(fetch);
    const body = { ...changes, maxWaitMs: waitMs, minBytes, maxBytes };
    const timeoutMs = waitMs + this.link.options.requestTimeoutMs;
    // Sent again it would say what later ones have changed.
    const how = { signal: this.ending.signal, timeoutMs, once: true };
    this.link.request('Fetch', body, how).then(
      (reply) => this.answered(fetch, reply.partitions),
      (error: MillraceError) => this.failed(fetch, error),
    );
    return true;
  }

  /** What is waited for has to fit, though batches do not fill a reply to the byte. */
  private requestBytes(): { readonly minBytes: number; readonly maxBytes: number } {
    const { minBytes, fetchBytes } = this.options;
    const wanted = Math.min(LIMITS.fetchBytesMax, Math.max(fetchBytes, 2 * (minBytes - 1)));
    const maxBytes = Math.min(wanted, this.budget.partBytes);
    return { minBytes: Math.min(minBytes, Math.ceil(maxBytes / 2)), maxBytes };
  }

  /** Partitions that are paused, or hold more than their share by now, may not keep the others waiting. */
  private reclaim(share: number, bytes: number): boolean {
    if (this.onTheirWay.size > 0) return false;
    for (const claim of this.owner.claims) {
      if (claim.trim(claim.isPaused ? 0 : 2 * share)) this.poke(claim);
    }
    return this.budget.reserve(bytes);
  }

  private answered(fetch: Fetch<V>, replies: readonly Reply[]): void {
    this.onTheirWay.delete(fetch);
    this.budget.release(fetch.reservedBytes);
    if (this.isClosed || fetch.session !== this.session) return;
    if (fetch.isWaiting) this.failures = 0;
    let isEmpty = true;
    for (const reply of replies) {
      if (this.read(fetch, reply)) isEmpty = false;
    }
    const isOver = isEmpty && !this.session.isBehind;
    this.timer.watch(isOver ? performance.now() + GATHER_MS : this.pump());
    if (this.filled.size > 0) process.nextTick(() => this.handOut());
  }

  /** After the next request has left: whoever is called here may not let go of the thread for long. */
  private handOut(): void {
    const filled = [...this.filled];
    this.filled.clear();
    if (this.isClosed) return;
    for (const claim of filled) this.owner.filled(claim);
  }

  /** True where there was something. */
  private read({ session, number }: Fetch<V>, reply: Reply): boolean {
    const last = reply.batches.at(-1);
    const claim = session.told(number, reply, last === undefined ? undefined : endOf(last));
    if (reply.errorCode !== NO_ERROR) session.left(number, reply);
    if (claim === undefined) return last !== undefined;
    this.poke(claim);
    if (claim.state !== 'live') return last !== undefined;
    if (reply.errorCode !== NO_ERROR) {
      const about = `${claim.topic}/${claim.partition}`;
      this.owner.refused(claim, outcomeError(reply.errorCode, reply.errorMessage, about));
      return true;
    }
    claim.endOffset = reply.endOffset;
    if (last !== undefined) this.fill(claim, reply);
    return last !== undefined;
  }

  private fill(claim: Claim<V>, reply: Reply): void {
    const before = claim.fetchOffset;
    try {
      claim.fill(reply.batches, this.options.verifyChecksums);
    } catch (cause) {
      const text = `${claim.topic}/${claim.partition} after ${claim.fetchOffset}: ${(cause as Error).message}`;
      this.owner.refused(claim, new MillraceError('CORRUPT_BATCH', text, {}, { cause }));
    }
    if (claim.fetchOffset === before) claim.retryAt = performance.now() + STALE_RETRY_MS;
    else this.filled.add(claim);
  }

  /** Nobody knows what the broker has taken in: all that is wanted is named again. */
  private failed(fetch: Fetch<V>, error: MillraceError): void {
    this.onTheirWay.delete(fetch);
    this.budget.release(fetch.reservedBytes);
    if (this.isClosed || fetch.session !== this.session) return;
    this.ending.abort();
    this.ending = new AbortController();
    this.session = new FetchSession(this.session.id);
    this.failures += 1;
    const isForgotten = error.code === 'UNKNOWN_FETCH_SESSION';
    if (!isForgotten || this.failures > 1) this.restsUntil = performance.now() + this.pauseMs();
    if (!isForgotten && !isPassing(error)) {
      for (const claim of this.owner.claims) this.owner.refused(claim, error);
    } else if (!isForgotten) {
      this.link.options.logger.warn?.('fetch failed, trying again', { error });
    }
    this.poke();
  }

  private pauseMs(): number {
    return backoffMs(this.link.options.retry, this.failures);
  }
}

function endOf(batch: Uint8Array): number {
  const { baseOffset, lastOffsetDelta } = batchHeader(batch);
  return baseOffset + lastOffsetDelta + 1;
}

function wantsMore<V>(claim: Claim<V>, share: number): boolean {
  const { state, isPaused, bufferedBytes } = claim;
  return state === 'live' && !isPaused && bufferedBytes < share;
}
