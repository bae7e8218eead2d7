// Members by what they subscribe to, and how many partitions of each topic those of one kind are to have: what the
// uniform assignor works on. It decides nothing.

export interface Draft {
  readonly memberId: string;
  readonly had: ReadonlySet<number>;
  /** What it is to have, as far as that is known. */
  keys: number[];
}

/** Members that subscribe to the same: any of them can have what any other has. */
export interface Cohort {
  /** Its place among the cohorts. */
  readonly index: number;
  readonly drafts: Draft[];
  readonly topics: ReadonlySet<number>;
  /** How many partitions of each topic it is to have, and of all together. */
  readonly shares: Map<number, number>;
  total: number;
}

export interface Topic {
  readonly topicId: number;
  readonly partitions: number;
  readonly cohorts: Cohort[];
  /** Partitions that nobody keeps. */
  free: number[];
}

export function addShare(cohort: Cohort, topicId: number, count: number): void {
  cohort.shares.set(topicId, (cohort.shares.get(topicId) ?? 0) + count);
  cohort.total += count;
}
