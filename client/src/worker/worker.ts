// The worker: wires intake, runner, lease keeper and acknowledger; knows how to stop them in order.

import { MillraceError } from '@millrace/protocol';
import { CLOSE_TIMEOUT_MS, type CloseOptions } from '../close.ts';
import type { Metadata } from '../metadata.ts';
import type { Link } from '../net/link.ts';
import { messageBytesMax } from '../producer/outgoing.ts';
import { Acknowledger } from '../queue/acknowledger.ts';
import type { Lease } from '../queue/lease.ts';
import type { ReceiveSource } from '../queue/receive.ts';
import { settled, settledWithin } from '../wait.ts';
import { Demand } from './demand.ts';
import { Effects } from './effects.ts';
import { Intake, type IntakeOwner } from './intake.ts';
import { JobRunner, type RunnerSource } from './job-runner.ts';
import { LeaseKeeper } from './lease-keeper.ts';
import type { WorkerSettings } from './options.ts';
import { Outbox } from './outbox.ts';
import type { WorkerStats } from './stats.ts';

/** The group's lease time where it cannot be asked for: the group is created by the first receive. */
const LEASE_MS = 30_000;
/** Handlers may take this long to end after their signal was aborted. */
const ABORT_GRACE_MS = 250;

/** Runs handlers over the messages of a share group: leases, retries and acknowledgements are its own. */
export class Worker<V> implements AsyncDisposable {
  /** Resolves after close(); rejects where the worker cannot go on: UNKNOWN_GROUP, UNKNOWN_TOPIC and the like. */
  readonly finished: Promise<void>;
  private readonly settings: WorkerSettings<V>;
  private readonly source: ReceiveSource<V>;
  private readonly keeper: LeaseKeeper<V>;
  private readonly runner: JobRunner<V>;
  private readonly demand: Demand;
  private readonly intake: Intake<V>;
  private readonly onClosed: () => void;
  private readonly intakeEnded: Promise<void>;
  private leaseMs: number | undefined;
  private groupKnown: { readonly leaseMs: number } | undefined;
  private closing: Promise<void> | undefined;

  constructor(
    link: Link,
    metadata: Metadata,
    settings: WorkerSettings<V>,
    onClosed: () => void = () => {},
  ) {
    const { codec, resultCodec, group, concurrency, batchSize, prefetch } = settings;
    this.settings = settings;
    this.onClosed = onClosed;
    const acknowledger = new Acknowledger(link, group);
    this.source = { link, metadata, codec, resultCodec, acknowledger };
    this.leaseMs = settings.visibilityTimeoutMs;
    this.keeper = new LeaseKeeper(() => this.leaseMs ?? LEASE_MS);
    this.demand = new Demand({ runningMax: concurrency * batchSize, prefetch });
    this.runner = new JobRunner(settings, this.keeper, this.runnerSource(metadata));
    this.intake = new Intake(settings, this.source, this.demand, this.intakeOwner());
    const running = this.intake.run();
    this.intakeEnded = settled(running);
    this.finished = this.finish(running);
    this.finished.catch(() => {});
  }

  get stats(): WorkerStats {
    return this.runner.stats;
  }

  /** Receives nothing until resume(). What waits for a handler is given back; running handlers go on. */
  pause(): void {
    this.intake.pause();
    this.runner.returnWaiting();
  }

  resume(): void {
    this.intake.resume();
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

  private runnerSource(metadata: Metadata): RunnerSource {
    const { link } = this.source;
    const { group, memberId, resultCodec, sendCodec, transactional } = this.settings;
    return {
      link,
      metadata,
      group,
      logger: link.options.logger,
      isTransactional: transactional,
      newOutbox: (cause) => new Outbox(sendCodec, messageBytesMax(link.limits), cause),
      newEffects: () => new Effects({ link, group, memberId, codec: resultCodec }),
      onFinished: (messages) => {
        this.demand.ended(messages);
        this.intake.poke();
      },
    };
  }

  private intakeOwner(): IntakeOwner<V> {
    const { runner } = this;
    return {
      get held() {
        return runner.held;
      },
      get hasWaiting() {
        return runner.hasWaiting;
      },
      leaseTime: () => this.leaseTime(),
      take: (leases) => this.take(leases),
    };
  }

  private take(leases: readonly Lease<V>[]): void {
    const now = performance.now();
    for (const lease of leases) {
      this.keeper.keep(lease, now);
      this.runner.take(lease);
    }
    if (this.intake.isStopped) this.runner.returnWaiting();
    else this.runner.start();
  }

  private async leaseTime(): Promise<number> {
    this.groupKnown ??= await this.askGroup();
    this.leaseMs ??= this.groupKnown.leaseMs;
    return this.leaseMs;
  }

  /** Asked once, before the first receive. */
  private async askGroup(): Promise<{ readonly leaseMs: number }> {
    const { link } = this.source;
    const body = { groups: [this.settings.group] };
    try {
      const { groups } = await link.request('DescribeShareGroups', body);
      const config = groups[0]?.config;
      if (config !== undefined && config.ordering !== 'none') {
        this.runner.order();
        this.demand.order();
      }
      return { leaseMs: Math.max(1, config?.visibilityTimeoutMs ?? LEASE_MS) };
    } catch (error) {
      // Receive may create the group; otherwise it says the same.
      if ((error as MillraceError).code === 'UNKNOWN_GROUP') return { leaseMs: LEASE_MS };
      throw error;
    }
  }

  /** The end of the story: receiving has failed or was closed, and everything is put away. */
  private async finish(running: Promise<void>): Promise<void> {
    try {
      await running;
    } catch (error) {
      const { group, topics } = this.settings;
      this.source.link.options.logger.error?.('worker cannot go on', { error, group, topics });
      throw error;
    } finally {
      await this.close();
    }
  }

  private async shut(timeoutMs: number): Promise<void> {
    const deadlineAt = performance.now() + timeoutMs;
    const leftMs = () => Math.max(0, deadlineAt - performance.now());
    this.intake.close();
    this.runner.returnWaiting();
    if (!(await settledWithin(this.runner.idle(), leftMs()))) {
      this.runner.abort(new MillraceError('CLIENT_CLOSED', 'The worker closes.'));
      await settledWithin(this.runner.idle(), ABORT_GRACE_MS);
    }
    await settledWithin(this.intakeEnded, leftMs());
    await settledWithin(this.source.acknowledger.idle(), Math.max(ABORT_GRACE_MS, leftMs()));
    this.keeper.close();
    this.onClosed();
  }
}
