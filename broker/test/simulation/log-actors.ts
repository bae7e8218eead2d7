// What simulated clients of the log do: idempotent producers that send again what got no answer, a newer instance that
// takes over their name, a transformer that reads, produces and commits in one step, and a table of versions by key.
// Each writes down what it was told; they check nothing but what they are told at once.

import type { Random } from '@millrace/harness';
import { ERRORS, encodeBatch, MillraceError, readRecords, stampProducer } from '@millrace/protocol';
import { Killed, type World } from './world.ts';

export const FEED_PARTITIONS = 2;
export const TABLE_KEYS = ['a', 'b', 'c'] as const;
export const GROUP = 'transformer';

/** Batches of a producer on their way. */
const WINDOW = 4;
/** So large that segments of the smallest size fill up. */
const TABLE_VALUE_BYTES = 9_000;
const utf8 = new TextEncoder();
const text = new TextDecoder();

export interface LogTopics {
  readonly feed: number;
  readonly out: number;
  readonly table: number;
}

interface Unanswered {
  readonly sequence: number;
  readonly payloads: readonly string[];
  readonly bytes: Uint8Array;
  state: 'waits' | 'sent';
}

/** Errors after which a client sends the same again. */
function isPassing(error: unknown): boolean {
  if (error instanceof Killed) return true;
  return error instanceof MillraceError && error.code === 'STORAGE_ERROR';
}

/** Asks until there is an answer. */
export async function persist<T>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!isPassing(error)) throw error;
    }
  }
}

/** One instance of a named producer, writing to one partition. */
class SimProducer {
  readonly #world: World;
  readonly #place: { readonly topicId: number; readonly partition: number };
  readonly #name: string;
  readonly #log: LogActors;
  #id: { readonly producerId: number; readonly producerEpoch: number } | undefined;
  #sequence = 0;
  #next = 0;
  #inFlight = 0;
  #unanswered: Unanswered[] = [];
  isFenced = false;

  constructor(log: LogActors, world: World, name: string, topicId: number, partition: number) {
    this.#log = log;
    this.#world = world;
    this.#name = name;
    this.#place = { topicId, partition };
  }

  async start(): Promise<void> {
    const ask = { name: this.#name, producerId: null, producerEpoch: null };
    const reply = await persist(() => this.#world.call('InitProducer', ask));
    this.#id = { producerId: reply.producerId, producerEpoch: reply.producerEpoch };
    this.#log.began(this.#name, reply.producerEpoch);
  }

  /** Sends one more batch, if there is room; gives up nothing. */
  async produce(count: number): Promise<void> {
    if (this.#id === undefined || this.isFenced || this.#unanswered.length >= WINDOW) return;
    const { producerId, producerEpoch } = this.#id;
    const payloads = Array.from({ length: count }, (_, i) => this.#payload(this.#next + i));
    this.#next += count;
    const records = payloads.map((payload) => ({ value: utf8.encode(payload) }));
    const bytes = encodeBatch(records, { nowMs: 1_700_000_000_000 });
    stampProducer(bytes, { producerId, producerEpoch, sequence: this.#sequence });
    this.#unanswered.push({ sequence: this.#sequence, payloads, bytes, state: 'waits' });
    this.#sequence += count;
    await this.#pump();
  }

  #payload(n: number): string {
    return `${this.#name}|${this.#id?.producerEpoch}|${n}`;
  }

  /** All that waits goes, in order. What fails is sent again when nothing else is on its way. */
  async #pump(): Promise<void> {
    const sending = this.#unanswered.filter(({ state }) => state === 'waits');
    await Promise.all(sending.map((batch) => this.#send(batch)));
  }

  async #send(batch: Unanswered): Promise<void> {
    batch.state = 'sent';
    this.#inFlight += 1;
    const error = await this.#outcome(batch);
    this.#inFlight -= 1;
    if (error === undefined) this.#unanswered = this.#unanswered.filter((one) => one !== batch);
    else if (error === 'PRODUCER_FENCED') this.isFenced = true;
    else if (error !== 'again') this.#log.violation(`${this.#name} got ${error}`);
    if (this.#inFlight > 0 || this.isFenced || this.#unanswered.length === 0) return;
    for (const one of this.#unanswered) one.state = 'waits';
    await this.#pump();
  }

  /** Undefined: appended. */
  async #outcome(batch: Unanswered): Promise<string | undefined> {
    const { bytes, payloads } = batch;
    const fencedBefore = this.#log.isFencedOff(this.#name, this.#id?.producerEpoch ?? 0);
    // The broker stamps what it is given: each sending has its own bytes.
    const batches = [{ ...this.#place, batch: bytes.slice() }];
    try {
      const { results } = await this.#world.call('Produce', { batches });
      const code = results[0]?.errorCode ?? -1;
      if (code === 0) {
        if (fencedBefore) this.#log.violation(`${this.#name} wrote after it was fenced off`);
        for (const payload of payloads) this.#log.acked(this.#place.partition, payload);
        return undefined;
      }
      const name = Object.entries(ERRORS).find(([, spec]) => spec.code === code)?.[0] ?? 'nothing';
      const isOneBehind = name === 'OUT_OF_ORDER_SEQUENCE' && this.#unanswered[0] !== batch;
      return name === 'STORAGE_ERROR' || isOneBehind ? 'again' : name;
    } catch (error) {
      return isPassing(error) ? 'again' : String(error);
    }
  }
}

export class LogActors {
  readonly #world: World;
  readonly #random: Random;
  readonly #topics: LogTopics;
  readonly violations: string[] = [];
  /** Partition -> payloads that were acknowledged, in the order of the acknowledgements. */
  readonly ackedOf = Array.from({ length: FEED_PARTITIONS }, () => [] as string[]);
  /** Key -> the version that was acknowledged last, and those sent since. */
  readonly versions = new Map<string, { acked: number; sent: number; isBusy: boolean }>();
  readonly counts = { acked: 0, takeovers: 0, transformed: 0, versions: 0, deleted: 0 };
  readonly #epochs = new Map<string, number>();
  readonly #producers: SimProducer[] = [];
  readonly #transforming = new Set<number>();

  constructor(world: World, random: Random, topics: LogTopics) {
    this.#world = world;
    this.#random = random;
    this.#topics = topics;
    for (const key of TABLE_KEYS) this.versions.set(key, { acked: 0, sent: 0, isBusy: false });
  }

  began(name: string, epoch: number): void {
    const known = this.#epochs.get(name);
    if (known !== undefined && epoch <= known) this.violation(`${name} got epoch ${epoch} twice`);
    this.#epochs.set(name, epoch);
  }

  /** A newer instance was told that it is the one. */
  isFencedOff(name: string, epoch: number): boolean {
    return (this.#epochs.get(name) ?? 0) > epoch;
  }

  violation(what: string): void {
    this.violations.push(what);
  }

  acked(partition: number, payload: string): void {
    this.ackedOf[partition]?.push(payload);
    this.counts.acked += 1;
  }

  /** Two producers to begin with. */
  async start(): Promise<void> {
    for (let partition = 0; partition < FEED_PARTITIONS; partition += 1) {
      await this.#replace(partition);
    }
  }

  async act(): Promise<void> {
    const choice = this.#random.next();
    const partition = this.#random.between(0, FEED_PARTITIONS - 1);
    if (choice < 0.45) await this.#producers[partition]?.produce(this.#random.between(1, 4));
    else if (choice < 0.5) await this.#replace(partition);
    else if (choice < 0.7) await this.transform(partition);
    else if (choice < 0.72) await this.#deleteDone(partition);
    else await this.#writeVersion(this.#random.pick(TABLE_KEYS));
  }

  async #replace(partition: number): Promise<void> {
    const producer = new SimProducer(
      this,
      this.#world,
      `writer-${partition}`,
      this.#topics.feed,
      partition,
    );
    this.#producers[partition] = producer;
    await producer.start();
    this.counts.takeovers += 1;
  }

  /** Reads on from the committed offset; what comes of it and the new offset are one commit. False: nothing to read. */
  async transform(partition: number): Promise<boolean> {
    if (this.#transforming.has(partition)) return false;
    this.#transforming.add(partition);
    try {
      return await persist(() => this.#transformOnce(partition));
    } finally {
      this.#transforming.delete(partition);
    }
  }

  async #transformOnce(partition: number): Promise<boolean> {
    const place = { topicId: this.#topics.feed, partition };
    const offset = Math.max(0, await this.committed(partition));
    const query = { ...place, offset, maxBytes: 1_000_000 };
    const request = { maxWaitMs: 0, minBytes: 0, maxBytes: 1_000_000, partitions: [query] };
    const [read] = (await this.#world.call('Fetch', request)).partitions;
    if (read === undefined || read.errorCode !== 0) {
      this.violation(`the feed cannot be read at ${offset}: ${read?.errorMessage}`);
      return false;
    }
    const records = read.batches.flatMap((batch) => readRecords(batch, { from: offset }));
    const last = records.at(-1);
    if (last === undefined) return false;
    const values = records.map(({ value }) => ({ value }));
    const made = encodeBatch(values, { nowMs: 1_700_000_000_000 });
    const next = { ...place, offset: last.offset + 1, metadata: null };
    await this.#world.call('Transact', {
      transactionId: `${GROUP}-${partition}-${offset}-${last.offset}`,
      batches: [{ topicId: this.#topics.out, partition, batch: made }],
      acknowledgements: [],
      offsets: [{ group: GROUP, memberId: null, memberEpoch: -1, offsets: [next] }],
      effects: [],
    });
    this.counts.transformed += records.length;
    return true;
  }

  async committed(partition: number): Promise<number> {
    const asked = [{ topicId: this.#topics.feed, partition }];
    const { offsets } = await this.#world.call('OffsetFetch', { group: GROUP, partitions: asked });
    return offsets[0]?.offset ?? -1;
  }

  /** What is transformed is not needed any more. */
  async #deleteDone(partition: number): Promise<void> {
    await persist(async () => {
      const beforeOffset = await this.committed(partition);
      if (beforeOffset < 0) return;
      const place = { topicId: this.#topics.feed, partition, beforeOffset };
      const { results } = await this.#world.call('DeleteRecords', { partitions: [place] });
      if (results[0]?.errorCode !== 0) this.violation(`DeleteRecords: ${results[0]?.errorMessage}`);
      this.counts.deleted += 1;
    });
  }

  async #writeVersion(key: string): Promise<void> {
    const known = this.versions.get(key);
    if (known === undefined || known.isBusy) return;
    known.isBusy = true;
    known.sent += 1;
    const version = known.sent;
    const value = utf8.encode(`${version}|`.padEnd(TABLE_VALUE_BYTES, '.'));
    const batch = encodeBatch([{ key: utf8.encode(key), value }], { nowMs: Date.now() });
    const batches = [{ topicId: this.#topics.table, partition: 0, batch }];
    try {
      const { results } = await this.#world.call('Produce', { batches });
      if (results[0]?.errorCode === 0) known.acked = version;
      this.counts.versions += 1;
    } catch (error) {
      if (!isPassing(error)) throw error;
    } finally {
      known.isBusy = false;
    }
  }
}

export function versionOf(value: Uint8Array | null): number {
  return Number(text.decode(value ?? new Uint8Array()).split('|')[0]);
}

export function payloadOf(value: Uint8Array | null): string {
  return text.decode(value ?? new Uint8Array());
}
