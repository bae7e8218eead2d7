// Membership of a consumer group: heartbeats that wait at the broker for news, apart from all processing.
// What an assignment means is its owner's.

import { LIMITS, MillraceError, type RequestInput, type ResponseOf } from '@millrace/protocol';
import { backoffMs } from '../net/backoff.ts';
import type { Link } from '../net/link.ts';
import { isPassing } from '../net/passing.ts';
import { Bell, orAborted, pause, settled } from '../wait.ts';
import type { Committer } from './commits.ts';
import type { Assignor } from './options.ts';

export type Assignment = NonNullable<ResponseOf<'GroupHeartbeat'>['assignment']>;
export type Owned = NonNullable<RequestInput<'GroupHeartbeat'>['owned']>;

export interface MembershipOwner {
  /** What is worked on now, also what is being given back. */
  owned(): Owned;
  /** Something was given up that the broker is not known to have heard of. */
  readonly hasGivenUp: boolean;
  /** What the heartbeat sent last said to be given up counts. */
  heard(sentAt: number): void;
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
  readonly instanceId: string | null;
  readonly topics: readonly string[];
  readonly topicPattern: string | null;
  readonly assignor: Assignor | null;
  readonly sessionTimeoutMs: number;
  readonly rebalanceTimeoutMs: number;
}

/** A heartbeat waits at the broker for a third of the session, but no longer than this, ms. */
const WAIT_MS_MAX = Math.min(15_000, LIMITS.heartbeatWaitMsMax);

export class Membership implements Committer {
  epoch = 0;
  private readonly link: Link;
  private readonly options: MembershipOptions;
  private readonly owner: MembershipOwner;
  private readonly closing = new AbortController();
  private readonly poked = new Bell();
  /** There is something to report. */
  private isDue = true;
  /** The last heartbeat failed: until one is answered nobody knows how old the session is. */
  private isUnsure = false;
  /** When the heartbeat answered last was sent: the broker heard of this member then, or later. */
  private heardAt = performance.now();
  /** The assignment told last, to know news when it comes. */
  private told: string | undefined;
  /** Ends the waiting of the heartbeat under way. */
  private waiting: AbortController | undefined;
  private turn: NodeJS.Immediate | undefined;
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

  /** There is something to report: the next heartbeat goes at the end of this turn, and the one under way stops waiting. */
  poke(): void {
    this.isDue = true;
    this.turn ??= setImmediate(() => {
      this.turn = undefined;
      if (!this.isDue) return;
      // A join does not wait, and has nothing to report.
      if (this.epoch > 0) this.waiting?.abort();
      this.poked.ring();
    });
  }

  fenced(error: MillraceError): void {
    this.lose(error);
    this.waiting?.abort();
    this.poke();
  }

  /**
   * Stops the heartbeats and leaves the group, so that others need not wait for the session to end. A static member that
   * comes back (`keep`) leaves its partitions its own until then.
   */
  async close(timeoutMs: number, keep: boolean): Promise<void> {
    this.closing.abort();
    if (this.turn !== undefined) clearImmediate(this.turn);
    this.waiting?.abort();
    this.poked.ring();
    await this.running;
    await this.leave(this.epoch, timeoutMs, keep);
  }

  private async run(): Promise<void> {
    const { signal } = this.closing;
    for (let failures = 0; !signal.aborted; ) {
      try {
        await this.stepAside();
        const restMs = await this.beat();
        failures = 0;
        if (!this.isDue && restMs > 0) await this.poked.waitAtMost(restMs, signal);
      } catch (thrown) {
        const error = thrown as MillraceError;
        if (signal.aborted) return;
        if (error.code === 'ABORTED') continue;
        this.isUnsure = true;
        if (!this.recovers(error, failures)) return;
        await pause(backoffMs(this.link.options.retry, failures), signal);
        failures += 1;
      }
    }
  }

  /** What a failed heartbeat means. False: the membership is over for good. */
  private recovers(error: MillraceError, failures: number): boolean {
    const { group, instanceId } = this.options;
    const { logger } = this.link.options;
    if (error.action === 'rejoin') this.lose(error);
    else if (!isPassing(error)) {
      if (this.epoch > 0) this.lose(error);
      this.owner.failed(error);
      return false;
    } else if (this.isSessionOver()) this.lose(sessionOver(error));
    if (error.code !== 'INSTANCE_IN_USE') logger.warn?.('heartbeat failed', { group, error });
    else if (failures === 0) {
      const text = 'another process works under this instance id, waiting until it leaves';
      logger.warn?.(text, { group, instanceId });
    }
    return true;
  }

  /** One heartbeat, the only one under way; returns when the next is due, ms. */
  private async beat(): Promise<number> {
    const { epoch } = this;
    const sentAt = performance.now();
    // What was given up is to be known to be heard, in the time there is for it; so is that there is a session. [C-27]
    const isAtOnce = this.isUnsure || this.owner.hasGivenUp;
    this.isDue = false;
    this.waiting = new AbortController();
    const reply = await this.send(epoch, sentAt, isAtOnce, this.waiting.signal);
    this.isUnsure = false;
    // A commit was fenced meanwhile: what this reply says belongs to a membership that is over.
    if (this.epoch !== epoch) return 0;
    // Too late: by this clock the session had ended before, so others may work here by now. [C-27]
    if (this.isSessionOver()) {
      this.lose(sessionOver());
      return 0;
    }
    this.heardAt = sentAt;
    this.epoch = reply.memberEpoch;
    // A report in an older epoch than the broker's frees nothing. [C-16]
    if (reply.memberEpoch === epoch) this.owner.heard(sentAt);
    const isNews = this.learn(reply.assignment) || reply.memberEpoch !== epoch;
    // A broker that does not wait, or not as long as it was asked to, sets the pace.
    return isNews || isAtOnce ? 0 : reply.heartbeatIntervalMs - (performance.now() - sentAt);
  }

  private send(
    memberEpoch: number,
    now: number,
    isAtOnce: boolean,
    signal: AbortSignal,
  ): Promise<ResponseOf<'GroupHeartbeat'>> {
    const { group, memberId, instanceId, sessionTimeoutMs, rebalanceTimeoutMs } = this.options;
    const { topics, topicPattern, assignor } = this.options;
    const third = Math.floor(sessionTimeoutMs / 3);
    const isJoin = memberEpoch === 0;
    const maxWaitMs = isJoin || isAtOnce ? 0 : Math.min(third, WAIT_MS_MAX);
    const sessionLeftMs = isJoin ? sessionTimeoutMs : this.heardAt + sessionTimeoutMs - now;
    // A lost connection is noticed while there is time for another one.
    const answerMs = maxWaitMs + Math.min(third, this.link.options.requestTimeoutMs);
    const body = {
      group,
      memberId,
      memberEpoch,
      instanceId,
      sessionTimeoutMs,
      rebalanceTimeoutMs,
      maxWaitMs,
      owned: this.owner.owned(),
      ...(isJoin ? { topics, topicPattern, assignor } : {}),
    };
    return this.link.request('GroupHeartbeat', body, {
      urgent: true,
      signal,
      // Sent again by the link it would wait again: the session might be over before it is answered.
      once: maxWaitMs > 0,
      timeoutMs: Math.max(1, Math.min(answerMs, sessionLeftMs)),
    });
  }

  /** Takes up an assignment; true where it is another one than before. */
  private learn(assignment: Assignment | null): boolean {
    if (assignment === null) return false;
    const told = JSON.stringify(assignment);
    const isNew = told !== this.told;
    this.told = told;
    this.owner.assigned(assignment);
    return isNew;
  }

  /** Work that takes too long: others get the partitions until it is done. */
  private async stepAside(): Promise<void> {
    const done = this.owner.stuck();
    if (done === undefined) return;
    const text = 'processing has taken too long, leaving the group until it is done';
    this.link.options.logger.warn?.(text, { group: this.options.group });
    const { epoch } = this;
    this.lose(new MillraceError('UNKNOWN_MEMBER', 'Processing took longer than maxProcessingMs.'));
    await this.leave(epoch, this.link.options.requestTimeoutMs, false);
    await settled(orAborted(done, this.closing.signal));
  }

  private isSessionOver(): boolean {
    return this.epoch > 0 && performance.now() - this.heardAt > this.options.sessionTimeoutMs;
  }

  private lose(error: MillraceError): void {
    this.epoch = 0;
    this.told = undefined;
    this.owner.lost(error);
  }

  private async leave(memberEpoch: number, timeoutMs: number, keep: boolean): Promise<void> {
    const { group, memberId } = this.options;
    if (memberEpoch === 0) return;
    const body = { group, memberId, memberEpoch, keep };
    try {
      await this.link.request('GroupLeave', body, {
        urgent: true,
        timeoutMs: Math.max(1, timeoutMs),
      });
    } catch (error) {
      this.link.options.logger.debug?.('leaving the group failed', { group, error });
    }
  }
}

function sessionOver(cause?: MillraceError): MillraceError {
  const text = 'No heartbeat came through for a whole session: others may have the partitions.';
  return new MillraceError('UNKNOWN_MEMBER', text, {}, { cause });
}
