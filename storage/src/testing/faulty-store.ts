// A store that fails on command, around any other store: for tests of the committer, the broker and the simulator.
// Without a script it changes nothing. It never invents a fault that a disk could not show.

import { assert } from '../assert.ts';
import type {
  PlainValue,
  RangeQuery,
  Store,
  StoredRow,
  StoreUsage,
  StoreWrite,
} from '../contract.ts';
import { type AbortReason, CommitAbortedError, FlushUnknownError } from '../errors.ts';
import type { Key, TableName } from '../keys.ts';

/** What happens to one commit. */
export type Fault =
  | { readonly kind: 'pass' }
  /** Nothing is applied, now or later. */
  | { readonly kind: 'abort'; readonly reason?: AbortReason }
  /** The caller learns nothing; `applied` says whether the rows are there after a restart. */
  | { readonly kind: 'flushUnknown'; readonly applied: boolean }
  /** Go on with `next` (default: pass) when `until` resolves. */
  | { readonly kind: 'delay'; readonly until: Promise<void>; readonly next?: Fault };

/** Holds commits until it is opened. */
export interface Gate {
  readonly until: Promise<void>;
  readonly open: () => void;
}

export function gate(): Gate {
  let open: () => void = () => undefined;
  const until = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { until, open };
}

export interface FaultyStoreOptions {
  /** Asked for each commit that the script says nothing about; commits count from 0. Undefined: pass. */
  readonly decide?: (commit: number, writes: readonly StoreWrite[]) => Fault | undefined;
}

const PASS: Fault = { kind: 'pass' };

export class FaultyStore implements Store {
  /** Every commit handed over, in order, whatever became of it. */
  readonly commits: (readonly StoreWrite[])[] = [];
  readonly #inner: Store;
  readonly #decide: NonNullable<FaultyStoreOptions['decide']>;
  #script: Fault[] = [];
  #usage: StoreUsage | undefined;
  #inFlight = 0;

  constructor(inner: Store, options: FaultyStoreOptions = {}) {
    this.#inner = inner;
    this.#decide = options.decide ?? (() => undefined);
  }

  /** Commits handed over and not settled. Never more than one, or the caller broke the chain. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** Faults of the next commits, one each, in order; behind those that were scripted before. */
  script(...faults: readonly Fault[]): void {
    this.#script.push(...faults);
  }

  /** Say this instead of the true usage; undefined: the true one again. */
  reportUsage(usage: StoreUsage | undefined): void {
    this.#usage = usage;
  }

  /** Say that nothing is free. */
  reportFull(): void {
    this.reportUsage({ ...this.#inner.usage(), freeBytes: 0 });
  }

  get(table: TableName, key: Key): PlainValue | undefined {
    return this.#inner.get(table, key);
  }

  range(table: TableName, query: RangeQuery): Iterable<StoredRow> {
    return this.#inner.range(table, query);
  }

  async commit(writes: readonly StoreWrite[]): Promise<void> {
    assert(this.#inFlight === 0, 'one commit at a time');
    const commit = this.commits.push(writes) - 1;
    const fault = this.#script.shift() ?? this.#decide(commit, writes) ?? PASS;
    this.#inFlight += 1;
    try {
      await this.#suffer(fault, writes);
    } finally {
      this.#inFlight -= 1;
    }
  }

  usage(): StoreUsage {
    return this.#usage ?? this.#inner.usage();
  }

  async close(): Promise<void> {
    await this.#inner.close();
  }

  async #suffer(fault: Fault, writes: readonly StoreWrite[]): Promise<void> {
    switch (fault.kind) {
      case 'pass':
        await this.#inner.commit(writes);
        return;
      case 'abort':
        // Not in the turn of the call: no store fails that fast.
        await Promise.resolve();
        throw new CommitAbortedError(fault.reason ?? 'io', 'aborted by the script');
      case 'flushUnknown':
        if (fault.applied) await this.#inner.commit(writes);
        throw new FlushUnknownError('the flush failed by the script');
      case 'delay':
        await fault.until;
        await this.#suffer(fault.next ?? PASS, writes);
        return;
    }
  }
}
