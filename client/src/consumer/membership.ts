// Membership of a consumer group: heartbeats at the broker's pace, apart from all processing.
// What an assignment means is its owner's.

import { MillraceError, type RequestInput, type ResponseOf } from '@millrace/protocol';
import { backoffMs } from '../net/backoff.ts';
import type { Link } from '../net/link.ts';
import { isPassing } from '../net/passing.ts';
import { onAbort } from '../on-abort.ts';
import { Bell, pause } from '../wait.ts';
import type { Committer } from './commits.ts';

export type Assignment = NonNullable<ResponseOf<'GroupHeartbeat'>['assignment']>;
export type Owned = NonNullable<RequestInput<'GroupHeartbeat'>['owned']>;

export interface MembershipOwner {
  /** What is worked on now, also what is being given back. */
  owned(): Owned;
  assigned(assignment: Assignment): void;
  /** All partitions may be somebody else's by now. */
  lost(reason: MillraceError): void;
  /** Something has been in hand for too long: resolves once it is done. Undefined: nothing has. */
  stuck(): Promise<void> | undefined;
  /** Cannot go on. */
  failed(error: MillraceError): void;
}

export interface MembershipOptions {
  readonly group: string;
  readonly memberId: string;
  readonly topics: readonly string[];
  readonly sessionTimeoutMs: number;
}

export class Membership implements Committer {
  epoch = 0;
  private readonly link: Link;
  private readonly options: MembershipOptions;
  private readonly owner: MembershipOwner;
  private readonly closing = new AbortController();
  private readonly poked = new Bell();
  private isDue = true;
  private heardAt = performance.now();
  private running: Promise<void> | undefined;

  constructor(link: Link, options: MembershipOptions, owner: MembershipOwner) {
    this.link = link;
    this.options = options;
    this.owner = owner;
  }

  get memberId(): string {
    return this.options.memberId;
  }

  start(): void {
    this.running ??= this.run();
  }

  /** The next heartbeat goes now. */
  poke(): void {
    this.isDue = true;
    this.poked.ring();
  }

  fenced(error: MillraceError): void {
    this.lose(error);
    this.poke();
  }

  /** Stops the heartbeats and leaves the group, so that others need not wait for the session to end. */
  async close(timeoutMs: number): Promise<void> {
    this.closing.abort();
    this.poked.ring();
    await this.running;
    await this.leave(this.epoch, timeoutMs);
  }

  private async run(): Promise<void> {
    const { retry, logger } = this.link.options;
    for (let failures = 0; !this.closing.signal.aborted; ) {
      try {
        await this.stepAside();
        const intervalMs = await this.beat();
        failures = 0;
        if (!this.isDue) await this.poked.waitAtMost(intervalMs, this.closing.signal);
      } catch (thrown) {
        const error = thrown as MillraceError;
        if (this.closing.signal.aborted) return;
        if (error.action === 'rejoin') this.lose(error);
        else if (!isPassing(error)) {
          this.owner.failed(error);
          return;
        } else if (this.isSessionOver()) this.lose(sessionOver(error));
        logger.warn?.('heartbeat failed', { group: this.options.group, error });
        await pause(backoffMs(retry, failures), this.closing.signal);
        failures += 1;
      }
    }
  }

  /** One heartbeat; returns when the next is due, ms. */
  private async beat(): Promise<number> {
    const { group, memberId, topics, sessionTimeoutMs } = this.options;
    const { epoch } = this;
    const sentAt = performance.now();
    this.isDue = false;
    const body = {
      group,
      memberId,
      memberEpoch: epoch,
      sessionTimeoutMs,
      topics,
      owned: this.owner.owned(),
    };
    const reply = await this.link.request('GroupHeartbeat', body, {
      urgent: true,
      signal: this.closing.signal,
      timeoutMs: Math.min(sessionTimeoutMs, this.link.options.requestTimeoutMs),
    });
    // A commit was fenced meanwhile: what this reply says belongs to a membership that is over.
    if (this.epoch !== epoch) return 0;
    this.heardAt = sentAt;
    this.epoch = reply.memberEpoch;
    if (reply.assignment !== null) this.owner.assigned(reply.assignment);
    return reply.heartbeatIntervalMs;
  }

  /** Work that takes too long: others get the partitions until it is done. */
  private async stepAside(): Promise<void> {
    const done = this.owner.stuck();
    if (done === undefined) return;
    const text = 'processing has taken too long, leaving the group until it is done';
    this.link.options.logger.warn?.(text, { group: this.options.group });
    const { epoch } = this;
    this.lose(new MillraceError('UNKNOWN_MEMBER', 'Processing took longer than maxProcessingMs.'));
    await this.leave(epoch, this.link.options.requestTimeoutMs);
    await Promise.race([done, this.closed()]);
  }

  private closed(): Promise<void> {
    const { signal } = this.closing;
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      onAbort(signal, resolve);
    });
  }

  private isSessionOver(): boolean {
    return this.epoch > 0 && performance.now() - this.heardAt > this.options.sessionTimeoutMs;
  }

  private lose(error: MillraceError): void {
    this.epoch = 0;
    this.owner.lost(error);
  }

  private async leave(memberEpoch: number, timeoutMs: number): Promise<void> {
    const { group, memberId } = this.options;
    if (memberEpoch === 0) return;
    const body = { group, memberId, memberEpoch };
    try {
      await this.link.request('GroupLeave', body, { timeoutMs: Math.max(1, timeoutMs) });
    } catch (error) {
      this.link.options.logger.debug?.('leaving the group failed', { group, error });
    }
  }
}

function sessionOver(cause: MillraceError): MillraceError {
  const text = 'No heartbeat came through for a whole session: others may have the partitions.';
  return new MillraceError('UNKNOWN_MEMBER', text, {}, { cause });
}
