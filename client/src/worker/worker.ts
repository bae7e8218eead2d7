// The worker: leases messages ahead of need and hands them to the runner, until it is closed or cannot go on.

import { MillraceError } from '@millrace/protocol';
import { CLOSE_TIMEOUT_MS, type CloseOptions } from '../close.ts';
import type { Metadata } from '../metadata.ts';
import { backoffMs } from '../net/backoff.ts';
import type { Link } from '../net/link.ts';
import { isPassing } from '../net/passing.ts';
import { Acknowledger } from '../queue/acknowledger.ts';
import { type ReceiveSource, receiveLeases } from '../queue/receive.ts';
import { pause, settledWithin } from '../wait.ts';
import { JobRunner } from './job-runner.ts';
import { LeaseKeeper } from './lease-keeper.ts';
import type { WorkerSettings } from './options.ts';
import type { WorkerStats } from './stats.ts';

const RECEIVE_MESSAGES_MAX = 1_000;
/** The group's lease time where it cannot be asked for: the group is created by the first receive. */
const LEASE_MS = 30_000;
/** Handlers may take this long to end after their signal was aborted. */
const ABORT_GRACE_MS = 250;

export class Worker<V> implements AsyncDisposable {
  /** Resolves after close(); rejects where the worker cannot go on: UNKNOWN_GROUP, UNKNOWN_TOPIC and the like. */
  readonly finished: Promise<void>;
  private readonly settings: WorkerSettings<V>;
  private readonly source: ReceiveSource<V>;
  private readonly keeper: LeaseKeeper<V>;
  private readonly runner: JobRunner<V>;
  private readonly onClosed: () => void;
  private readonly receivingEnded: Promise<void>;
  private leaseMs: number;
  private knowsLeaseTime: boolean;
  private receiving = new AbortController();
  private isPaused = false;
  private closing: Promise<void> | undefined;

  constructor(
    link: Link,
    metadata: Metadata,
    settings: WorkerSettings<V>,
    onClosed: () => void = () => {},
  ) {
    const { codec, group } = settings;
    this.settings = settings;
    this.onClosed = onClosed;
    this.source = { link, metadata, codec, acknowledger: new Acknowledger(link, group) };
    this.leaseMs = settings.visibilityTimeoutMs ?? LEASE_MS;
    this.knowsLeaseTime = settings.visibilityTimeoutMs !== undefined;
    this.keeper = new LeaseKeeper(() => this.leaseMs);
    this.runner = new JobRunner(settings, this.keeper, link.options.logger);
    const receiving = this.receiveAll();
    this.receivingEnded = receiving.catch(() => {});
    this.finished = this.finish(receiving);
    this.finished.catch(() => {});
  }

  get stats(): WorkerStats {
    return this.runner.stats;
  }

  /** Receives nothing until resume(). What waits for a handler is given back; running handlers go on. */
  pause(): void {
    this.isPaused = true;
    this.receiving.abort();
    this.runner.returnWaiting();
  }

  resume(): void {
    this.isPaused = false;
    this.runner.ended.ring();
  }

  /**
   * Stops receiving, gives back what waits for a handler, waits for running handlers. When the time is over their
   * signals are aborted and their leases are left to end. Not to be awaited in a handler.
   */
  close(options: CloseOptions = {}): Promise<void> {
    this.closing ??= this.shut(options.timeoutMs ?? CLOSE_TIMEOUT_MS);
    return this.closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** The end of the story: receiving has failed or was closed, and everything is put away. */
  private async finish(receiving: Promise<void>): Promise<void> {
    try {
      await receiving;
    } catch (error) {
      const { group, topics } = this.settings;
      this.source.link.options.logger.error?.('worker cannot go on', { error, group, topics });
      throw error;
    } finally {
      await this.close();
    }
  }

  private async receiveAll(): Promise<void> {
    const { logger, retry } = this.source.link.options;
    // The constructor returns before anything happens.
    await Promise.resolve();
    for (let failures = 0; this.closing === undefined; ) {
      try {
        await this.learnLeaseTime();
        await this.receiveOnce();
        failures = 0;
      } catch (error) {
        if (this.closing !== undefined || this.source.link.isClosed) return;
        // By pause().
        if ((error as MillraceError).code === 'ABORTED') continue;
        if (!isPassing(error as MillraceError)) throw error;
        logger.warn?.('receive failed, trying again', { error });
        await pause(backoffMs(retry, failures), this.receiving.signal);
        failures += 1;
      }
    }
  }

  private async receiveOnce(): Promise<void> {
    const { group, topics, memberId, maxWaitMs } = this.settings;
    if (this.closing !== undefined) return;
    if (this.isPaused || this.runner.room === 0) {
      await this.runner.ended.wait();
      return;
    }
    this.receiving = new AbortController();
    const maxMessages = Math.min(this.runner.room, RECEIVE_MESSAGES_MAX);
    const visibilityTimeoutMs = this.leaseMs;
    const body = { group, topics, memberId, maxMessages, maxWaitMs, visibilityTimeoutMs };
    const leases = await receiveLeases(this.source, body, { signal: this.receiving.signal });
    const now = performance.now();
    for (const lease of leases) {
      this.keeper.keep(lease, now);
      this.runner.take(lease);
    }
    if (this.closing === undefined && !this.isPaused) this.runner.start();
    else this.runner.returnWaiting();
  }

  private async learnLeaseTime(): Promise<void> {
    if (this.knowsLeaseTime) return;
    const { link } = this.source;
    try {
      const { groups } = await link.request('DescribeShareGroups', {
        groups: [this.settings.group],
      });
      this.leaseMs = Math.max(1, groups[0]?.config.visibilityTimeoutMs ?? LEASE_MS);
    } catch (error) {
      // Receive may create the group; otherwise it says the same.
      if ((error as MillraceError).code !== 'UNKNOWN_GROUP') throw error;
    }
    this.knowsLeaseTime = true;
  }

  private async shut(timeoutMs: number): Promise<void> {
    const deadlineAt = performance.now() + timeoutMs;
    const leftMs = () => Math.max(0, deadlineAt - performance.now());
    this.receiving.abort();
    this.runner.ended.ring();
    this.runner.returnWaiting();
    if (!(await settledWithin(this.runner.idle(), leftMs()))) {
      this.runner.abort(new MillraceError('CLIENT_CLOSED', 'The worker closes.'));
      await settledWithin(this.runner.idle(), ABORT_GRACE_MS);
    }
    await settledWithin(this.receivingEnded, leftMs());
    await settledWithin(this.source.acknowledger.idle(), Math.max(ABORT_GRACE_MS, leftMs()));
    this.keeper.close();
    this.onClosed();
  }
}
