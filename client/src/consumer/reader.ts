// Reads partitions: gives them their start, keeps them fetched, hands them to the delivery, and sorts what goes wrong.
// Which partitions it reads is decided by a group or by the caller.

import { MillraceError } from '@millrace/protocol';
import { backoffMs } from '../net/backoff.ts';
import type { Link } from '../net/link.ts';
import { isPassing } from '../net/passing.ts';
import { pause } from '../wait.ts';
import type { ChunkRules } from './chunk.ts';
import type { Claim } from './claim.ts';
import { Claims, nameKey, type PartitionName } from './claims.ts';
import { Delivery } from './delivery.ts';
import { FetchBudget } from './fetch-budget.ts';
import { Fetcher, type FetcherOwner } from './fetcher.ts';
import type { ConsumerSettings, StartFrom } from './options.ts';
import { resolvePositions, startClaims } from './positions.ts';

/** A partition that is not there is asked for again after this, ms: in a group the assignment is about to change. */
const MISSING_RETRY_MS = 1_000;
/** Records before the gap are read first, ms. */
const OUT_OF_RANGE_RETRY_MS = 50;

export class Reader<V> implements FetcherOwner<V> {
  readonly claims: Claims<V>;
  readonly delivery: Delivery<V>;
  readonly fetcher: Fetcher<V>;
  private readonly link: Link;
  private readonly settings: ConsumerSettings<V>;
  private readonly closing = new AbortController();
  /** Lost partitions of which something is still in hand. */
  private readonly left = new Map<string, Claim<V>>();

  constructor(link: Link, settings: ConsumerSettings<V>, rules: ChunkRules<V>) {
    this.link = link;
    this.settings = settings;
    const budget = new FetchBudget(settings.maxBufferedBytes);
    this.claims = new Claims(settings.codec, budget, (claim) => this.fetcher.poke(claim));
    this.fetcher = new Fetcher(link, settings, this, budget);
    this.delivery = new Delivery(rules, (claim) => this.fetcher.poke(claim));
  }

  /** These partitions are this consumer's; `start` reads them. */
  add(names: readonly PartitionName[]): Claim<V>[] {
    return names.map((name) => this.claims.add(name));
  }

  /** Gives up a partition, whatever is in hand. */
  lose(claim: Claim<V>, reason: MillraceError): void {
    claim.lose(reason);
    this.claims.delete(claim);
    if (claim.isBusy) this.left.set(nameKey(claim), claim);
  }

  /** Everything of which something is in hand. */
  *busy(): Generator<Claim<V>, void> {
    for (const claims of [this.claims, this.left.values()]) {
      for (const claim of claims) if (claim.isBusy) yield claim;
    }
  }

  seek(claim: Claim<V>, offset: number): void {
    claim.moveTo(offset);
    claim.named = offset;
    claim.committed = -1;
    this.fetcher.poke(claim);
  }

  /** Throws what the broker says of the first partition that it refuses: then nothing has moved. */
  async seekTo(claims: readonly Claim<V>[], where: StartFrom): Promise<void> {
    if (claims.length === 0) return;
    const offsets = await resolvePositions(this.link, claims, where, this.closing.signal);
    const refused = offsets.find((offset) => offset instanceof MillraceError);
    if (refused !== undefined) throw refused;
    for (const [at, claim] of claims.entries()) {
      if (claim.state !== 'gone') this.seek(claim, offsets[at] as number);
    }
  }

  filled(claim: Claim<V>): void {
    this.offer(claim);
  }

  /** There may be something to hand out, also to who has the partition in hand. */
  offer(claim: Claim<V>): void {
    this.delivery.offer(claim);
    if (claim.isBusy) this.delivery.nudge();
  }

  refused(claim: Claim<V>, error: MillraceError): void {
    const { retry, logger } = this.link.options;
    const now = performance.now();
    if (error.code === 'OFFSET_OUT_OF_RANGE') this.outOfRange(claim, error);
    else if (isPassing(error)) claim.retryAt = now + backoffMs(retry, 1);
    else if (error.action === 'refresh' && this.settings.group !== undefined) {
      logger.warn?.('partition is not there', { error });
      claim.retryAt = now + MISSING_RETRY_MS;
    } else this.delivery.fail(error);
  }

  get closed(): AbortSignal {
    return this.closing.signal;
  }

  close(): void {
    this.closing.abort();
    this.fetcher.close();
    this.delivery.close();
  }

  /** What another life of this consumer still has in hand of these partitions is finished first. */
  async leftovers(claims: readonly Claim<V>[]): Promise<void> {
    await Promise.all(claims.map((claim) => this.leftover(claim)));
  }

  /** Reads them from their starts on, or from where they were put meanwhile. */
  async start(claims: readonly Claim<V>[], from = this.settings.from): Promise<void> {
    const { group } = this.settings;
    await this.untilDone(async () => {
      const starting = claims.filter(({ state }) => state === 'starting');
      if (starting.length === 0) return true;
      const missing = await startClaims(this.link, group, starting, from, this.closing.signal);
      for (const [claim, error] of missing) this.refused(claim, error);
      return missing.length === 0;
    });
  }

  private async leftover(claim: Claim<V>): Promise<void> {
    const key = nameKey(claim);
    const earlier = this.left.get(key);
    if (earlier === undefined) return;
    await earlier.idle();
    if (this.left.get(key) === earlier) this.left.delete(key);
  }

  private outOfRange(claim: Claim<V>, error: MillraceError): void {
    const { onOutOfRange } = this.settings;
    const { topic, partition, fetchOffset } = claim;
    if (claim.hasData || claim.isBusy) {
      claim.retryAt = performance.now() + OUT_OF_RANGE_RETRY_MS;
    } else if (onOutOfRange === 'error') {
      this.delivery.fail(error);
    } else {
      const where = { topic, partition, offset: fetchOffset, goesOnAt: onOutOfRange };
      this.link.options.logger.warn?.('the partition does not hold this offset', where);
      claim.state = 'starting';
      void this.restart(claim, onOutOfRange, error);
    }
  }

  private async restart(claim: Claim<V>, from: StartFrom, reason: MillraceError): Promise<void> {
    await this.untilDone(async () => {
      if (claim.fetchOffset === claim.named && (await this.isPastEnd(claim))) throw reason;
      const [offset] = await resolvePositions(this.link, [claim], from, this.closing.signal);
      if (offset instanceof MillraceError) this.refused(claim, offset);
      else if (offset !== undefined && claim.state === 'starting') claim.moveTo(offset);
      return claim.state !== 'starting';
    });
  }

  /** Whether the caller asked for what was never there: to read everything again is not what was meant. */
  private async isPastEnd(claim: Claim<V>): Promise<boolean> {
    const { signal } = this.closing;
    const [end] = await resolvePositions(this.link, [claim], 'latest', signal);
    return typeof end === 'number' && claim.fetchOffset > end;
  }

  /** Tries until the step says that it is done, or the reader is closed, or going on is impossible. */
  private async untilDone(step: () => Promise<boolean>): Promise<void> {
    const { retry, logger } = this.link.options;
    const { signal } = this.closing;
    for (let failures = 0; !signal.aborted; failures += 1) {
      try {
        const isDone = await step();
        this.fetcher.poke();
        if (isDone) return;
      } catch (error) {
        if (signal.aborted) return;
        if (!isPassing(error as MillraceError)) {
          this.delivery.fail(error as MillraceError);
          return;
        }
        logger.warn?.('where to begin is not known yet, trying again', { error });
      }
      await pause(backoffMs(retry, failures, MISSING_RETRY_MS / 10), signal);
    }
  }
}
