// What simulated clients do: they produce, receive, acknowledge, transact, and operate. Each writes down what it sent
// and what it was told. They check nothing.

import type { Random } from '@millrace/harness';
import { encodeBatch, MillraceError, type RequestOf, readRecords } from '@millrace/protocol';
import { Senders } from './senders.ts';
import { PARTITIONS, type SimGroup } from './sim-groups.ts';
import type { Delivery, Witness } from './witness.ts';
import { Killed, type World } from './world.ts';

const VISIBILITY_MS = 400;
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
  readonly groups: readonly SimGroup[];
  readonly held: Delivery[] = [];
  readonly counts: Record<string, number> = {};
  readonly #senders: Senders;
  #receives = 0;

  constructor(
    world: World,
    witness: Witness,
    random: Random,
    { topics, groups }: { readonly topics: Topics; readonly groups: readonly SimGroup[] },
  ) {
    this.#world = world;
    this.#witness = witness;
    this.#random = random;
    this.#topics = topics;
    this.groups = groups;
    this.#senders = new Senders(world, witness, random, topics.work);
  }

  /** Begins one random thing; it ends whenever the world lets it. */
  async act(): Promise<void> {
    const choice = this.#random.next();
    const work =
      choice < 0.3
        ? this.#send()
        : choice < 0.6
          ? this.receive(this.#random.pick(this.groups), this.#random.between(1, 8))
          : choice < 0.85
            ? this.#acknowledge()
            : choice < 0.92
              ? this.#transact()
              : this.#operate();
    await this.#expected(work);
  }

  async receive(group: SimGroup, maxMessages: number, topic = 'work'): Promise<Delivery[]> {
    const receive = this.#receives;
    const asked = { epoch: this.#witness.epoch(group.name), sayings: this.#witness.sayings };
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
      const place = { group, partition, token, deliveries, leasedAtMs, deadlineMs };
      for (const batch of lease.batches) {
        const range = { from: firstOffset, to: lastOffset };
        for (const { offset, key, value } of readRecords(batch, range)) {
          const payload = value === null ? '' : text.decode(value);
          messages.push({ ...place, offset, payload, key: key && text.decode(key), receive });
        }
      }
    }
    if (topic === 'work') {
      this.#witness.delivered(messages, group, asked);
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
    const said = this.#witness.saying(message, kind);
    const { results } = await this.#world
      .call('Acknowledge', { group: message.group.name, items: [this.#item(message, kind)] })
      .finally(() => said.over());
    const [outcome] = results[0]?.outcomes ?? [];
    if (outcome?.errorCode !== 0) return;
    if (kind === 'accept') this.#witness.accepted(message, this.#receives);
    if (kind === 'extend') said.extended(results[0]?.deadlineMs ?? 0);
    this.#count(kind, 1);
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

  async #send(): Promise<void> {
    this.#count('stored', await this.#senders.produce());
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
    const { name: group } = message.group;
    const said = this.#witness.saying(message, 'accept');
    const result = `${group}:${message.payload}`;
    const batch = () => encodeBatch([{ value: utf8.encode(result) }], { nowMs: 1_700_000_000_000 });
    const transactionId = `t-${group}-${message.partition}-${message.offset}-${message.token}`;
    for (;;) {
      try {
        await this.#world.call('Transact', {
          transactionId,
          batches: [{ topicId: this.#topics.out, partition: 0, batch: batch() }],
          acknowledgements: [{ group, items: [this.#item(message, 'accept')] }],
          offsets: [],
          effects: [],
        });
        said.over();
        this.#witness.accepted(message, this.#receives);
        this.#witness.confirmed.add(result);
        this.#count('transacted', 1);
        return;
      } catch (error) {
        if (error instanceof Killed) continue;
        said.over();
        throw error;
      }
    }
  }

  async #operate(): Promise<void> {
    const group = this.#random.pick(this.groups).name;
    const choice = this.#random.next();
    this.#witness.operates(group, 1);
    try {
      await this.#operateOn(group, choice);
    } finally {
      this.#witness.operates(group, -1);
    }
  }

  async #operateOn(group: string, choice: number): Promise<void> {
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
    const forgetDuplicates = this.#random.chance(0.3);
    const forgets = () => forgetDuplicates && this.#witness.forgets();
    const purge = { group, topic: null, dryRun: false, undoMs: 600_000, forgetDuplicates };
    forgets();
    try {
      await this.#world.call('Purge', purge).finally(forgets);
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
