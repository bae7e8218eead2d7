// Receives messages for a worker: one request that may wait for messages, and further ones beside it while there is
// a backlog and room. It runs no handlers.

import type { MillraceError } from '@millrace/protocol';
import { backoffMs } from '../net/backoff.ts';
import { isPassing } from '../net/passing.ts';
import { orderedId } from '../ordered-id.ts';
import type { Lease } from '../queue/lease.ts';
import { type ReceiveSource, receiveLeases } from '../queue/receive.ts';
import { Bell, pause } from '../wait.ts';
import type { Demand } from './demand.ts';
import type { WorkerSettings } from './options.ts';

const RECEIVE_MESSAGES_MAX = 1_000;
/**
 * A receive of so many messages names its attempt, so that a lost reply is asked for again instead of waiting for the leases
 * to end. The broker writes such a name down: for few messages that would cost more than it is worth.
 */
const ATTEMPT_MESSAGES_MIN = 8;
/** Requests beside the one that waits. */
const EXTRA_MAX = 3;

export interface IntakeOwner<V> {
  /** Messages held now, and whether some of them wait for a handler. */
  readonly held: number;
  readonly hasWaiting: boolean;
  /** How long leases are to last, ms; asks the group the first time. */
  leaseTime(): Promise<number>;
  take(leases: readonly Lease<V>[]): void;
}

export class Intake<V> {
  private readonly settings: WorkerSettings<V>;
  private readonly source: ReceiveSource<V>;
  private readonly demand: Demand;
  private readonly owner: IntakeOwner<V>;
  private readonly news = new Bell();
  private readonly extras = new Set<Promise<void>>();
  /** Ends the requests under way; a new one for each time of receiving. */
  private receiving = new AbortController();
  /** Messages asked for in requests under way. */
  private asked = 0;
  private isPaused = false;
  private isClosed = false;

  constructor(
    settings: WorkerSettings<V>,
    source: ReceiveSource<V>,
    demand: Demand,
    owner: IntakeOwner<V>,
  ) {
    this.settings = settings;
    this.source = source;
    this.demand = demand;
    this.owner = owner;
  }

  get isStopped(): boolean {
    return this.isClosed || this.isPaused;
  }

  /** There may be room. */
  poke(): void {
    this.news.ring();
  }

  pause(): void {
    this.isPaused = true;
    this.receiving.abort();
  }

  resume(): void {
    this.isPaused = false;
    this.news.ring();
  }

  close(): void {
    this.isClosed = true;
    this.receiving.abort();
    this.news.ring();
  }

  /** Resolves once closed and all requests have their outcome; rejects where going on is impossible. */
  async run(): Promise<void> {
    const { link } = this.source;
    for (let failures = 0; !this.isClosed; ) {
      try {
        await this.step();
        failures = 0;
      } catch (error) {
        if (this.isClosed || link.isClosed) break;
        // By pause().
        if ((error as MillraceError).code === 'ABORTED') continue;
        if (!isPassing(error as MillraceError)) throw error;
        link.options.logger.warn?.('receive failed, trying again', { error });
        await pause(backoffMs(link.options.retry, failures), this.receiving.signal);
        failures += 1;
      }
    }
    await Promise.all(this.extras);
  }

  private async step(): Promise<void> {
    if (this.isPaused) {
      await this.news.wait();
      return;
    }
    if (this.receiving.signal.aborted) this.receiving = new AbortController();
    const leaseMs = await this.owner.leaseTime();
    if (this.isStopped) return;
    const room = this.room();
    if (room === 0) {
      await this.news.wait();
      return;
    }
    await this.receive(room, this.settings.maxWaitMs, leaseMs);
  }

  /** How many messages may be asked for. Little room counts as none while messages wait: few requests are better. */
  private room(): number {
    const { held, hasWaiting } = this.owner;
    const heldMax = this.demand.heldMax(performance.now());
    const room = heldMax - held - this.asked;
    const isWorthwhile = !hasWaiting || room * 4 >= Math.min(heldMax, RECEIVE_MESSAGES_MAX);
    return isWorthwhile ? Math.max(0, Math.min(room, RECEIVE_MESSAGES_MAX)) : 0;
  }

  private async receive(maxMessages: number, maxWaitMs: number, leaseMs: number): Promise<void> {
    const { group, topics, memberId } = this.settings;
    const body = {
      group,
      topics,
      memberId,
      maxMessages,
      maxWaitMs,
      visibilityTimeoutMs: leaseMs,
      attemptId: maxMessages < ATTEMPT_MESSAGES_MIN ? null : orderedId(),
    };
    this.asked += maxMessages;
    let received = 0;
    try {
      const leases = await receiveLeases(this.source, body, { signal: this.receiving.signal });
      for (const { messages } of leases) received += messages.length;
      this.owner.take(leases);
    } finally {
      this.asked -= maxMessages;
    }
    if (received === maxMessages) this.receiveMore(leaseMs);
  }

  /** There is a backlog: further requests, which need not wait. */
  private receiveMore(leaseMs: number): void {
    while (!this.isStopped && this.extras.size < EXTRA_MAX) {
      const room = this.room();
      if (room === 0) return;
      const extra = this.receiveExtra(room, leaseMs);
      this.extras.add(extra);
      void this.forget(extra);
    }
  }

  private async receiveExtra(maxMessages: number, leaseMs: number): Promise<void> {
    try {
      await this.receive(maxMessages, 0, leaseMs);
    } catch (error) {
      // The request that waits meets the same and knows what to do.
      this.source.link.options.logger.debug?.('receive failed', { error });
    }
  }

  private async forget(extra: Promise<void>): Promise<void> {
    await extra;
    this.extras.delete(extra);
    this.news.ring();
  }
}
