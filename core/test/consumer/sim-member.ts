// A simulated member of a consumer group: keeps the rules that docs/semantics/groups.md asks of members [C-27], as long
// as it is not frozen. It knows what it was told and what it works on; it sees neither the broker nor other members.
import type { MillraceError } from '@millrace/protocol';
import { partitionKey } from '../../src/index.ts';
import { type HeartbeatReply, type HeartbeatRequest, heartbeatRequest } from './group-requests.ts';

export interface Beat {
  readonly from: SimMember;
  readonly sentAtMs: number;
  readonly request: HeartbeatRequest;
  /** Which life of the member this heartbeat belongs to, or would begin. */
  readonly life: number;
}

export interface MemberOptions {
  readonly memberId: string;
  readonly topics: readonly string[];
  readonly sessionTimeoutMs: number;
  readonly rebalanceTimeoutMs?: number;
  readonly instanceId?: string | null;
  /** How long its heartbeats wait at the broker. */
  readonly maxWaitMs?: number;
  /** Reports what it owns with every heartbeat, or only after it was told an assignment. */
  readonly reports: 'always' | 'when told';
  readonly nextLife: () => number;
}

export class SimMember {
  readonly options: MemberOptions;
  topics: readonly string[];
  epoch = 0;
  life = 0;
  /** What it believes to own: works on, or is about to finish. */
  readonly working = new Set<number>();
  told: ReadonlySet<number> = new Set();
  owesReport = false;
  /** When it sent the last heartbeat that was answered. */
  answeredMs = Number.NEGATIVE_INFINITY;
  outstanding: Beat | undefined;
  /** By when it has to have given something up, by its own clock. */
  giveUpMs: number | undefined;
  /** What it was told to give up, until it knows that the broker knows that it did. */
  readonly #toGiveUp = new Set<number>();
  /** Its process is paused: it notices nothing, not even that its own session is over. */
  isFrozen = false;
  /** Its process is gone. */
  isDead = false;

  constructor(options: MemberOptions) {
    this.options = options;
    this.topics = options.topics;
  }

  get hasJoined(): boolean {
    return this.epoch > 0;
  }

  isSessionOver(nowMs: number): boolean {
    return this.hasJoined && nowMs >= this.answeredMs + this.options.sessionTimeoutMs;
  }

  /** By its own clock it has to give everything up. */
  isOver(nowMs: number): boolean {
    return this.isSessionOver(nowMs) || nowMs >= (this.giveUpMs ?? Number.POSITIVE_INFINITY);
  }

  /** Time went on: gives everything up when its own time is over. */
  notice(nowMs: number): void {
    if (!this.isFrozen && this.isOver(nowMs)) this.abandon();
  }

  abandon(): void {
    this.epoch = 0;
    this.working.clear();
    this.told = new Set();
    this.outstanding = undefined;
    this.giveUpMs = undefined;
    this.#toGiveUp.clear();
  }

  /** The fifth rule: a report counts for sure if its answer brings no new epoch. */
  #watch({ request, sentAtMs }: Beat, reply: HeartbeatReply, nowMs: number): void {
    const { rebalanceTimeoutMs = 300_000 } = this.options;
    const owned = request.owned === null ? undefined : keysOf(request.owned);
    const hasCounted = owned !== undefined && reply.memberEpoch === request.memberEpoch;
    for (const key of this.#toGiveUp) {
      if (this.told.has(key) || reply.assignment === null) this.#toGiveUp.delete(key);
      else if (hasCounted && !owned.has(key)) {
        this.#toGiveUp.delete(key);
        this.giveUpMs = sentAtMs + rebalanceTimeoutMs;
      }
    }
    for (const key of this.working) if (!this.told.has(key)) this.#toGiveUp.add(key);
    if (this.#toGiveUp.size === 0) this.giveUpMs = undefined;
    else this.giveUpMs ??= nowMs + rebalanceTimeoutMs;
  }

  beat(nowMs: number): Beat {
    const { memberId, sessionTimeoutMs, reports } = this.options;
    const { instanceId = null, maxWaitMs = 0, rebalanceTimeoutMs = 300_000 } = this.options;
    const topics = [...this.topics];
    const isReport = this.hasJoined && (reports === 'always' || this.owesReport);
    const owned = isReport ? ownedOf(this.working) : null;
    const times = { sessionTimeoutMs, rebalanceTimeoutMs, maxWaitMs };
    const fields = { memberId, memberEpoch: this.epoch, ...times, topics, owned, instanceId };
    const life = this.hasJoined ? this.life : this.options.nextLife();
    this.outstanding = { from: this, sentAtMs: nowMs, request: heartbeatRequest(fields), life };
    return this.outstanding;
  }

  /** Takes the answer to its newest heartbeat; gives the partitions that it begins to work on. */
  take(beat: Beat, reply: HeartbeatReply, nowMs: number): number[] {
    if (this.outstanding !== beat) return [];
    this.outstanding = undefined;
    if (nowMs >= beat.sentAtMs + this.options.sessionTimeoutMs) {
      this.abandon();
      return [];
    }
    this.life = beat.life;
    this.epoch = reply.memberEpoch;
    this.answeredMs = beat.sentAtMs;
    this.owesReport = reply.assignment !== null;
    const begun: number[] = [];
    if (reply.assignment !== null) {
      this.told = keysOf(reply.assignment);
      begun.push(...[...this.told].filter((key) => !this.working.has(key)));
      for (const key of begun) this.working.add(key);
    }
    this.#watch(beat, reply, nowMs);
    return begun;
  }

  refuse(beat: Beat, error: MillraceError): void {
    if (this.outstanding !== beat) return;
    this.outstanding = undefined;
    if (error.code === 'INSTANCE_IN_USE') return;
    this.abandon();
    if (error.code === 'FENCED_INSTANCE') this.isDead = true;
    else if (error.action !== 'rejoin') throw error;
  }

  /** Finishes with one partition it was told to give up, or with all. */
  finish(all: boolean): void {
    for (const key of this.working) {
      if (this.told.has(key)) continue;
      this.working.delete(key);
      if (!all) return;
    }
  }
}

function ownedOf(keys: Iterable<number>): { topicId: number; partitions: number[] }[] {
  return [...keys].map((key) => ({ topicId: Math.floor(key / 1024), partitions: [key % 1024] }));
}

function keysOf(
  topics: readonly { topicId: number; partitions: readonly number[] }[],
): Set<number> {
  return new Set(
    topics.flatMap(({ topicId, partitions }) => partitions.map((p) => partitionKey(topicId, p))),
  );
}
