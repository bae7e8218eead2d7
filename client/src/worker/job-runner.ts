// Messages that wait for a handler and the handlers that run. It receives nothing and extends nothing.

import { MillraceError } from '@millrace/protocol';
import { Fifo } from '../fifo.ts';
import type { Logger } from '../logger.ts';
import type { HeldMessage, Lease } from '../queue/lease.ts';
import { Bell } from '../wait.ts';
import { Job } from './job.ts';
import type { LeaseKeeper } from './lease-keeper.ts';
import type { WorkerSettings } from './options.ts';
import { OutcomeCounts, type WorkerStats } from './stats.ts';
import { ACCEPTED, type Verdict, verdictOf } from './verdict.ts';

export class JobRunner<V> {
  /** Rings when a handler has ended: there may be room. */
  private readonly ended = new Bell();
  private readonly settings: WorkerSettings<V>;
  private readonly keeper: LeaseKeeper<V>;
  private readonly logger: Logger;
  private readonly onFinished: (messages: number) => void;
  private readonly outcomes = new OutcomeCounts();
  private readonly waiting = new Fifo<HeldMessage<V>>();
  private readonly jobs = new Set<Job<V>>();
  private runningMessages = 0;
  private isStarting = false;

  constructor(
    settings: WorkerSettings<V>,
    keeper: LeaseKeeper<V>,
    logger: Logger,
    onFinished: (messages: number) => void,
  ) {
    this.settings = settings;
    this.keeper = keeper;
    this.logger = logger;
    this.onFinished = onFinished;
  }

  get stats(): WorkerStats {
    const { received, counts } = this.outcomes;
    return { received, ...counts, running: this.runningMessages, buffered: this.waiting.length };
  }

  /** Messages held now: in handlers and waiting for one. */
  get held(): number {
    return this.runningMessages + this.waiting.length;
  }

  get hasWaiting(): boolean {
    return this.waiting.length > 0;
  }

  take(lease: Lease<V>): void {
    this.outcomes.received += lease.messages.length;
    for (const message of lease.messages) {
      message.onLost = (error) => this.logger.warn?.('lease lost', { id: message.id, error });
      this.waiting.push(message);
    }
  }

  /** Runs handlers for what waits, as many as may run. */
  start(): void {
    // A handler that ends at once comes back here: its round goes on in the loop below.
    if (this.isStarting) return;
    this.isStarting = true;
    try {
      while (this.jobs.size < this.settings.concurrency) {
        const messages = this.next();
        if (messages.length === 0) break;
        this.run(new Job(messages));
      }
    } finally {
      this.isStarting = false;
    }
  }

  /** Gives back what waits for a handler. */
  returnWaiting(): void {
    const now = performance.now();
    const held = this.waiting.drain().filter((message) => this.isOurs(message, now));
    if (held.length === 0) return;
    new Job(held).resolve({ kind: 'return' }, (message, verdict, error) =>
      this.resolved(message, verdict, error, undefined),
    );
  }

  async idle(): Promise<void> {
    while (this.jobs.size > 0) await this.ended.wait();
  }

  abort(reason: MillraceError): void {
    for (const job of this.jobs) job.abort(reason);
  }

  private next(): HeldMessage<V>[] {
    const messages: HeldMessage<V>[] = [];
    const now = performance.now();
    while (messages.length < this.settings.batchSize) {
      const message = this.waiting.shift();
      if (message === undefined) break;
      if (this.isOurs(message, now)) messages.push(message);
    }
    return messages;
  }

  /** A message whose lease has ended is somebody else's by now: it is dropped. */
  private isOurs(message: HeldMessage<V>, now: number): boolean {
    if (message.state === 'held' && now < message.lease.endsAt) return true;
    this.resolved(message, { kind: 'return' }, new MillraceError('STALE_LEASE'), undefined);
    return false;
  }

  private run(job: Job<V>): void {
    this.jobs.add(job);
    this.runningMessages += job.messages.length;
    let result: unknown;
    try {
      result = this.settings.handle(job.messages, job);
    } catch (thrown) {
      this.finish(job, verdictOf(thrown), thrown);
      return;
    }
    if (!isThenable(result)) {
      this.finish(job, ACCEPTED, undefined);
      return;
    }
    result.then(
      () => this.finish(job, ACCEPTED, undefined),
      (thrown: unknown) => this.finish(job, verdictOf(thrown), thrown),
    );
  }

  private finish(job: Job<V>, verdict: Verdict, thrown: unknown): void {
    this.jobs.delete(job);
    this.runningMessages -= job.messages.length;
    this.onFinished(job.messages.length);
    job.resolve(verdict, (message, said, error) => this.resolved(message, said, error, thrown));
    this.start();
    this.ended.ring();
  }

  private resolved(
    message: HeldMessage<V>,
    { kind }: Verdict,
    error: MillraceError | undefined,
    thrown: unknown,
  ): void {
    const { lease } = message;
    // Whatever came of it, nobody works on it here any more: its lease is not extended.
    if (error !== undefined) message.state = 'lost';
    lease.open -= 1;
    if (lease.open === 0) this.keeper.drop(lease);
    const outcome = this.outcomes.count(kind, error !== undefined);
    try {
      this.settings.onOutcome?.(message, outcome, thrown ?? error);
    } catch (failure) {
      this.logger.error?.('onOutcome has thrown', { error: failure });
    }
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}
