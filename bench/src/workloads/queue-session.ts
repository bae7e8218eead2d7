// What the queue workloads share: a full topic that share groups work off, one new group a pass, and the proof by the
// group's counters. How messages are taken and acknowledged is the workload's.

import type { Client, CreateShareGroup } from '@millrace/client';
import { formatCount } from '../format.ts';
import { recordsWithin } from '../options/table.ts';
import { TOPIC } from './batch-sender.ts';
import { fillTopic } from './fill-topic.ts';
import { type Arena, type Done, mustEqual, type Run, type Session } from './workload.ts';

/** One pass: a group that has seen nothing yet, and when to stop. */
export interface Pass extends Run {
  readonly group: string;
  /** Messages in the topic. */
  readonly backlog: number;
}

export interface Drained extends Done {
  /** Messages acknowledged by the end of everything, those after the time was over included. */
  readonly acknowledged: number;
}

/** Takes and acknowledges messages until the time is over or none are left. Rejects with the first failure. */
export type Drain = (client: Client, pass: Pass) => Promise<Drained>;

/** Records of a stored batch of the backlog. */
const FILL_BATCH = 1_000;

/** Longer than any pass: no lease may end by time. */
const VISIBILITY_TIMEOUT_MS = 30 * 60_000;

/** What differs from a plain queue. */
export interface QueueKind {
  /** So many keys in the topic; absent: none. */
  readonly keys?: number | undefined;
  readonly config?: CreateShareGroup['config'];
}

export async function openQueue(
  arena: Arena,
  drain: Drain,
  { keys, config }: QueueKind = {},
): Promise<Session> {
  const batch = recordsWithin(FILL_BATCH, arena.settings.recordBytes);
  const backlog = await fillTopic(arena, batch, keys);
  return new QueueSession(arena.client, backlog, drain, config);
}

class QueueSession implements Session {
  readonly #client: Client;
  readonly #backlog: number;
  readonly #drain: Drain;
  readonly #config: CreateShareGroup['config'];
  #passes = 0;
  #acknowledged = 0;

  constructor(client: Client, backlog: number, drain: Drain, config: CreateShareGroup['config']) {
    this.#client = client;
    this.#backlog = backlog;
    this.#drain = drain;
    this.#config = config;
  }

  async measure({ durationMs, ...run }: Run): Promise<Done> {
    let records = 0;
    let elapsedMs = 0;
    while (elapsedMs < durationMs) {
      const done = await this.#pass({ ...run, durationMs: durationMs - elapsedMs });
      records += done.records;
      elapsedMs += done.elapsedMs;
    }
    return { records, elapsedMs };
  }

  /** Every pass was checked when it ended. */
  verify(): Promise<string> {
    const count = formatCount(this.#acknowledged);
    return Promise.resolve(
      `the counters of ${this.#passes} groups agree: ${count} messages acknowledged, the others untouched`,
    );
  }

  async close(): Promise<void> {}

  async #pass(run: Run): Promise<Done> {
    const { admin } = this.#client;
    this.#passes += 1;
    const group = `bench-${this.#passes}`;
    const config = {
      visibilityTimeoutMs: VISIBILITY_TIMEOUT_MS,
      onExhausted: 'drop' as const,
      ...this.#config,
    };
    await admin.createShareGroup({ group, topics: [TOPIC], config });
    const drained = await this.#drain(this.#client, { ...run, group, backlog: this.#backlog });
    await this.#check(group, drained.acknowledged);
    this.#acknowledged += drained.acknowledged;
    await admin.deleteShareGroup(group);
    return drained;
  }

  async #check(group: string, acknowledged: number): Promise<void> {
    const { totals } = await this.#client.admin.counters(group);
    mustEqual('messages acknowledged, by the counters', totals.acknowledged, acknowledged);
    const open = totals.fresh + totals.ready + totals.parked;
    mustEqual('messages fresh, ready or parked', open, this.#backlog - acknowledged);
  }
}
