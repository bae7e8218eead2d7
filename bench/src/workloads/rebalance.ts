// rebalance: a group reads a full topic again and again; one more member joins, gets its share and dies. How long its
// partitions stood still beyond its session, and what the others read meanwhile.

import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, type Consumer, type ConsumerBatch, codecs, connect } from '@millrace/client';
import { formatCount } from '../format.ts';
import { TOPIC } from './batch-sender.ts';
import { fillTopic } from './fill-topic.ts';
import { MortalMember } from './mortal-member.ts';
import {
  type Arena,
  CountsDiffer,
  type Done,
  type Run,
  type Session,
  TIMED,
  type Verdict,
  type Workload,
} from './workload.ts';

const GROUP = 'bench';
const MEMBERS = 2;
const SESSION_MS = 2_000;
/** What a rebalance may do at most, for the verdict. */
const RECOVERY_MS_MAX = 1_000;
const RATE_MIN = 0.9;
/** The rate while partitions move is taken over this long from the join. */
const JOIN_MS = 1_000;
const SETTLE_MS_MAX = 60_000;
const LOOK_MS = 5;

export const rebalance: Workload = {
  name: 'rebalance',
  about: 'A group reads a full topic again and again while a member joins and dies.',
  latencyOf: "from the end of a dead member's session until all of its partitions are read again",
  takes: [...TIMED, 'batch', 'backlog'],
  defaults: { backlog: 1_200_000, partitions: 12, runs: 3 },
  async open(arena: Arena): Promise<Session> {
    await fillTopic(arena, arena.settings.batch);
    const session = new RebalanceSession(arena);
    await session.start();
    return session;
  },
};

interface Event {
  readonly steady: number;
  readonly joining: number;
  readonly dying: number;
  /** The longest that one of the others read nothing meanwhile. */
  readonly pauseMs: number;
  readonly recoveredMs: number;
}

class RebalanceSession implements Session {
  readonly #arena: Arena;
  readonly #readers: Reader[] = [];
  readonly #events: Event[] = [];
  #joined = 0;

  constructor(arena: Arena) {
    this.#arena = arena;
  }

  async start(): Promise<void> {
    for (let at = 0; at < MEMBERS; at += 1) {
      this.#readers.push(await Reader.start(this.#broker, `reader-${at}`));
    }
    await this.#settled();
  }

  async measure({ durationMs, latency }: Run): Promise<Done> {
    const startedAt = performance.now();
    const before = this.#records();
    const steady = await this.#rateWhile(() => sleep(durationMs));
    for (const reader of this.#readers) reader.pauseMs = 0;
    const mortal = await MortalMember.join(this.#broker, {
      topic: TOPIC,
      group: GROUP,
      memberId: `mortal-${this.#joined}`,
      sessionTimeoutMs: SESSION_MS,
    });
    this.#joined += 1;
    const joining = await this.#rateWhile(() => sleep(JOIN_MS));
    const share = this.#arena.settings.partitions / (MEMBERS + 1);
    await this.#until(
      () => mortal.owned.length >= Math.floor(share),
      'the new member has its share',
    );
    const { owned, heardAt } = mortal;
    await mortal.die();
    const diedAt = performance.now();
    const readAgain = () =>
      owned.map((partition) =>
        Math.max(...this.#readers.map((reader) => reader.readAt(partition))),
      );
    const dying = await this.#rateWhile(() =>
      this.#until(() => readAgain().every((at) => at > diedAt), 'its partitions are read again'),
    );
    const recoveredMs = this.#firstReads(owned, diedAt) - (heardAt + SESSION_MS);
    const pauseMs = Math.max(...this.#readers.map((reader) => reader.pauseMs));
    latency.record(Math.max(0, recoveredMs));
    this.#events.push({ steady, joining, dying, pauseMs, recoveredMs });
    await this.#settled();
    return { records: this.#records() - before, elapsedMs: performance.now() - startedAt };
  }

  verify(): Promise<string> {
    for (const reader of this.#readers) reader.mustBeWell();
    const events = formatCount(this.#events.length);
    return Promise.resolve(`no batch was out of its order; a member came and died ${events} times`);
  }

  verdict(): Verdict {
    // The first one was the warm-up's.
    const events = this.#events.slice(this.#arena.settings.warmup > 0 ? 1 : 0);
    const rows = events.map(({ steady, joining, dying, recoveredMs, pauseMs }) => [
      formatCount(Math.round(steady)),
      percent(joining / steady),
      percent(dying / steady),
      `${Math.round(pauseMs)}`,
      `${Math.round(recoveredMs)}`,
    ]);
    const worstMs = Math.max(...events.map(({ recoveredMs }) => recoveredMs));
    const least = Math.min(
      ...events.flatMap(({ steady, joining, dying }) => [joining / steady, dying / steady]),
    );
    const isPassed = worstMs < RECOVERY_MS_MAX && least > RATE_MIN;
    return {
      isPassed,
      text: `recovered ${Math.round(worstMs)} ms after the session at the latest, the others read ${percent(least)} of their rate at the least`,
      details: { sessionMs: SESSION_MS, events },
      table: {
        head: [
          'records/s before',
          'while one joins',
          'while one is dead',
          'longest pause ms',
          'ms after its session',
        ],
        rows,
      },
    };
  }

  async close(): Promise<void> {
    await Promise.all(this.#readers.map((reader) => reader.close()));
  }

  get #broker(): string {
    return this.#arena.client.broker.address;
  }

  #records(): number {
    return this.#readers.reduce((sum, { records }) => sum + records, 0);
  }

  /** Records a second of all readers while something is under way. */
  async #rateWhile(work: () => Promise<unknown>): Promise<number> {
    const [before, startedAt] = [this.#records(), performance.now()];
    await work();
    return (this.#records() - before) / ((performance.now() - startedAt) / 1_000);
  }

  /** When the last of these partitions was read for the first time after that. */
  #firstReads(partitions: readonly number[], sinceMs: number): number {
    const first = (partition: number) =>
      Math.min(...this.#readers.map((reader) => reader.firstReadAfter(partition, sinceMs)));
    return Math.max(...partitions.map(first));
  }

  #settled(): Promise<void> {
    const { partitions } = this.#arena.settings;
    const isFair = () =>
      this.#readers.every(({ assigned }) => assigned === Math.floor(partitions / MEMBERS));
    return this.#until(isFair, 'the members share the partitions');
  }

  async #until(holds: () => boolean, what: string): Promise<void> {
    const giveUpAt = performance.now() + SETTLE_MS_MAX;
    while (!holds()) {
      for (const reader of this.#readers) reader.mustBeWell();
      if (performance.now() > giveUpAt) throw new CountsDiffer(`never: ${what}`);
      await sleep(LOOK_MS);
    }
  }
}

/** A member that reads its partitions to the end and begins anew. */
class Reader {
  records = 0;
  /** The longest time between two batches. */
  pauseMs = 0;
  #batchAt = performance.now();
  readonly #client: Client;
  readonly #consumer: Consumer<Uint8Array>;
  readonly #next = new Map<number, number>();
  readonly #lastRead: number[] = [];
  /** First reads after a time that partitions were taken up. */
  readonly #taken: { readonly partition: number; readonly atMs: number }[] = [];
  #failure: Error | undefined;

  static async start(broker: string, memberId: string): Promise<Reader> {
    return new Reader(await connect({ brokers: broker, logger: null }), memberId);
  }

  private constructor(client: Client, memberId: string) {
    this.#client = client;
    this.#consumer = client.consumer<Uint8Array>({
      topics: TOPIC,
      group: GROUP,
      memberId,
      codec: codecs.bytes,
      sessionTimeoutMs: SESSION_MS,
      onAssigned: (partitions) => {
        for (const { partition } of partitions) this.#next.delete(partition);
      },
    });
    void this.#read();
  }

  get assigned(): number {
    return this.#consumer.assignment.length;
  }

  readAt(partition: number): number {
    return this.#lastRead[partition] ?? 0;
  }

  firstReadAfter(partition: number, sinceMs: number): number {
    const found = this.#taken.find((each) => each.partition === partition && each.atMs > sinceMs);
    return found?.atMs ?? Number.POSITIVE_INFINITY;
  }

  mustBeWell(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  async close(): Promise<void> {
    await this.#client.close();
    this.mustBeWell();
  }

  async #read(): Promise<void> {
    try {
      for await (const batch of this.#consumer.batches()) this.#take(batch);
    } catch (error) {
      this.#failure = error as Error;
    }
  }

  #take({ partition, firstOffset, lastOffset, endOffset, messages }: ConsumerBatch<Uint8Array>) {
    const now = performance.now();
    const expected = this.#next.get(partition);
    if (expected === undefined) this.#taken.push({ partition, atMs: now });
    else if (firstOffset !== expected) {
      throw new CountsDiffer(`partition ${partition}: ${firstOffset}, expected ${expected}`);
    }
    this.#lastRead[partition] = now;
    this.pauseMs = Math.max(this.pauseMs, now - this.#batchAt);
    this.#batchAt = now;
    this.records += messages.length;
    this.#next.set(partition, lastOffset + 1);
    if (lastOffset + 1 < endOffset) return;
    this.#consumer.seek({ topic: TOPIC, partition, offset: 0 });
    this.#next.set(partition, 0);
  }
}

function percent(part: number): string {
  return `${(part * 100).toFixed(1)} %`;
}
