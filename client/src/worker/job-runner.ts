// Messages that wait for a handler and the handlers that run. It receives nothing and extends nothing.

import { MillraceError } from '@millrace/protocol';
import { Bag } from '../bag.ts';
import { tracedHandler } from '../diagnostics.ts';
import type { Logger } from '../logger.ts';
import type { HeldMessage, Holder, Lease } from '../queue/lease.ts';
import { Bell } from '../wait.ts';
import { Job, type JobTools } from './job.ts';
import { accepted, judgeReturn, judgeThrown, type VerdictOf } from './judge.ts';
import type { LeaseKeeper } from './lease-keeper.ts';
import type { WorkerSettings } from './options.ts';
import { acknowledge, type Hearer, type Statement, statementsOf } from './statements.ts';
import { type Outcome, OutcomeCounts, type WorkerStats } from './stats.ts';
import { type TransactionSource, transact } from './transactions.ts';
import { RETURNED, type Verdict } from './verdict.ts';
import { type Waiting, WaitingByKey, WaitingInTurn } from './waiting.ts';

/** Messages that may be held here besides, waiting for others of their keys. */
const BEHIND_MAX = 1_000;

export interface RunnerSource extends TransactionSource, JobTools {
  readonly logger: Logger;
  /** Handlers have ended for so many messages. */
  onFinished(messages: number): void;
}

export class JobRunner<V> {
  /** Rings when a handler has ended: there may be room. */
  private readonly ended = new Bell();
  private readonly settings: WorkerSettings<V>;
  private readonly keeper: LeaseKeeper<V>;
  private readonly source: RunnerSource;
  private readonly outcomes = new OutcomeCounts();
  private readonly jobs = new Bag<Job<V>>();
  private waiting: Waiting<V>;
  private isOrdered = false;
  private runningMessages = 0;
  private isStarting = false;
  /** When the messages of the next call were looked at, by performance.now(): once for all of them. */
  private now = 0;
  private readonly hearer: Hearer<V> = {
    resolved: (message, verdict, error) => this.resolved(message, verdict, error),
    allResolved: (messages, verdict) => this.allResolved(messages, verdict),
  };
  /** For what was given back already by the broker: it is no loss that it knows nothing of it. */
  private readonly deafHearer: Hearer<V> = {
    ...this.hearer,
    resolved: (message, verdict) => this.resolved(message, verdict, undefined),
  };
  /** Of messages that wait. */
  private readonly unheld: Holder<V> = {
    lost: ({ id }, error) => this.source.logger.warn?.('lease lost', { id, error }),
  };

  constructor(settings: WorkerSettings<V>, keeper: LeaseKeeper<V>, source: RunnerSource) {
    this.settings = settings;
    this.keeper = keeper;
    this.source = source;
    this.waiting = settings.keyed ? new WaitingByKey() : new WaitingInTurn();
  }

  get stats(): WorkerStats {
    const { received, counts } = this.outcomes;
    return { received, ...counts, running: this.runningMessages, buffered: this.waiting.length };
  }

  /** Messages held now, in handlers and waiting for one, as far as they keep others from being received. */
  get held(): number {
    return this.runningMessages + this.ahead;
  }

  get hasWaiting(): boolean {
    return this.ahead > 0;
  }

  /** What waits behind others of its key keeps no handler busy: a certain number of it does not count. */
  private get ahead(): number {
    const { length } = this.waiting;
    const { isBatch, prefetch } = this.settings;
    if (prefetch !== undefined) return length;
    return Math.max(this.waiting.runnable(isBatch), length - BEHIND_MAX);
  }

  /** The group has its messages in order by key. To be said before the first are taken. */
  order(): void {
    this.isOrdered = true;
    if (!this.settings.keyed) this.waiting = new WaitingByKey();
  }

  take(lease: Lease<V>): void {
    this.outcomes.received += lease.messages.length;
    lease.holder = this.unheld;
    this.waiting.push(lease.messages);
  }

  /** Runs handlers for what waits, as many as may run. */
  start(): void {
    // A handler that ends at once comes back here: its round goes on in the loop below.
    if (this.isStarting) return;
    this.isStarting = true;
    try {
      const { batchSize, concurrency } = this.settings;
      while (this.jobs.size < concurrency) {
        this.now = performance.now();
        const messages = this.waiting.take(batchSize, this.isOurs);
        if (messages.length === 0) break;
        this.run(new Job(messages, this.source));
      }
    } finally {
      this.isStarting = false;
    }
  }

  /** Gives back what waits for a handler. */
  returnWaiting(): void {
    this.giveBack(this.waiting.drain());
  }

  async idle(): Promise<void> {
    while (this.jobs.size > 0) await this.ended.wait();
  }

  abort(reason: MillraceError): void {
    for (const job of this.jobs.all()) {
      job.abort(reason);
      job.effects?.stop();
    }
  }

  private giveBack(messages: readonly HeldMessage<V>[]): void {
    this.now = performance.now();
    const held = messages.filter(this.isOurs);
    for (const statement of statementsOf(held, () => RETURNED)) {
      acknowledge(statement, this.hearer);
    }
  }

  /** A message whose lease has ended is somebody else's by now: it is dropped. */
  private readonly isOurs = (message: HeldMessage<V>): boolean => {
    if (message.state === 'held' && this.now < message.lease.endsAt) return true;
    this.resolved(message, RETURNED, new MillraceError('STALE_LEASE'));
    return false;
  };

  private run(job: Job<V>): void {
    this.jobs.add(job);
    this.runningMessages += job.messages.length;
    const { settings } = this;
    const failed = (thrown: unknown) => this.finish(job, judgeThrown(settings, job, thrown));
    let result: unknown;
    try {
      const { group } = settings;
      const context = () => ({ by: 'worker' as const, group, messages: job.messages });
      result = tracedHandler(context, () => settings.handle(job.messages, job));
    } catch (thrown) {
      failed(thrown);
      return;
    }
    const returned = (value: unknown) => this.finish(job, judgeReturn(settings, job, value));
    if (isThenable(result)) result.then(returned, failed);
    else returned(result);
  }

  private finish(job: Job<V>, verdictOf: VerdictOf<V>): void {
    if (job.over()) {
      void this.commit(job, verdictOf);
      return;
    }
    this.acknowledge(job, verdictOf);
  }

  private acknowledge(job: Job<V>, verdictOf: VerdictOf<V>): void {
    const statements = this.judged(job, verdictOf);
    this.leave(job);
    for (const statement of statements) acknowledge(statement, this.hearer);
    this.next();
  }

  /** The call counts as running until its transaction has an outcome: the next of its keys come after it. */
  private async commit(job: Job<V>, verdictOf: VerdictOf<V>): Promise<void> {
    const effects = (await job.effects?.finish()) ?? [];
    if (effects.length === 0 && job.outbox.isEmpty) {
      this.acknowledge(job, verdictOf);
      return;
    }
    const statements = this.judged(job, verdictOf);
    const remember = async () => job.effects?.remember();
    const ending = { statements, outbox: job.outbox, effects, remember };
    await transact(this.source, ending, this.hearer);
    this.leave(job);
    this.next();
  }

  /** What is to be said of the messages that the handler left open; the others have their outcome. */
  private judged(job: Job<V>, given: VerdictOf<V>): Statement<V>[] {
    const isAccepted = given === accepted;
    const verdictOf = this.isOrdered && !isAccepted ? firstOfKeyFails(job.messages, given) : given;
    const statements = statementsOf(job.messages, verdictOf);
    const said = statements.reduce((sum, { messages }) => sum + messages.length, 0);
    if (isAccepted && said === job.messages.length) return statements;
    for (let at = 0; at < job.messages.length; at += 1) {
      const message = job.messages[at] as HeldMessage<V>;
      if (message.state === 'held') continue;
      const { thrown } = verdictOf(message, at);
      if (message.state === 'lost') {
        this.resolved(message, { kind: 'accept', thrown }, new MillraceError('STALE_LEASE'));
      } else this.resolved(message, { kind: message.said ?? 'accept', thrown }, undefined);
    }
    if (this.isOrdered) this.keepOrder(job, statements);
    return statements;
  }

  /**
   * With ordering by key the broker takes the rest of the key back when a message of it fails: what waits of it here must
   * not run before that one.
   */
  private keepOrder(job: Job<V>, statements: readonly Statement<V>[]): void {
    const failed = statements
      .filter(({ verdict }) => verdict.kind !== 'accept')
      .flatMap(({ messages }) => messages);
    const left = job.messages.filter(
      ({ state, said }) => state === 'lost' || (state !== 'held' && said !== 'accept'),
    );
    for (const message of [...failed, ...left]) {
      for (const statement of statementsOf(this.waiting.takeBehind(message), () => RETURNED)) {
        acknowledge(statement, this.deafHearer);
      }
    }
  }

  private leave(job: Job<V>): void {
    this.jobs.delete(job);
    this.runningMessages -= job.messages.length;
    this.waiting.ended(job.messages);
    this.source.onFinished(job.messages.length);
  }

  private next(): void {
    this.start();
    this.ended.ring();
  }

  private resolved(
    message: HeldMessage<V>,
    { kind, thrown }: Verdict,
    error: MillraceError | undefined,
  ): void {
    // Whatever came of it, nobody works on it here any more: its lease is not extended.
    if (error !== undefined) message.state = 'lost';
    this.close(message.lease, 1);
    const outcome = this.outcomes.count(kind, error !== undefined, 1);
    this.tell(message, outcome, thrown ?? error);
  }

  private allResolved(messages: readonly HeldMessage<V>[], { kind, thrown }: Verdict): void {
    const [first] = messages;
    if (first === undefined) return;
    this.close(first.lease, messages.length);
    const outcome = this.outcomes.count(kind, false, messages.length);
    if (this.settings.onOutcome === undefined) return;
    for (const message of messages) this.tell(message, outcome, thrown);
  }

  private close(lease: Lease<V>, messages: number): void {
    lease.open -= messages;
    if (lease.open === 0) this.keeper.drop(lease);
  }

  private tell(message: HeldMessage<V>, outcome: Outcome, error: unknown): void {
    try {
      this.settings.onOutcome?.(message, outcome, error);
    } catch (failure) {
      this.source.logger.error?.('onOutcome has thrown', { error: failure });
    }
  }
}

/** With ordering by key the first message of a key has failed; those after it were not at fault and go back. */
function firstOfKeyFails<V>(
  messages: readonly HeldMessage<V>[],
  verdictOf: VerdictOf<V>,
): VerdictOf<V> {
  const failed = new Set<string>();
  const verdicts = messages.map((message, at) => {
    const verdict = verdictOf(message, at);
    const { keyName, lease, partition } = message;
    if (verdict.kind !== 'release' || keyName === null) return verdict;
    const key = `${lease.topicId}/${partition}/${keyName}`;
    if (failed.has(key)) return RETURNED;
    failed.add(key);
    return verdict;
  });
  return (_message, at) => verdicts[at] as Verdict;
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}
