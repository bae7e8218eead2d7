// The partitions a group gives this consumer: takes new ones up, finishes and commits those to give back, and drops all
// when the membership is lost.

import { MillraceError } from '@millrace/protocol';
import { announce, type RebalanceTrace, TRACES } from '../diagnostics.ts';
import type { Link } from '../net/link.ts';
import { settled, settledWithin } from '../wait.ts';
import { AutoCommits } from './auto-commits.ts';
import type { Claim } from './claim.ts';
import { nameKey, type PartitionName, type TopicPartitionOffset } from './claims.ts';
import { Commits, type OffsetSink } from './commits.ts';
import { type GroupCounts, noCounts } from './look.ts';
import { type Assignment, Membership, type MembershipOwner, type Owned } from './membership.ts';
import type { ConsumerSettings } from './options.ts';
import { committedOffsets } from './positions.ts';
import type { Reader } from './reader.ts';
import { RebalanceCalls } from './rebalance-calls.ts';

/** Of the time to give up a partition, this part is left for its last commit. */
const COMMIT_PART = 0.1;

export class GroupPartitions<V> implements MembershipOwner {
  private readonly settings: ConsumerSettings<V>;
  private readonly reader: Reader<V>;
  private readonly membership: Membership;
  private readonly commits: OffsetSink;
  private readonly autoCommits: AutoCommits<V>;
  private readonly calls: RebalanceCalls<V>;
  readonly counts: GroupCounts = noCounts();
  private readonly link: Link;
  private readonly group: string;
  private readonly commitsUnderWay = new Set<Promise<void>>();
  private target = new Map<string, PartitionName>();
  /** How far partitions in hand were at an earlier look, and since when. */
  private readonly progress = new WeakMap<Claim<V>, { steps: number; since: number }>();
  private watchdog: NodeJS.Timeout | undefined;
  /** Runs while there is something to give up, anew whenever some of it was given up. [C-27] */
  private givingUp: NodeJS.Timeout | undefined;
  /** Given up, and the broker is not known to have heard of it; and those of them that the heartbeat under way tells. */
  private readonly unheard = new Set<Claim<V>>();
  private telling: readonly Claim<V>[] = [];
  private isClosing = false;

  constructor(link: Link, group: string, settings: ConsumerSettings<V>, reader: Reader<V>) {
    this.link = link;
    this.group = group;
    this.settings = settings;
    this.reader = reader;
    this.membership = new Membership(link, { ...settings, group }, this);
    this.commits = settings.newSink?.(this.membership) ?? new Commits(link, group, this.membership);
    const { logger } = link.options;
    this.autoCommits = new AutoCommits({ ...settings, group, logger }, (claims) =>
      this.commitProcessed(claims),
    );
    this.calls = new RebalanceCalls(settings, (error) => reader.delivery.fail(error));
  }

  get memberId(): string {
    return this.membership.memberId;
  }

  /** 0: not a member now. */
  get memberEpoch(): number {
    return this.membership.epoch;
  }

  start(): void {
    this.membership.start();
    this.watchdog ??= setInterval(() => this.watch(), watchEveryMs(this.settings.maxProcessingMs));
    this.autoCommits.start();
  }

  /** Lets the caller finish, commits what is processed where that is automatic, and leaves the group. */
  async close(timeoutMs: number, keep: boolean): Promise<void> {
    const deadlineAt = performance.now() + timeoutMs;
    const leftMs = () => Math.max(0, deadlineAt - performance.now());
    this.isClosing = true;
    this.autoCommits.stop();
    clearInterval(this.watchdog);
    this.stopGivingUp();
    this.calls.interrupt(new MillraceError('CLIENT_CLOSED', 'The consumer closes.'));
    const claims = [...this.reader.claims];
    await Promise.all(claims.map((claim) => this.calls.revoked(claim, deadlineAt)));
    await settledWithin(this.commitLast(claims), leftMs());
    await this.membership.close(leftMs(), keep);
  }

  /** So many more offsets of the partition are processed. */
  processed(claim: Claim<V>, count: number): void {
    this.autoCommits.processed(claim, count);
  }

  caughtUp(claim: Claim<V>): Promise<void> {
    return this.autoCommits.caughtUp(claim);
  }

  /** Commits what is processed of these partitions, or of all. */
  async commitProcessed(claims: Iterable<Claim<V>> = this.reader.claims): Promise<void> {
    const behind = [...claims].filter(({ processed, committed }) => processed > committed);
    await Promise.all(behind.map((claim) => this.commit(claim, claim.processed)));
  }

  /** Throws FENCED_MEMBER_EPOCH where the partition is no longer this consumer's. */
  async commit(claim: Claim<V>, offset: number, metadata?: string | null): Promise<void> {
    if (claim.state === 'gone') {
      const text = `${claim.topic}/${claim.partition} is no longer this consumer's.`;
      throw new MillraceError('FENCED_MEMBER_EPOCH', text);
    }
    const { topicId, partition } = claim;
    const done = this.commits.commit({ topicId, partition, offset, metadata }, claim);
    this.commitsUnderWay.add(done);
    try {
      await done;
      claim.committed = offset;
      this.counts.commits += 1;
    } catch (error) {
      this.counts.failedCommits += 1;
      throw error;
    } finally {
      this.commitsUnderWay.delete(done);
    }
  }

  /** Of a partition that is not read now; the broker decides whether this member may. */
  async commitOther(name: PartitionName, offset: number, metadata?: string | null): Promise<void> {
    const { topicId, partition } = name;
    await this.commits.commit({ topicId, partition, offset, metadata });
  }

  /** What the broker has of these; those without an offset are left out. */
  async committed(names: readonly PartitionName[]): Promise<TopicPartitionOffset[]> {
    const found = await committedOffsets(this.link, this.group, names);
    return names.flatMap((name) => {
      const { topic, partition } = name;
      const { offset, metadata } = found.get(nameKey(name)) ?? {};
      return offset === undefined ? [] : [{ topic, partition, offset, metadata }];
    });
  }

  owned(): Owned {
    this.telling = [...this.unheard];
    const byTopic = new Map<number, number[]>();
    for (const { topicId, partition } of this.reader.claims) {
      const partitions = byTopic.get(topicId);
      if (partitions === undefined) byTopic.set(topicId, [partition]);
      else partitions.push(partition);
    }
    return [...byTopic].map(([topicId, partitions]) => ({ topicId, partitions }));
  }

  get hasGivenUp(): boolean {
    return this.unheard.size > 0;
  }

  heard(sentAt: number): void {
    if (this.telling.length === 0) return;
    for (const claim of this.telling) this.unheard.delete(claim);
    this.telling = [];
    this.stopGivingUp();
    if (this.unheard.size > 0 || [...this.reader.claims].some(isRevoking))
      this.givingUp = this.timeToGiveUp(sentAt);
  }

  assigned(assignment: Assignment): void {
    this.target = new Map();
    for (const { topicId, topic, partitions } of assignment) {
      for (const partition of partitions) {
        const name = { topicId, topic, partition };
        this.target.set(nameKey(name), name);
      }
    }
    this.reconcile();
  }

  lost(reason: MillraceError): void {
    this.target.clear();
    this.stopGivingUp();
    this.unheard.clear();
    this.telling = [];
    const claims = [...this.reader.claims];
    for (const claim of claims) this.reader.lose(claim, reason);
    this.counts.lost += claims.length;
    this.calls.lost(claims, reason);
    if (claims.length > 0) this.announce('lost', claims);
  }

  stuck(): Promise<void> | undefined {
    const now = performance.now();
    const busy = [...this.reader.busy()];
    let isStuck = false;
    for (const claim of busy) {
      const seen = this.progress.get(claim);
      if (claim.isResting) this.progress.delete(claim);
      else if (seen?.steps !== claim.steps)
        this.progress.set(claim, { steps: claim.steps, since: now });
      else if (now - seen.since > this.settings.maxProcessingMs) isStuck = true;
    }
    return isStuck ? settled(Promise.all(busy.map((claim) => claim.idle()))) : undefined;
  }

  failed(error: MillraceError): void {
    this.reader.delivery.fail(error);
  }

  private reconcile(): void {
    if (this.isClosing) return;
    const { claims } = this.reader;
    for (const claim of claims) {
      const isWanted = this.target.has(nameKey(claim));
      if (!isWanted && claim.state !== 'revoking') void this.giveBack(claim);
    }
    const added = [...this.target.values()].filter((name) => !claims.has(nameKey(name)));
    if (added.length === 0) return;
    this.counts.assigned += added.length;
    void this.takeUp(this.reader.add(added));
    // What is worked on has changed: the broker waits to hear it.
    this.membership.poke();
  }

  private async takeUp(claims: readonly Claim<V>[]): Promise<void> {
    this.announce('assigned', claims);
    await this.reader.leftovers(claims);
    await this.calls.assigned(claims);
    await this.reader.start(claims);
  }

  /** Finishes what is in hand, commits, and only then reports the partition as given up. */
  private async giveBack(claim: Claim<V>): Promise<void> {
    const { rebalanceTimeoutMs } = this.settings;
    const deadlineAt = performance.now() + rebalanceTimeoutMs * (1 - COMMIT_PART);
    claim.state = 'revoking';
    this.givingUp ??= this.timeToGiveUp(performance.now());
    this.reader.delivery.nudge();
    await claim.idle();
    await this.calls.revoked(claim, deadlineAt);
    await this.commitLast([claim]);
    if (this.isClosing || !this.isReading(claim)) return;
    claim.state = 'gone';
    claim.drop();
    this.counts.revoked += 1;
    this.reader.claims.delete(claim);
    this.unheard.add(claim);
    this.announce('revoked', [claim]);
    // It may be wanted again by now.
    if (this.target.has(nameKey(claim))) this.reconcile();
    this.membership.poke();
  }

  /** The broker removes who does not give up what it has to: by then nothing of it may be worked on here. */
  private timeToGiveUp(sinceMs: number): NodeJS.Timeout {
    const leftMs = sinceMs + this.settings.rebalanceTimeoutMs - performance.now();
    return setTimeout(
      () => {
        const text = 'Partitions were not given up within rebalanceTimeoutMs.';
        this.membership.fenced(new MillraceError('UNKNOWN_MEMBER', text));
      },
      Math.max(0, leftMs),
    );
  }

  private stopGivingUp(): void {
    clearTimeout(this.givingUp);
    this.givingUp = undefined;
  }

  /** What is processed, and what the caller commits just now: nothing of it may come after the partition was given up. */
  private async commitLast(claims: readonly Claim<V>[]): Promise<void> {
    await this.autoCommits.now(claims);
    await Promise.allSettled(this.commitsUnderWay);
  }

  private announce(kind: RebalanceTrace['kind'], claims: readonly Claim<V>[]): void {
    const { memberId, epoch } = this.membership;
    announce(TRACES.rebalance, () => ({
      group: this.settings.group ?? '',
      memberId,
      memberEpoch: epoch,
      kind,
      partitions: claims.map(({ topic, partition }) => ({ topic, partition })),
    }));
  }

  private isReading(claim: Claim<V>): boolean {
    return claim.state !== 'gone';
  }

  /** Heartbeats wait for long: what is stuck is looked for between them. */
  private watch(): void {
    if (this.stuck() !== undefined) this.membership.poke();
  }
}

function isRevoking<V>({ state }: Claim<V>): boolean {
  return state === 'revoking';
}

function watchEveryMs(maxProcessingMs: number): number {
  return Math.min(1_000, Math.max(10, Math.floor(maxProcessingMs / 4)));
}
