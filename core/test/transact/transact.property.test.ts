// Random transactions, sent once, twice or with their id on another request, between everything else that changes what
// they are about, with restarts: against the naive ones. Each is done whole or not at all, and once.

import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { decideExpireRows } from '../../src/index.ts';
import { ORDERS } from '../share/share-setup.ts';
import type { NaiveRequest } from './naive-transactions.ts';
import { acks, effect, item, offsets, type Transaction, transaction } from './transact-setup.ts';
import { EFFECTS, TransactTwins } from './transact-twins.ts';

const GROUPS = ['audit', 'mirror'] as const;
const RESULT = new TextEncoder().encode('said');

const part = fc.record({
  lease: fc.nat({ max: 4 }),
  skip: fc.nat({ max: 2 }),
  length: fc.integer({ min: 1, max: 4 }),
  tokenOff: fc.constantFrom(0, 0, 0, 0, 0, 0, 0, 0, -1, 1),
  kind: fc.constantFrom(
    'accept' as const,
    'accept' as const,
    'release' as const,
    'reject' as const,
    'return' as const,
    'extend' as const,
  ),
  delayMs: fc.constantFrom(500, 5_000, 13 * 3_600_000),
  hasResult: fc.boolean(),
});

const parts = fc.record({
  items: fc.array(part, { maxLength: 3 }),
  ids: fc.array(fc.array(fc.nat({ max: 20 }), { minLength: 1, maxLength: 3 }), { maxLength: 3 }),
  offsets: fc.array(fc.tuple(fc.constantFrom(...GROUPS), fc.nat({ max: 9 })), { maxLength: 2 }),
  effects: fc.array(
    fc.tuple(
      fc.nat({ max: 2 }),
      fc.constantFrom(0, 0, 0, 1),
      fc.constantFrom('done' as const, 'abandon' as const),
    ),
    { maxLength: 2 },
  ),
});

const op = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      op: fc.constant('append' as const),
      count: fc.integer({ min: 1, max: 5 }),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      op: fc.constant('receive' as const),
      max: fc.integer({ min: 1, max: 6 }),
    }),
  },
  { weight: 14, arbitrary: fc.record({ op: fc.constant('transact' as const), parts }) },
  {
    weight: 4,
    arbitrary: fc.record({ op: fc.constant('again' as const), back: fc.nat({ max: 4 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ op: fc.constant('other' as const), back: fc.nat({ max: 4 }), parts }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      op: fc.constant('claim' as const),
      key: fc.constantFrom(...EFFECTS),
      memberId: fc.constantFrom('ann', 'bob'),
      ttlMs: fc.constantFrom(100, 2_000, 100_000),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      op: fc.constant('time' as const),
      byMs: fc.constantFrom(1, 100, 999, 60_000, 900_000),
    }),
  },
  { weight: 3, arbitrary: fc.record({ op: fc.constant('due' as const) }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('expire' as const) }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('restart' as const) }) },
);
type Op = typeof op extends fc.Arbitrary<infer T> ? T : never;
type Parts = typeof parts extends fc.Arbitrary<infer T> ? T : never;

function requestOf(twins: TransactTwins, id: string, given: Parts): NaiveRequest {
  const items = given.items.flatMap(
    ({ lease: back, skip, length, tokenOff, hasResult, ...rest }) => {
      const lease = twins.leases.at(-1 - back);
      if (lease === undefined) return [];
      const first = Math.min(lease.firstOffset + skip, lease.lastOffset);
      const last = Math.min(first + length - 1, lease.lastOffset);
      const delayMs = rest.kind === 'extend' ? rest.delayMs : null;
      const isSaid = hasResult && rest.kind === 'accept' && first === last;
      return [
        item(first, last, lease.token + tokenOff, {
          ...rest,
          delayMs,
          result: isSaid ? RESULT : null,
        }),
      ];
    },
  );
  const effects = given.effects.flatMap(([back, tokenOff, end]) => {
    const claim = twins.claims.at(-1 - back);
    return claim === undefined
      ? []
      : [effect(claim.key, claim.token - tokenOff, { end, ttlMs: 3_000 })];
  });
  const committed = given.offsets.map(([group, offset]) => offsets(group, [ORDERS, 0, offset]));
  const acknowledgements = items.length === 0 ? [] : [acks(...items)];
  const base: Transaction = transaction(id, { acknowledgements, offsets: committed, effects });
  return { ...base, batches: given.ids };
}

let serial = 0;

function run(twins: TransactTwins, step: Op): void {
  switch (step.op) {
    case 'append':
      twins.append(step.count);
      break;
    case 'receive':
      twins.receive(step.max);
      break;
    case 'transact': {
      serial += 1;
      const request = requestOf(twins, `t${serial}`, step.parts);
      twins.sent.push(request);
      twins.transact(request);
      break;
    }
    case 'again': {
      const request = twins.sent.at(-1 - step.back);
      if (request !== undefined) twins.transact(request);
      break;
    }
    case 'other': {
      const id = twins.sent.at(-1 - step.back)?.transactionId;
      if (id !== undefined) twins.transact(requestOf(twins, id, step.parts));
      break;
    }
    case 'claim':
      twins.claim(step.key, step.memberId, step.ttlMs);
      break;
    case 'time':
      twins.machine.nowMs += step.byMs;
      twins.naive.nowMs = twins.machine.nowMs;
      break;
    case 'due':
      twins.due();
      break;
    case 'expire':
      twins.machine.run(decideExpireRows, { rowsMax: 1_000 });
      break;
    case 'restart':
      twins.machine.reload();
  }
}

it('agrees with the naive transactions: whole or not at all, and once [L-94]-[L-102]', () => {
  fc.assert(
    fc.property(fc.array(op, { minLength: 10, maxLength: 60, size: 'max' }), (steps) => {
      const twins = new TransactTwins();
      for (const step of steps) {
        run(twins, step);
        twins.compare();
      }
      const held = twins.held();
      expect(twins.loaded()).toBe(held);
    }),
    { numRuns: 200 },
  );
}, 120_000);
