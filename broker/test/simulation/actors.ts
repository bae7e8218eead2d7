// What simulated clients do: they produce, receive, acknowledge, transact, and operate. Each writes down what it sent
// and what it was told. They check nothing.

import type { Random } from '@millrace/harness';
import { encodeBatch, MillraceError, type RequestOf, readRecords } from '@millrace/protocol';
import type { Delivery, Witness } from './witness.ts';
import { Killed, type World } from './world.ts';

export const PARTITIONS = 2;
export const GROUPS = [
  { name: 'plain', isOrdered: false },
  { name: 'keyed', isOrdered: true },
] as const;
export type SimGroup = (typeof GROUPS)[number];

const VISIBILITY_MS = 400;
const KEYS = ['a', 'b', 'c', 'd', null] as const;
const utf8 = new TextEncoder();
const text = new TextDecoder();

/** Errors that a client has to expect; another one is a finding. */
const EXPECTED = new Set([
  'STORAGE_ERROR',
  'TRANSACTION_CONFLICT',
  'LIMIT_EXCEEDED',
  'PURGE_PENDING',
  'NOTHING_TO_UNDO',
  'MESSAGE_LEASED',
  'MESSAGE_FRESH',
  'ALREADY_RESOLVED',
  'TASK_ENDED',
  'UNKNOWN_TASK',
]);

export interface Topics {
  readonly work: number;
  readonly out: number;
}

export class Actors {
  readonly #world: World;
  readonly #witness: Witness;
  readonly #random: Random;
  readonly #topics: Topics;
  readonly held: Delivery[] = [];
  readonly counts: Record<string, number> = {};
  #next = 0;
  #receives = 0;

  constructor(world: World, witness: Witness, random: Random, topics: Topics) {
    this.#world = world;
    this.#witness = witness;
    this.#random = random;
    this.#topics = topics;
  }

  /** Begins one random thing; it ends whenever the world lets it. */
  async act(): Promise<void> {
    const choice = this.#random.next();
    const work =
      choice < 0.3
        ? this.#produce()
        : choice < 0.6
          ? this.receive(this.#random.pick(GROUPS), this.#random.between(1, 8))
          : choice < 0.85
            ? this.#acknowledge()
            : choice < 0.92
              ? this.#transact()
              : this.#operate();
    await this.#expected(work);
  }

  async receive(group: SimGroup, maxMessages: number, topic = 'work'): Promise<Delivery[]> {
    const receive = this.#receives;
    const epoch = this.#witness.epoch(group.name);
    this.#receives += 1;
    const { leases } = await this.#leases({
      group: group.name,
      topics: [topic],
      memberId: `m${receive % 3}`,
      maxMessages,
      maxBytes: 1_000_000,
      maxWaitMs: this.#random.pick([0, 0, 100]),
      visibilityTimeoutMs: VISIBILITY_MS,
      attemptId: null,
    });
    const messages: Delivery[] = [];
    for (const lease of leases) {
      const { partition, firstOffset, lastOffset, token, deliveries, deadlineMs } = lease;
      const leasedAtMs = deadlineMs - VISIBILITY_MS;
      const place = { group: group.name, partition, token, deliveries, leasedAtMs, deadlineMs };
      for (const batch of lease.batches) {
        const range = { from: firstOffset, to: lastOffset };
        for (const { offset, key, value } of readRecords(batch, range)) {
          const payload = value === null ? '' : text.decode(value);
          messages.push({ ...place, offset, payload, key: key && text.decode(key), receive });
        }
      }
    }
    if (topic === 'work') {
      this.#witness.delivered(messages, group.isOrdered, epoch);
      this.held.push(...messages);
      this.#count('delivered', messages.length);
    }
    return messages;
  }

  async #leases(request: RequestOf<'Receive'>) {
    try {
      return await this.#world.call('Receive', request);
    } catch (error) {
      if (error instanceof Killed) this.#witness.lostReceive(request.group);
      throw error;
    }
  }

  async acknowledge(
    message: Delivery,
    kind: 'accept' | 'release' | 'reject' | 'extend' | 'return',
  ) {
    const isOrdered = message.group === 'keyed';
    this.#witness.saying(message, kind, isOrdered);
    const { results } = await this.#world.call('Acknowledge', {
      group: message.group,
      items: [this.#item(message, kind)],
    });
    const code = results[0]?.outcomes[0]?.errorCode;
    if (code === 0 && kind === 'accept') this.#witness.accepted(message);
    if (code === 0) this.#count(kind, 1);
  }

  #item(message: Delivery, kind: RequestOf<'Acknowledge'>['items'][number]['kind']) {
    const { partition, offset, token } = message;
    return {
      topicId: this.#topics.work,
      partition,
      firstOffset: offset,
      lastOffset: offset,
      token,
      kind,
      delayMs: kind === 'release' ? this.#random.pick([null, 0, 50, 1_000]) : null,
      errorText: kind === 'release' ? 'by chance' : null,
      result: null,
    };
  }

  async #produce(): Promise<void> {
    const partition = this.#random.between(0, PARTITIONS - 1);
    const delays = this.#random.chance(0.2);
    const records = Array.from({ length: this.#random.between(1, 6) }, () => {
      const key = this.#random.pick(KEYS);
      const payload = `p${this.#next}`;
      this.#next += 1;
      this.#witness.sent.add(payload);
      return { key, payload, delayMs: delays ? this.#random.pick([0, 30, 500]) : 0 };
    });
    const batch = encodeBatch(
      records.map(({ key, payload, delayMs }) => ({
        key: key === null ? null : utf8.encode(key),
        value: utf8.encode(payload),
        delayMs,
      })),
      { nowMs: Date.now(), codec: this.#random.pick(['none', 'gzip'] as const) },
    );
    const batches = [{ topicId: this.#topics.work, partition, batch }];
    const { results } = await this.#world.call('Produce', { batches });
    const [result] = results;
    if (result?.errorCode !== 0 || result.baseOffset < 0) return;
    records.forEach(({ key, payload }, i) => {
      this.#witness.stored.set(`${partition}/${result.baseOffset + i}`, { key, payload });
    });
    this.#count('stored', records.length);
  }

  async #acknowledge(): Promise<void> {
    const message = this.#take();
    if (message === undefined) return;
    const kinds = [
      'accept',
      'accept',
      'accept',
      'release',
      'release',
      'reject',
      'extend',
      'return',
    ] as const;
    await this.acknowledge(message, this.#random.pick(kinds));
  }

  /** Accepts a message and produces what came of it, in one commit; a lost reply is asked for again. */
  async #transact(): Promise<void> {
    const message = this.#take();
    if (message === undefined) return;
    this.#witness.saying(message, 'accept', message.group === 'keyed');
    const result = `${message.group}:${message.payload}`;
    const batch = () => encodeBatch([{ value: utf8.encode(result) }], { nowMs: 1_700_000_000_000 });
    const transactionId = `t-${message.group}-${message.partition}-${message.offset}-${message.token}`;
    for (;;) {
      try {
        await this.#world.call('Transact', {
          transactionId,
          batches: [{ topicId: this.#topics.out, partition: 0, batch: batch() }],
          acknowledgements: [{ group: message.group, items: [this.#item(message, 'accept')] }],
          offsets: [],
          effects: [],
        });
        this.#witness.accepted(message);
        this.#witness.confirmed.add(result);
        this.#count('transacted', 1);
        return;
      } catch (error) {
        if (!(error instanceof Killed)) throw error;
      }
    }
  }

  async #operate(): Promise<void> {
    const group = this.#random.pick(GROUPS).name;
    const choice = this.#random.next();
    this.#witness.disturb(group);
    if (choice < 0.4) {
      const partition = this.#random.between(0, PARTITIONS - 1);
      const offset = this.#random.between(0, 30);
      for (let at = offset; at <= offset + 2; at += 1) this.#witness.touch(group, partition, at);
      await this.#world.call('ChangeMessages', {
        group,
        action: this.#random.pick(['retry', 'reschedule', 'cancel', 'deadLetter'] as const),
        delayMs: 100,
        items: [
          { topicId: this.#topics.work, partition, firstOffset: offset, lastOffset: offset + 2 },
        ],
      });
      this.#count('changed', 1);
    } else if (choice < 0.7) {
      await this.#world.call('StartRedrive', {
        topic: `${group}.dlq`,
        group: null,
        target: null,
        filter: null,
        ratePerSecond: this.#random.pick([0, 20]),
        dryRun: false,
      });
      this.#count('redriven', 1);
    } else {
      await this.#purge(group);
      this.#count('purged and undone', 1);
    }
  }

  async #purge(group: string): Promise<void> {
    this.#witness.purged(group, true);
    try {
      await this.#world.call('Purge', { group, topic: null, dryRun: false, undoMs: 600_000 });
    } finally {
      await this.#undo(group);
      this.#witness.disturb(group);
      this.#witness.purged(group, false);
    }
  }

  /** What a purge took comes back: otherwise nobody could tell what a test has lost. */
  async #undo(group: string): Promise<void> {
    for (;;) {
      this.#witness.disturb(group);
      try {
        await this.#world.call('UndoPurge', { group, topic: null });
        return;
      } catch (error) {
        if (error instanceof MillraceError && error.code === 'NOTHING_TO_UNDO') return;
        if (error instanceof MillraceError && error.code === 'STORAGE_ERROR') continue;
        if (!(error instanceof Killed)) throw error;
      }
    }
  }

  #take(): Delivery | undefined {
    if (this.held.length === 0) return undefined;
    const [message] = this.held.splice(this.#random.between(0, this.held.length - 1), 1);
    return message;
  }

  async #expected(work: Promise<unknown>): Promise<void> {
    try {
      await work;
    } catch (error) {
      if (error instanceof Killed) return;
      if (error instanceof MillraceError && EXPECTED.has(error.code)) return;
      this.#witness.violations.push(`a client got ${String(error)}`);
    }
  }

  #count(what: string, by: number): void {
    this.counts[what] = (this.counts[what] ?? 0) + by;
  }
}
