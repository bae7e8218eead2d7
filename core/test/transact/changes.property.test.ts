// Whatever a transaction asks for of messages in whatever states, with or without order by key: all of it is done, or it
// is refused and nothing is. What was found possible never turns out not to be.

import { encodeBatch, MESSAGE_STATES, MillraceError } from '@millrace/protocol';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  assertInvariants,
  counters,
  decideChangeMessages,
  decideDue,
  listMessages,
} from '../../src/index.ts';
import { acknowledge, appendBatch, ORDERS, receive, sharedTopic } from '../share/share-setup.ts';
import type { Machine } from '../support/machine.ts';
import { acks, item, rowsOf, transact, transaction } from './transact-setup.ts';

const MESSAGES = 12;
const KEYS = 3;
const RESOLVED = new Set(['acknowledged', 'dead']);
const offset = fc.integer({ min: 0, max: MESSAGES - 1 });
const length = fc.integer({ min: 1, max: 3 });
const setting = fc.record({
  ordering: fc.constantFrom('none', 'key', 'fifo'),
  onExhausted: fc.constantFrom('dlq', 'block', 'drop'),
  maxDeliveries: fc.constantFrom(1, 3),
} as const);
const kind = fc.constantFrom('accept', 'release', 'reject', 'extend', 'return');
const action = fc.constantFrom('resolve', 'cancel', 'retry', 'deadLetter');
/** Where an operator put messages off beforehand, also ahead of the cursor. */
const putOff = fc.option(fc.tuple(offset, length));
const step = fc.record({
  max: fc.integer({ min: 0, max: 4 }),
  said: kind,
  at: fc.nat(),
  passMs: fc.integer({ min: 0, max: 40_000 }),
} as const);
const change = fc.record({ action, at: offset, length } as const);

type Lease = { firstOffset: number; lastOffset: number; token: number };

function filled(config: Parameters<typeof sharedTopic>[0]): Machine {
  const machine = sharedTopic({ ...config, backoff: 'fixed', backoffBaseMs: 5_000 });
  const records = Array.from({ length: MESSAGES }, (_, at) => ({
    key: Uint8Array.of(at % KEYS),
    value: Uint8Array.of(at),
  }));
  appendBatch(machine, encodeBatch(records, { nowMs: 0 }));
  return machine;
}

/** Any other error is a fault, and comes out. */
function refusalOf(act: () => unknown): MillraceError | undefined {
  try {
    act();
  } catch (error) {
    if (error instanceof MillraceError) return error;
    throw error;
  }
  return undefined;
}

function reschedule(machine: Machine, at: number, many: number): void {
  const lastOffset = Math.min(at + many - 1, MESSAGES - 1);
  const range = { groupId: 1, topicId: ORDERS, partition: 0, firstOffset: at, lastOffset };
  const how = { action: 'reschedule', delayMs: 50_000, rowsMax: 100 } as const;
  machine.run(decideChangeMessages, { ...range, ...how });
}

/** Each message is in exactly one state, lists and counts say the same, and none that was finished is given again. */
function assertFinished(machine: Machine, finished: readonly number[]): void {
  const [counts] = machine.run(counters, { group: 'workers' }).partitions;
  const listed = new Map<number, string>();
  for (const state of MESSAGE_STATES) {
    const query = { group: 'workers', topic: 'orders', partition: 0, state };
    const { ranges } = machine.run(listMessages, { ...query, fromOffset: 0, maxRanges: 100 });
    const before = listed.size;
    for (const { firstOffset, lastOffset } of ranges) {
      for (let at = firstOffset; at <= lastOffset; at += 1) listed.set(at, state);
    }
    expect(listed.size - before).toBe(counts?.[state]);
  }
  expect(listed.size).toBe(MESSAGES);
  const open = [...listed].flatMap(([at, state]) => (RESOLVED.has(state) ? [] : [at]));
  expect(counts?.firstUnresolvedOffset).toBe(Math.min(MESSAGES, ...open));
  const given = receive(machine, { maxMessages: MESSAGES });
  for (const { firstOffset, lastOffset } of given) {
    for (const at of finished) expect(at < firstOffset || at > lastOffset).toBe(true);
  }
}

it('all or nothing, from any state, and never a half [L-99] [L-106]', () => {
  let done = 0;
  const property = fc.property(
    setting,
    fc.array(step, { maxLength: 8 }),
    fc.array(fc.tuple(kind, fc.nat()), { maxLength: 3 }),
    fc.array(change, { minLength: 1, maxLength: 3 }),
    putOff,
    (config, steps, said, changes, later) => {
      const machine = filled(config);
      if (later !== null) reschedule(machine, ...later);
      const leases: Lease[] = [];
      for (const { max, said: what, at, passMs } of steps) {
        if (max > 0) leases.push(...receive(machine, { maxMessages: max }));
        const lease = leases[at % Math.max(1, leases.length)];
        if (lease !== undefined && at % 2 === 0) {
          acknowledge(machine, what, [lease.firstOffset, lease.lastOffset], lease.token);
        }
        machine.nowMs += passMs;
        machine.run(decideDue, { runsMax: 100, graceUntilMs: 0 });
      }
      const chosen = new Set(said.map(([, at]) => leases[at % Math.max(1, leases.length)]));
      const items = [...chosen].flatMap((lease, at) =>
        lease === undefined
          ? []
          : item(lease.firstOffset, lease.lastOffset, lease.token, {
              kind: said[at]?.[0] ?? 'accept',
            }),
      );
      const request = transaction('t', {
        acknowledgements: items.length === 0 ? [] : [acks(...items)],
        changes: changes.map((one) => ({
          group: 'workers',
          action: one.action,
          topicId: ORDERS,
          partition: 0,
          firstOffset: one.at,
          lastOffset: Math.min(one.at + one.length - 1, MESSAGES - 1),
        })),
      });
      const before = rowsOf(machine);
      const refusal = refusalOf(() => transact(machine, request));
      expect(refusal === undefined || rowsOf(machine) === before).toBe(true);
      const finished: number[] = [];
      if (refusal === undefined) {
        done += 1;
        for (const { action: what, firstOffset, lastOffset } of request.changes ?? []) {
          if (what === 'retry') continue;
          for (let at = firstOffset; at <= lastOffset; at += 1) finished.push(at);
        }
      }
      assertInvariants(machine.state);
      const held = JSON.stringify(machine.state.shares.at(1, ORDERS, 0).row);
      machine.reload();
      assertInvariants(machine.state);
      expect(JSON.stringify(machine.state.shares.at(1, ORDERS, 0).row)).toBe(held);
      assertFinished(machine, finished);
    },
  );
  fc.assert(property, { numRuns: 60 });
  expect(done).toBeGreaterThan(0);
});
