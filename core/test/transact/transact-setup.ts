// Transactions on a Machine: planned and carried out in one turn, as the broker does it.

import type { RequestOf } from '@millrace/protocol';
import { batchHeader } from '@millrace/protocol';
import {
  type CarriedOut,
  decideClaimEffect,
  decideCreateTopic,
  planTransaction,
} from '../../src/index.ts';
import { appendBatch, KEY, receive, sharedTopic } from '../share/share-setup.ts';
import { batchOf } from '../support/batches.ts';
import type { Machine } from '../support/machine.ts';

export type Transaction = RequestOf<'Transact'>;
export type AckItem = Transaction['acknowledgements'][number]['items'][number];

const NOTHING = { batches: [], acknowledgements: [], offsets: [], effects: [], changes: null };

export function transaction(transactionId: string, parts: Partial<Transaction> = {}): Transaction {
  return { transactionId, ...NOTHING, ...parts };
}

/** @throws MillraceError the refusal */
export function transact(machine: Machine, request: Transaction, user?: string): CarriedOut {
  const batches = request.batches.map((one) => ({ ...one, header: batchHeader(one.batch) }));
  const planned = machine.run(planTransaction, { request, batches, user });
  if (planned.repeated !== null) {
    return { reply: planned.repeated, deadLettered: new Map(), records: 0, bytes: 0 };
  }
  return planned.carryOut((decide) =>
    machine.run((state, view, _none: undefined, ctx) => decide(state, view, ctx), undefined),
  );
}

/** The error of a transaction that has to be refused. */
export function refusalOf(machine: Machine, request: Transaction) {
  const rows = rowsOf(machine);
  let refusal: unknown;
  try {
    transact(machine, request);
  } catch (error) {
    refusal = error;
  }
  if (refusal === undefined) throw new Error('the transaction was carried out');
  if (rowsOf(machine) !== rows) throw new Error('a refused transaction wrote something');
  return refusal;
}

const TABLES = [
  'meta',
  'groups',
  'segments',
  'offsets',
  'sharePartitions',
  'runs',
  'waiting',
  'dead',
  'lastErrors',
  'results',
  'effects',
  'transactions',
  'expiries',
] as const;

/** Everything that a transaction may change. */
export function rowsOf(machine: Machine): string {
  const batches = machine.view.all('batches').map(([key, { length }]) => [key, length]);
  return JSON.stringify([batches, ...TABLES.map((table) => machine.view.all(table))]);
}

export function batch(topicId: number, ...values: string[]): Transaction['batches'][number] {
  return { topicId, partition: 0, batch: batchOf(values), expectedOffset: null };
}

export function item(
  first: number,
  last: number,
  token: number,
  options: Partial<AckItem> = {},
): AckItem {
  const { topicId, partition } = KEY;
  const range = { topicId, partition, firstOffset: first, lastOffset: last, token };
  return { ...range, kind: 'accept', delayMs: null, errorText: null, result: null, ...options };
}

export function acks(...items: AckItem[]): Transaction['acknowledgements'][number] {
  return { group: 'workers', items };
}

export function offsets(
  group: string,
  ...places: (readonly [topicId: number, partition: number, offset: number])[]
): Transaction['offsets'][number] {
  return {
    group,
    memberId: null,
    memberEpoch: -1,
    offsets: places.map(([topicId, partition, offset]) => {
      return { topicId, partition, offset, metadata: null };
    }),
  };
}

export function effect(
  key: string,
  token: number,
  options: Partial<Transaction['effects'][number]> = {},
): Transaction['effects'][number] {
  return { group: 'workers', key, token, end: 'done', value: null, ttlMs: 60_000, ...options };
}

export const SHIPPED = 3;

/** Topic `orders` with four messages leased under token 1, and a topic `shipped`. */
export function leased(): Machine {
  const machine = sharedTopic({ backoff: 'none', maxDeliveries: 2 });
  const topic = { name: 'shipped', partitions: 1, config: null, annotations: null };
  machine.run(decideCreateTopic, { ...topic, validateOnly: false });
  appendBatch(machine, batchOf(['a', 'b', 'c', 'd']));
  receive(machine);
  return machine;
}

export function claim(machine: Machine, key: string, memberId = 'ann'): number {
  const command = { group: 'workers', key, memberId, ttlMs: 1_000 };
  return machine.run(decideClaimEffect, command).token ?? -1;
}
