// A share group over one partition of topic `t` for the fake broker: leases by token, no clock.
import {
  ERRORS,
  type ErrorName,
  encodeBatch,
  MillraceError,
  type RequestOf,
  stampBatch,
} from '@millrace/protocol';
import { type Handlers, untilAborted } from './fake-broker.ts';

interface Entry {
  readonly offset: number;
  readonly batch: Uint8Array;
  state: 'ready' | 'leased' | 'accepted' | 'rejected';
  deliveries: number;
  token: number;
}

export type Item = RequestOf<'Acknowledge'>['items'][number];

export class FakeQueue {
  readonly entries: Entry[] = [];
  readonly receives: RequestOf<'Receive'>[] = [];
  /** Items of all Acknowledge requests. */
  readonly items: Item[] = [];
  /** Item counts, a request. */
  readonly requests: number[] = [];
  visibilityTimeoutMs = 30_000;
  ordering: 'none' | 'key' = 'none';
  /** Topics that Metadata tells of, with their partitions; ids count from 1. */
  readonly topics: [name: string, partitions: number][] = [['t', 1]];
  private nextToken = 1;
  private wake: () => void = () => {};

  add(values: readonly unknown[], keyOf: (value: unknown) => string | null = () => null): void {
    for (const value of values) {
      const offset = this.entries.length;
      const key = keyOf(value);
      const record = {
        key: key === null ? null : Buffer.from(key),
        value: Buffer.from(JSON.stringify(value)),
      };
      const batch = Buffer.from(encodeBatch([record], { nowMs: 1 }));
      stampBatch(batch, offset, 1);
      this.entries.push({ offset, batch, state: 'ready', deliveries: 0, token: 0 });
    }
    this.wake();
  }

  /** Another member got the message meanwhile. */
  steal(offset: number): void {
    const entry = this.entries[offset] as Entry;
    entry.token = this.nextToken;
    this.nextToken += 1;
  }

  states(): string[] {
    return this.entries.map(({ state }) => state);
  }

  itemsOf(kind: Item['kind']): [number, number][] {
    return this.items
      .filter((item) => item.kind === kind)
      .map(({ firstOffset, lastOffset }) => [firstOffset, lastOffset]);
  }

  get handlers(): Handlers {
    return {
      Metadata: ({ topics }) => ({
        brokers: [],
        topics: (topics ?? this.topics.map(([name]) => name)).map((name) => {
          const at = this.topics.findIndex(([known]) => known === name);
          const leaders = Array.from({ length: this.topics[at]?.[1] ?? 0 }, () => 1);
          const errorCode = at < 0 ? ERRORS.UNKNOWN_TOPIC.code : 0;
          return { errorCode, name, topicId: at + 1, leaders };
        }),
      }),
      DescribeShareGroups: () => ({ groups: [this.describe()] }),
      Receive: async (body, { signal }) => {
        this.receives.push(body);
        const done = new AbortController();
        this.wake = () => done.abort();
        if (this.ready().length === 0 && body.maxWaitMs > 0) {
          await untilAborted(AbortSignal.any([signal, done.signal]), body.maxWaitMs);
        }
        if (signal.aborted) return new MillraceError('CANCELLED');
        return { leases: this.lease(body.maxMessages) };
      },
      Acknowledge: ({ items }) => {
        this.items.push(...items);
        this.requests.push(items.length);
        return { results: items.map((item) => this.acknowledge(item)) };
      },
    };
  }

  private ready(): Entry[] {
    return this.entries.filter(({ state }) => state === 'ready');
  }

  /** One lease for each run of neighbours with the same number of deliveries. */
  private lease(max: number) {
    const leases = [];
    let run: Entry[] = [];
    for (const entry of [...this.ready().slice(0, max), undefined]) {
      const last = run.at(-1);
      const continues =
        entry !== undefined &&
        last?.offset === entry.offset - 1 &&
        last.deliveries === entry.deliveries;
      if (last !== undefined && !continues) {
        leases.push(this.grant(run));
        run = [];
      }
      if (entry !== undefined) run.push(entry);
    }
    return leases;
  }

  private grant(run: readonly Entry[]) {
    const token = this.nextToken;
    this.nextToken += 1;
    for (const entry of run) {
      entry.state = 'leased';
      entry.deliveries += 1;
      entry.token = token;
    }
    return {
      topicId: 1,
      partition: 0,
      firstOffset: run[0]?.offset ?? 0,
      lastOffset: run.at(-1)?.offset ?? 0,
      token,
      deliveries: run[0]?.deliveries ?? 0,
      deadlineMs: 1_000,
      firstDeliveredAtMs: 500,
      batches: run.map(({ batch }) => batch),
    };
  }

  /** Whether the lease of every message of the item is this one. */
  holds({ firstOffset, lastOffset, token }: Item): boolean {
    const range = this.entries.slice(firstOffset, lastOffset + 1);
    return range.every((entry) => entry.token === token && entry.state === 'leased');
  }

  acknowledge({ firstOffset, lastOffset, token, kind }: Item) {
    const outcomes: { firstOffset: number; lastOffset: number; errorCode: number }[] = [];
    for (const entry of this.entries.slice(firstOffset, lastOffset + 1)) {
      const name = this.apply(entry, token, kind);
      const errorCode = name === undefined ? 0 : ERRORS[name].code;
      const last = outcomes.at(-1);
      if (last?.errorCode === errorCode) last.lastOffset = entry.offset;
      else outcomes.push({ firstOffset: entry.offset, lastOffset: entry.offset, errorCode });
    }
    return { outcomes, deadlineMs: kind === 'extend' ? 2_000 : null };
  }

  private apply(entry: Entry, token: number, kind: Item['kind']): ErrorName | undefined {
    if (entry.token !== token) return 'STALE_LEASE';
    if (entry.state !== 'leased') return 'ALREADY_RESOLVED';
    if (kind === 'accept') entry.state = 'accepted';
    if (kind === 'reject') entry.state = 'rejected';
    if (kind === 'release' || kind === 'return') entry.state = 'ready';
    if (kind === 'return') entry.deliveries -= 1;
    if (entry.state === 'ready') this.wake();
    return undefined;
  }

  private describe() {
    return {
      group: 'g',
      groupId: 1,
      createdAtMs: 1,
      config: {
        visibilityTimeoutMs: this.visibilityTimeoutMs,
        maxDeliveries: 5,
        backoff: 'none' as const,
        backoffBaseMs: 0,
        backoffFactor: 2,
        backoffMaxMs: 0,
        jitter: 'none' as const,
        onExhausted: 'dlq' as const,
        exhaustedAt: 'end' as const,
        fence: true,
        ordering: this.ordering,
        fairness: 'none' as const,
        maxInFlight: 0,
        onExpired: 'drop' as const,
        resultTtlMs: 0,
        lateReceipts: 'accept' as const,
        deadLetterLoops: false,
      },
      topics: [{ topic: 't', topicId: 1, startAt: -2, deadLetterTopic: null }],
    };
  }
}
