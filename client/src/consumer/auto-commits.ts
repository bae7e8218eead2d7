// When a consumer commits by itself: at intervals, after so many records, after each one. What it commits is its owner's.

import type { Logger } from '../logger.ts';
import type { Claim } from './claim.ts';
import type { CommitMode } from './options.ts';

export interface AutoCommitOptions {
  readonly group: string;
  readonly commit: CommitMode;
  readonly commitIntervalMs: number;
  readonly commitThreshold: number | null;
  readonly logger: Logger;
}

export class AutoCommits<V> {
  private readonly options: AutoCommitOptions;
  /** Commits what is processed of these, or of all. */
  private readonly commit: (claims?: Iterable<Claim<V>>) => Promise<void>;
  private readonly underWay = new Map<Claim<V>, Promise<void>>();
  private timer: NodeJS.Timeout | undefined;
  private sinceCommit = 0;

  constructor(options: AutoCommitOptions, commit: (claims?: Iterable<Claim<V>>) => Promise<void>) {
    this.options = options;
    this.commit = commit;
  }

  get isOn(): boolean {
    return this.options.commit === 'auto' || this.options.commit === 'each';
  }

  start(): void {
    if (this.options.commit !== 'auto' || this.timer !== undefined) return;
    this.timer = setInterval(() => void this.now(), this.options.commitIntervalMs);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** So many more offsets of the partition are processed. */
  processed(claim: Claim<V>, count: number): void {
    const { commit, commitThreshold } = this.options;
    if (commit === 'each') {
      this.underWay.set(claim, this.now([claim]));
    } else if (commit === 'auto' && commitThreshold !== null) {
      this.sinceCommit += count;
      if (this.sinceCommit >= commitThreshold) void this.now();
    }
  }

  /** What was processed last is committed: for 'each', before the partition goes on. */
  async caughtUp(claim: Claim<V>): Promise<void> {
    await this.underWay.get(claim);
    this.underWay.delete(claim);
  }

  /** Commits if that is automatic; what fails is logged, for the records come again. */
  async now(claims?: Iterable<Claim<V>>): Promise<void> {
    if (!this.isOn) return;
    this.sinceCommit = 0;
    try {
      await this.commit(claims);
    } catch (error) {
      const { group, logger } = this.options;
      logger.warn?.('offsets were not committed', { group, error });
    }
  }
}
