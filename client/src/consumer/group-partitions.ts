// The partitions a group gives this consumer: takes new ones up, finishes and commits those to give back, and drops all
// when the membership is lost.

import { MillraceError } from '@millrace/protocol';
import type { Link } from '../net/link.ts';
import { settled } from '../wait.ts';
import type { Claim } from './claim.ts';
import { nameKey, type PartitionName } from './claims.ts';
import { Commits, type OffsetSink } from './commits.ts';
import { type Assignment, Membership, type MembershipOwner, type Owned } from './membership.ts';
import type { ConsumerSettings } from './options.ts';
import type { Reader } from './reader.ts';

export class GroupPartitions<V> implements MembershipOwner {
  private readonly link: Link;
  private readonly settings: ConsumerSettings<V>;
  private readonly reader: Reader<V>;
  private readonly membership: Membership;
  private readonly commits: OffsetSink;
  private target = new Map<string, PartitionName>();
  /** How far partitions in hand were at an earlier heartbeat, and since when. */
  private readonly progress = new WeakMap<Claim<V>, { steps: number; since: number }>();
  private timer: NodeJS.Timeout | undefined;
  private watchdog: NodeJS.Timeout | undefined;

  constructor(link: Link, group: string, settings: ConsumerSettings<V>, reader: Reader<V>) {
    this.link = link;
    this.settings = settings;
    this.reader = reader;
    this.membership = new Membership(link, { ...settings, group }, this);
    this.commits = settings.newSink?.(this.membership) ?? new Commits(link, group, this.membership);
  }

  start(): void {
    this.membership.start();
    this.watchdog ??= setInterval(() => this.watch(), watchEveryMs(this.settings.maxProcessingMs));
    if (this.settings.commit !== 'auto' || this.timer !== undefined) return;
    this.timer = setInterval(() => this.autoCommit(), this.settings.commitIntervalMs);
  }

  /** Commits what is processed where that is automatic, and leaves the group. */
  async close(timeoutMs: number, keep: boolean): Promise<void> {
    clearInterval(this.timer);
    clearInterval(this.watchdog);
    if (this.settings.commit === 'auto') await this.commitQuietly([...this.reader.claims]);
    await this.membership.close(timeoutMs, keep);
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
    await this.commits.commit({ topicId, partition, offset, metadata }, claim);
    claim.committed = offset;
  }

  /** Of a partition that is not read now; the broker decides whether this member may. */
  async commitOther(name: PartitionName, offset: number, metadata?: string | null): Promise<void> {
    const { topicId, partition } = name;
    await this.commits.commit({ topicId, partition, offset, metadata });
  }

  owned(): Owned {
    const byTopic = new Map<number, number[]>();
    for (const { topicId, partition } of this.reader.claims) {
      const partitions = byTopic.get(topicId);
      if (partitions === undefined) byTopic.set(topicId, [partition]);
      else partitions.push(partition);
    }
    return [...byTopic].map(([topicId, partitions]) => ({ topicId, partitions }));
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
    for (const claim of this.reader.claims) this.reader.lose(claim, reason);
  }

  stuck(): Promise<void> | undefined {
    const now = performance.now();
    const busy = [...this.reader.busy()];
    let isStuck = false;
    for (const claim of busy) {
      const seen = this.progress.get(claim);
      if (seen?.steps !== claim.steps) this.progress.set(claim, { steps: claim.steps, since: now });
      else if (now - seen.since > this.settings.maxProcessingMs) isStuck = true;
    }
    return isStuck ? settled(Promise.all(busy.map((claim) => claim.idle()))) : undefined;
  }

  failed(error: MillraceError): void {
    this.reader.delivery.fail(error);
  }

  private reconcile(): void {
    const { claims } = this.reader;
    for (const claim of claims) {
      const isWanted = this.target.has(nameKey(claim));
      if (!isWanted && claim.state !== 'revoking') void this.giveBack(claim);
    }
    const added = [...this.target.values()].filter((name) => !claims.has(nameKey(name)));
    if (added.length === 0) return;
    this.reader.begin(added);
    // What is worked on has changed: the broker waits to hear it.
    this.membership.poke();
  }

  /** Finishes what is in hand, commits, and only then reports the partition as given up. */
  private async giveBack(claim: Claim<V>): Promise<void> {
    claim.state = 'revoking';
    await claim.idle();
    if (this.settings.commit === 'auto') await this.commitQuietly([claim]);
    if (!this.isReading(claim)) return;
    claim.state = 'gone';
    claim.drop();
    this.reader.claims.delete(claim);
    this.reconcile();
    this.membership.poke();
  }

  private isReading(claim: Claim<V>): boolean {
    return claim.state !== 'gone';
  }

  /** Heartbeats wait for long: what is stuck is looked for between them. */
  private watch(): void {
    if (this.stuck() !== undefined) this.membership.poke();
  }

  private autoCommit(): void {
    void this.commitQuietly([...this.reader.claims]);
  }

  private async commitQuietly(claims: readonly Claim<V>[]): Promise<void> {
    try {
      await this.commitProcessed(claims);
    } catch (error) {
      const { group } = this.settings;
      this.link.options.logger.warn?.('offsets were not committed', { group, error });
    }
  }
}

function watchEveryMs(maxProcessingMs: number): number {
  return Math.min(1_000, Math.max(10, Math.floor(maxProcessingMs / 4)));
}
