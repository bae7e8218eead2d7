// idle: many consumers of many partitions in which nothing happens, and then one message a second in one of them. What
// counts is what the broker spends on it: time of a core, and memory.

import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, codecs, connect, type Producer } from '@millrace/client';
import { formatMebibytes } from '../format.ts';
import type { LatencyRecorder } from '../measure/latency-recorder.ts';
import { type ProcessUsage, readUsage } from '../measure/process-usage.ts';
import {
  type Arena,
  CountsDiffer,
  type Done,
  mustEqual,
  type Run,
  type Session,
  type Verdict,
  type Workload,
} from './workload.ts';

const SHARED = {
  latencyOf: 'from sending the message of a second to its handler',
  takes: ['duration', 'topics', 'partitions', 'consumers', 'connections', 'sync'],
  defaults: {
    duration: 60,
    runs: 1,
    warmup: 0,
    topics: 1_000,
    partitions: 10,
    consumers: 500,
    connections: 1_000,
  },
} as const;

export const idle: Workload = {
  ...SHARED,
  name: 'idle',
  about: 'Consumers each with topics of its own, idle, then one message a second: CPU and memory.',
  open: (arena) => IdleSession.open(arena, undefined),
};

export const idleGroup: Workload = {
  ...SHARED,
  name: 'idle-group',
  about: 'The same as one consumer group that shares all topics.',
  open: (arena) => IdleSession.open(arena, 'idle'),
};

const CPU_PERCENT_MAX = 2;
const RESIDENT_BYTES_MAX = 300 * 2 ** 20;
const SECOND_MS = 1_000;
const AT_A_TIME = 50;
/** How long partitions may take to be dealt out. */
const SETTLE_MS_MAX = 120_000;
/** What comes after a start (first heartbeats, first fetches) is not idleness. */
const REST_MS = 15_000;

const topicName = (n: number) => `idle-${n}`;

interface Cost {
  readonly cpuPercent: number | null;
  readonly usage: ProcessUsage | null;
}

class IdleSession implements Session {
  readonly #arena: Arena;
  readonly #clients: Client[] = [];
  readonly #runs: Promise<void>[] = [];
  #producer: Producer<number> | undefined;
  #assigned = () => 0;
  #sent = 0;
  #received = 0;
  #latency: LatencyRecorder | undefined;
  #quiet: Cost = { cpuPercent: null, usage: null };
  #one: Cost = { cpuPercent: null, usage: null };

  private constructor(arena: Arena) {
    this.#arena = arena;
  }

  static async open(arena: Arena, group: string | undefined): Promise<Session> {
    const session = new IdleSession(arena);
    await session.#open(group);
    return session;
  }

  /** The first half of the run nothing happens, the second half one message a second. */
  async measure({ durationMs, latency }: Run): Promise<Done> {
    const startedAt = performance.now();
    this.#latency = latency;
    const seconds = Math.max(1, Math.floor(durationMs / 2 / SECOND_MS));
    this.#quiet = await this.#costOf(() => sleep(seconds * SECOND_MS));
    const before = this.#sent;
    this.#one = await this.#costOf(async () => {
      for (let n = 0; n < seconds; n += 1) {
        await this.#producer?.send({ topic: topicName(0), partition: 0, value: performance.now() });
        this.#sent += 1;
        await sleep(SECOND_MS);
      }
    });
    return { records: this.#sent - before, elapsedMs: performance.now() - startedAt };
  }

  verify(): Promise<string> {
    mustEqual('messages received', this.#received, this.#sent);
    const { topics, partitions } = this.#arena.settings;
    mustEqual('partitions that are read', this.#assigned(), topics * partitions);
    return Promise.resolve(`${this.#received} messages came to the consumer of their partition`);
  }

  verdict(): Verdict {
    const cpu = this.#quiet.cpuPercent;
    const bytes = this.#one.usage?.residentBytes ?? null;
    const isPassed =
      cpu !== null && cpu < CPU_PERCENT_MAX && bytes !== null && bytes < RESIDENT_BYTES_MAX;
    const row = (what: string, { cpuPercent, usage }: Cost) => [
      what,
      cpuPercent === null ? '-' : cpuPercent.toFixed(2),
      usage === null ? '-' : formatMebibytes(usage.residentBytes),
      usage === null ? '-' : formatMebibytes(usage.anonymousBytes),
    ];
    const marks = `${CPU_PERCENT_MAX} % of a core, ${formatMebibytes(RESIDENT_BYTES_MAX)} MiB`;
    return {
      isPassed,
      text: `${isPassed ? 'under' : 'NOT UNDER'} ${marks}`,
      details: { idle: this.#quiet, oneMessageASecond: this.#one },
      table: {
        head: ['broker', 'CPU, % of a core', 'resident, MiB', 'its own, MiB'],
        rows: [row('idle', this.#quiet), row('one message a second', this.#one)],
      },
    };
  }

  async close(): Promise<void> {
    await this.#producer?.close();
    await Promise.all(this.#clients.map((client) => client.close({ timeoutMs: SECOND_MS })));
    await Promise.all(this.#runs);
  }

  async #open(group: string | undefined): Promise<void> {
    const { client, settings, progress } = this.#arena;
    const { topics, partitions, consumers, connections } = settings;
    const made = progress.start('create topics', topics);
    for (let n = 0; n < topics; n += 1) {
      await client.admin.createTopic({ name: topicName(n), partitions });
      made.reached(n + 1);
    }
    made.done();
    const joined = progress.start('connect', connections);
    while (this.#clients.length < connections) {
      const count = Math.min(AT_A_TIME, connections - this.#clients.length);
      const more = Array.from({ length: count }, () => this.#connect());
      this.#clients.push(...(await Promise.all(more)));
      joined.reached(this.#clients.length);
    }
    joined.done();
    this.#start(group, consumers);
    await this.#settle(topics * partitions);
    this.#producer = client.producer<number>({ codec: codecs.json<number>() });
  }

  #connect(): Promise<Client> {
    return connect({ brokers: this.#arena.client.broker.address, clientName: 'idle' });
  }

  /** Without a group the topics are divided here. */
  #start(group: string | undefined, consumers: number): void {
    const { topics } = this.#arena.settings;
    const all = Array.from({ length: topics }, (_, n) => topicName(n));
    const started = Array.from({ length: consumers }, (_, n) => {
      const own = all.filter((_topic, at) => at % consumers === n);
      const wanted = group === undefined ? own : all;
      const client = this.#clients[n % this.#clients.length] as Client;
      const codec = codecs.json<number>();
      return client.consumer<number>({ topics: wanted, group, codec, from: 'earliest' });
    });
    for (const consumer of started) {
      const eachMessage = ({ value }: { readonly value: number }) => {
        this.#received += 1;
        this.#latency?.record(performance.now() - value);
      };
      this.#runs.push(consumer.run({ eachMessage }));
    }
    this.#assigned = () => started.reduce((sum, { assignment }) => sum + assignment.length, 0);
  }

  async #settle(partitions: number): Promise<void> {
    const deadline = performance.now() + SETTLE_MS_MAX;
    const step = this.#arena.progress.start('deal out partitions', partitions);
    while (this.#assigned() !== partitions) {
      if (performance.now() > deadline) {
        throw new CountsDiffer(`${this.#assigned()} of ${partitions} partitions are read`);
      }
      step.reached(Math.min(partitions, this.#assigned()));
      await sleep(100);
    }
    step.done();
    await sleep(REST_MS);
  }

  async #costOf(work: () => Promise<unknown>): Promise<Cost> {
    const { pid } = this.#arena.broker;
    const before = readUsage(pid);
    const startedAt = performance.now();
    await work();
    const seconds = (performance.now() - startedAt) / SECOND_MS;
    const usage = readUsage(pid);
    if (before === null || usage === null) return { cpuPercent: null, usage };
    return { cpuPercent: ((usage.cpuSeconds - before.cpuSeconds) / seconds) * 100, usage };
  }
}
