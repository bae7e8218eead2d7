// Keeps partitions filled: one long-poll request for all that have room, further ones for those that get room meanwhile.
// It hands nothing out.

import {
  LIMITS,
  MillraceError,
  NO_ERROR,
  type RequestInput,
  type ResponseOf,
} from '@millrace/protocol';
import { Deadlines } from '../deadlines.ts';
import { outcomeError } from '../metadata.ts';
import { backoffMs } from '../net/backoff.ts';
import type { Link } from '../net/link.ts';
import { isPassing } from '../net/passing.ts';
import type { Claim } from './claim.ts';

/** A partition asks for no less at a time, whatever its share. */
const SHARE_BYTES_MIN = 64 * 1024;
/** After an empty reply others are about to come: they are asked for together. */
const GATHER_MS = 5;

export interface FetchOptions {
  readonly maxWaitMs: number;
  readonly minBytes: number;
  readonly fetchBytes: number;
  readonly maxBufferedBytes: number;
  readonly verifyChecksums: boolean;
}

export interface FetcherOwner<V> {
  readonly claims: Iterable<Claim<V>> & { readonly size: number };
  filled(claim: Claim<V>): void;
  /** The broker refuses this partition, or what it sent is corrupt. */
  refused(claim: Claim<V>, error: MillraceError): void;
}

interface Asked<V> {
  readonly claim: Claim<V>;
  readonly version: number;
}

type Reply = ResponseOf<'Fetch'>['partitions'][number];

export class Fetcher<V> {
  private readonly link: Link;
  private readonly options: FetchOptions;
  private readonly owner: FetcherOwner<V>;
  private readonly waiting = new Map<AbortController, readonly Asked<V>[]>();
  private readonly timer = new Deadlines(() => this.pump());
  private turn: NodeJS.Immediate | undefined;
  private failures = 0;
  private rotation = 0;
  private isClosed = false;

  constructor(link: Link, options: FetchOptions, owner: FetcherOwner<V>) {
    this.link = link;
    this.options = options;
    this.owner = owner;
  }

  /** Some partition may have room. */
  poke(): void {
    if (this.isClosed) return;
    this.turn ??= setImmediate(() => {
      this.turn = undefined;
      this.timer.watch(this.pump());
    });
  }

  /** What is being asked of this partition no longer matters. */
  interrupt(claim: Claim<V>): void {
    for (const [controller, asked] of this.waiting) {
      if (asked.some((part) => part.claim === claim)) controller.abort();
    }
    this.poke();
  }

  close(): void {
    this.isClosed = true;
    if (this.turn !== undefined) clearImmediate(this.turn);
    this.timer.close();
    for (const controller of this.waiting.keys()) controller.abort();
  }

  /** Asks for all partitions that have room; returns when the next pause of one ends. */
  private pump(): number {
    const share = this.share();
    const now = performance.now();
    let next = Number.POSITIVE_INFINITY;
    const asked: Asked<V>[] = [];
    for (const claim of this.owner.claims) {
      if (!wantsMore(claim, share)) continue;
      if (claim.retryAt > now) next = Math.min(next, claim.retryAt);
      else asked.push({ claim, version: claim.version });
    }
    this.rotation += 1;
    const first = asked.length === 0 ? 0 : this.rotation % asked.length;
    const rotated = [...asked.slice(first), ...asked.slice(0, first)];
    for (let from = 0; from < rotated.length; from += LIMITS.fetchPartitionsMax) {
      this.ask(rotated.slice(from, from + LIMITS.fetchPartitionsMax), share, now);
    }
    return next;
  }

  /** Half of a partition's part of the buffer: one half is read while the other is fetched. */
  private share(): number {
    const { maxBufferedBytes, fetchBytes } = this.options;
    const part = Math.floor(maxBufferedBytes / 2 / Math.max(1, this.owner.claims.size));
    return Math.max(SHARE_BYTES_MIN, Math.min(fetchBytes, part));
  }

  private ask(asked: readonly Asked<V>[], share: number, now: number): void {
    const { maxWaitMs, minBytes, fetchBytes } = this.options;
    const partitions = asked.map(({ claim }) => {
      claim.isFetching = true;
      const { topicId, partition, fetchOffset } = claim;
      return { topicId, partition, offset: fetchOffset, maxBytes: share };
    });
    // All requests end their waiting at the same times, so that those without records become one again.
    const waitMs = maxWaitMs === 0 ? 0 : Math.ceil(maxWaitMs - (now % maxWaitMs));
    const body: RequestInput<'Fetch'> = {
      maxWaitMs: waitMs,
      minBytes,
      maxBytes: fetchBytes,
      partitions,
    };
    const controller = new AbortController();
    this.waiting.set(controller, asked);
    const timeoutMs = waitMs + this.link.options.requestTimeoutMs;
    this.link.request('Fetch', body, { signal: controller.signal, timeoutMs }).then(
      (reply) => this.answered(controller, asked, reply.partitions),
      (error: MillraceError) => this.failed(controller, asked, error),
    );
  }

  private answered(
    controller: AbortController,
    asked: readonly Asked<V>[],
    replies: readonly Reply[],
  ): void {
    this.waiting.delete(controller);
    this.failures = 0;
    let isEmpty = true;
    for (const [index, { claim, version }] of asked.entries()) {
      claim.isFetching = false;
      const reply = replies[index];
      if (reply === undefined || claim.version !== version) isEmpty = false;
      else if (this.read(claim, reply)) isEmpty = false;
    }
    if (this.isClosed) return;
    if (isEmpty) this.timer.watch(performance.now() + GATHER_MS);
    else this.poke();
  }

  /** True where there was something. */
  private read(claim: Claim<V>, reply: Reply): boolean {
    if (reply.errorCode !== NO_ERROR) {
      const about = `${claim.topic}/${claim.partition}`;
      this.owner.refused(claim, outcomeError(reply.errorCode, reply.errorMessage, about));
      return true;
    }
    claim.endOffset = reply.endOffset;
    if (reply.batches.length === 0) return false;
    const before = claim.fetchOffset;
    try {
      claim.fill(reply.batches, this.options.verifyChecksums);
    } catch (cause) {
      const text = `${claim.topic}/${claim.partition} after ${claim.fetchOffset}: ${(cause as Error).message}`;
      this.owner.refused(claim, new MillraceError('CORRUPT_BATCH', text, {}, { cause }));
    }
    if (claim.fetchOffset === before) claim.retryAt = performance.now() + this.pauseMs();
    else this.owner.filled(claim);
    return true;
  }

  private failed(
    controller: AbortController,
    asked: readonly Asked<V>[],
    error: MillraceError,
  ): void {
    this.waiting.delete(controller);
    const isOurs = controller.signal.aborted;
    const retryAt = isOurs ? 0 : performance.now() + this.pauseMs();
    for (const { claim } of asked) {
      claim.isFetching = false;
      claim.retryAt = retryAt;
    }
    if (this.isClosed) return;
    if (!isOurs && !isPassing(error)) {
      for (const { claim } of asked) this.owner.refused(claim, error);
      return;
    }
    if (!isOurs) {
      this.failures += 1;
      this.link.options.logger.warn?.('fetch failed, trying again', { error });
    }
    this.poke();
  }

  private pauseMs(): number {
    return backoffMs(this.link.options.retry, this.failures);
  }
}

function wantsMore<V>(claim: Claim<V>, share: number): boolean {
  const { state, isFetching, isPaused, bufferedBytes } = claim;
  return state === 'live' && !isFetching && !isPaused && bufferedBytes < share;
}
