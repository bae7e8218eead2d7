// A Machine and the naive transactions side by side: each step is taken on both, and what they tell is compared.

import { deepEqual, equal, ok } from 'node:assert/strict';
import { encodeBatch, MillraceError } from '@millrace/protocol';
import {
  decideClaimEffect,
  decideCreateTopic,
  decideDue,
  getEffect,
  peek,
  readBatches,
} from '../../src/index.ts';
import { appendBatch, KEY, receive, sharedTopic } from '../share/share-setup.ts';
import { batchOf, recordsOf } from '../support/batches.ts';
import type { Machine } from '../support/machine.ts';
import { type NaiveReply, type NaiveRequest, NaiveTransactions } from './naive-transactions.ts';
import { transact } from './transact-setup.ts';

export const EFFECTS = ['k', 'l'] as const;

/** A topic that takes each dedup id once. */
function createTarget(machine: Machine): number {
  const config = { dedup: 'id', dedupWindowMs: 7 * 86_400_000 } as const;
  const topic = { name: 'target', partitions: 1, config, annotations: null, validateOnly: false };
  return machine.run(decideCreateTopic, topic as never).topicId;
}

export class TransactTwins {
  readonly machine = sharedTopic({
    backoff: 'none',
    maxDeliveries: 0,
    onExhausted: 'drop',
    visibilityTimeoutMs: 1_000,
  });
  readonly target = createTarget(this.machine);
  readonly naive = new NaiveTransactions();
  readonly leases: { firstOffset: number; lastOffset: number; token: number }[] = [];
  readonly claims: { key: string; token: number }[] = [];
  readonly sent: NaiveRequest[] = [];

  constructor() {
    this.naive.nowMs = this.machine.nowMs;
  }

  append(count: number): void {
    appendBatch(this.machine, batchOf(Array.from({ length: count }, (_, at) => `m${at}`)));
    for (let at = 0; at < count; at += 1) {
      const times = { token: 0, untilMs: 0, leasedAtMs: 0 };
      this.naive.stand.messages.push({ state: 'fresh', ...times, result: null });
    }
  }

  receive(maxMessages: number): void {
    for (const lease of receive(this.machine, { maxMessages })) {
      this.leases.push(lease);
      for (let at = lease.firstOffset; at <= lease.lastOffset; at += 1) {
        const message = this.naive.stand.messages[at];
        ok(message?.state === 'fresh' || message?.state === 'ready', 'it can be leased');
        Object.assign(message ?? {}, {
          state: 'leased',
          token: lease.token,
          untilMs: lease.deadlineMs,
          leasedAtMs: this.machine.nowMs,
        });
      }
    }
  }

  due(): void {
    this.machine.run(decideDue, { runsMax: 1_000, graceUntilMs: 0 });
    for (const message of this.naive.stand.messages) {
      if (message.state === 'leased' && message.untilMs <= this.machine.nowMs) {
        message.state = 'ready';
      }
    }
  }

  claim(key: string, memberId: string, ttlMs: number): void {
    const request = { group: 'workers', key, memberId, ttlMs };
    const told = this.machine.run(decideClaimEffect, request);
    const token = told.token ?? -1;
    equal(told.granted, this.naive.claim(key, memberId, ttlMs, token));
    if (!told.granted) return;
    ok(
      this.claims.every((claim) => claim.token < token),
      'tokens grow',
    );
    this.claims.push({ key, token });
  }

  transact(request: NaiveRequest): void {
    deepEqual(this.#told(request), this.naive.transact(request));
  }

  #told(request: NaiveRequest): NaiveReply {
    const batches = request.batches.map((ids) => {
      const records = ids.map((id) => ({ value: null, dedup: new Uint8Array(16).fill(id + 1) }));
      const batch = encodeBatch(records, { nowMs: 0 });
      return { topicId: this.target, partition: 0, batch, expectedOffset: null };
    });
    try {
      const { reply } = transact(this.machine, { ...request, batches });
      const told = reply.batches.map(({ baseOffset, duplicates }) => {
        const list = (duplicates ?? []).map(({ index, offset }) => ({ index, offset }));
        return { baseOffset, duplicates: list };
      });
      return { repeated: reply.repeated, batches: told };
    } catch (error) {
      if (error instanceof MillraceError) return { refused: error.code };
      throw error;
    }
  }

  /** What memory holds of the group, and what a restart makes of it. */
  held(): string {
    return JSON.stringify(this.machine.state.shares.at(1, 1, 0).row);
  }

  loaded(): string {
    this.machine.reload();
    return this.held();
  }

  /** Everything that transactions change. */
  compare(): void {
    const { machine, naive } = this;
    const { stand } = naive;
    deepEqual(
      this.#states(),
      stand.messages.map(({ state }) => state),
    );
    const results = machine.view.all('results').map(([[, , , offset]]) => offset);
    const said = [...stand.messages.keys()].filter((at) => stand.messages[at]?.result !== null);
    deepEqual(results, said);
    equal(this.#targetLength(), stand.target.length);
    const committed = machine.view.all('offsets').map(([[groupId], [offset]]) => {
      return [machine.state.catalog.groups.get(groupId)?.name ?? '', offset] as const;
    });
    deepEqual(Object.fromEntries(committed), stand.offsets);
    for (const key of EFFECTS) {
      const told = machine.run(getEffect, { group: 'workers', key });
      equal(told.state, naive.effectState(key));
    }
  }

  #states(): string[] {
    const end = this.naive.stand.messages.length;
    if (end === 0) return [];
    const { partition } = KEY;
    const place = { group: 'workers', topic: 'orders', partition, fromOffset: 0 };
    const { ranges } = this.machine.run(peek, { ...place, maxMessages: end, maxBytes: 1 });
    return ranges.flatMap(({ firstOffset, lastOffset, state }) =>
      Array.from({ length: lastOffset - firstOffset + 1 }, () => state),
    );
  }

  #targetLength(): number {
    const from = { topicId: this.target, partition: 0, offset: 0 };
    const read = { ...from, bytesMax: 1_000_000, batchesMax: 1_000 };
    const reply = readBatches(this.machine.state, this.machine.view, read);
    if (reply.error !== undefined) throw reply.error;
    return reply.batches.flatMap((batch) => recordsOf(batch)).length;
  }
}
