// Random commands on a share partition, against the naive one: messages of every state, receipts old and forged, time
// that jumps, restarts with a grace, retention that takes what nobody resolved.
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { compareLetters } from './compare-letters.ts';
import { compareLists } from './compare-lists.ts';
import type { ChangeAction, NaiveAck, NaiveConfig, NaiveRecord } from './naive-message.ts';
import { GRACE_MS, Twins } from './twins.ts';

const config: fc.Arbitrary<NaiveConfig> = fc.record({
  visibilityTimeoutMs: fc.constantFrom(0, 300, 2_000),
  maxDeliveries: fc.constantFrom(0, 1, 2, 3),
  backoff: fc.constantFrom('none' as const, 'fixed' as const, 'exponential' as const),
  backoffBaseMs: fc.constantFrom(0, 100, 350),
  backoffFactor: fc.constantFrom(1, 2, 100),
  backoffMaxMs: fc.constantFrom(400, 3_000),
  jitter: fc.constantFrom('none' as const, 'equal' as const, 'full' as const),
  onExhausted: fc.constantFrom('dlq' as const, 'dlq' as const, 'drop' as const, 'block' as const),
  exhaustedAt: fc.constantFrom('end' as const, 'end' as const, 'receive' as const),
  fence: fc.constantFrom(true, false),
  lateReceipts: fc.constantFrom('accept' as const, 'accept' as const, 'refuse' as const),
  maxInFlight: fc.constantFrom(0, 0, 0, 5),
  onExpired: fc.constantFrom('drop' as const, 'dlq' as const),
});

const record: fc.Arbitrary<NaiveRecord> = fc.record({
  delayMs: fc.constantFrom(0, 0, 0, 300, 2_000),
  ttlMs: fc.constantFrom(0, 0, 0, 500, 2_500),
  maxDeliveries: fc.constantFrom(0, 0, 1, 2),
  isForeign: fc.constantFrom(false, false, false, false, true),
});

/** Of the topic; -1: messages do not expire. */
const topicTtlMs = fc.constantFrom(-1, -1, -1, 1_200);

const change = fc.record({
  kind: fc.constant('change' as const),
  /** From this many offsets before the cursor on. */
  back: fc.integer({ min: -6, max: 8 }),
  length: fc.integer({ min: 1, max: 7 }),
  action: fc.constantFrom<ChangeAction[]>('retry', 'reschedule', 'cancel', 'deadLetter'),
  delayMs: fc.constantFrom(0, 150, 1_000),
});

const ack = fc.record({
  kind: fc.constant('ack' as const),
  /** Which lease, counted back from the newest. */
  lease: fc.nat({ max: 6 }),
  /** The part of it, or more than it. */
  skip: fc.integer({ min: -2, max: 3 }),
  length: fc.integer({ min: 1, max: 6 }),
  whole: fc.boolean(),
  tokenOff: fc.constantFrom(0, 0, 0, 0, 0, 0, -1, 1, 1_000),
  ack: fc.constantFrom<NaiveAck['kind'][]>('accept', 'release', 'reject', 'extend', 'return'),
  delayMs: fc.constantFrom(null, 0, 200, 1_000, 12 * 3_600_000),
  errorText: fc.constantFrom(null, 'out of stock', 'grüße 😀'),
});

const op = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('append' as const),
      count: fc.integer({ min: 1, max: 6 }),
      /** Time before it: enough for a new segment, or none. */
      afterMs: fc.constantFrom(0, 0, 1_000),
      gaps: fc.oneof(
        { weight: 3, arbitrary: fc.constant<number[]>([]) },
        { weight: 1, arbitrary: fc.array(fc.nat({ max: 2 }), { maxLength: 7 }) },
      ),
      records: fc.oneof(
        { weight: 1, arbitrary: fc.constant<NaiveRecord[]>([]) },
        { weight: 1, arbitrary: fc.array(record, { minLength: 1, maxLength: 6 }) },
      ),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('receive' as const),
      member: fc.constantFrom('ann', 'bob'),
      max: fc.integer({ min: 1, max: 9 }),
      visibilityMs: fc.constantFrom(null, 0, 500, 10_000, 12 * 3_600_000),
    }),
  },
  { weight: 12, arbitrary: ack },
  { weight: 5, arbitrary: change },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('sift' as const) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('time' as const),
      byMs: fc.constantFrom(1, 99, 250, GRACE_MS, 1_500, 1_500, 4_000),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('due' as const),
      runsMax: fc.integer({ min: 1, max: 4 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('durable' as const), on: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('retain' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('remove' as const),
      rowsMax: fc.integer({ min: 1, max: 3 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('restart' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('alter' as const),
      maxDeliveries: fc.nat({ max: 3 }),
    }),
  },
);
type Op = typeof op extends fc.Arbitrary<infer T> ? T : never;

function run(twins: Twins, step: Op): void {
  switch (step.kind) {
    case 'append':
      twins.machine.nowMs += step.afterMs;
      twins.append(step.count, step.gaps, step.records);
      break;
    case 'receive':
      twins.receive(step.member, step.max, step.visibilityMs);
      break;
    case 'ack':
      acknowledge(twins, step);
      break;
    case 'change': {
      const first = Math.max(twins.naive.cursor - step.back, 0);
      twins.change(first, first + step.length - 1, step.action, step.delayMs);
      break;
    }
    case 'sift':
      twins.sift();
      break;
    case 'time':
      twins.machine.nowMs += step.byMs;
      break;
    case 'due':
      twins.due(step.runsMax);
      break;
    case 'durable':
      twins.machine.durable = step.on;
      if (step.on) twins.machine.settle();
      break;
    case 'retain':
      twins.retain();
      break;
    case 'remove':
      twins.remove(step.rowsMax);
      break;
    case 'restart':
      twins.restart();
      break;
    case 'alter':
      twins.alter(step.maxDeliveries);
  }
}

function acknowledge(twins: Twins, step: typeof ack extends fc.Arbitrary<infer T> ? T : never) {
  const lease = twins.leases.at(-1 - step.lease);
  if (lease === undefined) return;
  const { firstOffset, lastOffset, token } = lease;
  const first = step.whole ? firstOffset : Math.max(firstOffset + step.skip, 0);
  const last = step.whole ? lastOffset : first + step.length - 1;
  const { ack: kind, delayMs, errorText } = step;
  twins.acknowledge(first, last, { token: token + step.tokenOff, kind, delayMs, errorText });
}

it('agrees with the naive share partition, and with what a restart loads [L-2]-[L-9][L-11]-[L-22][L-25][L-29]-[L-31][L-34]-[L-36][L-40]-[L-57]', () => {
  fc.assert(
    fc.property(
      config,
      topicTtlMs,
      fc.array(op, { minLength: 10, maxLength: 70, size: 'max' }),
      (settings, ttlMs, steps) => {
        const twins = new Twins(settings, ttlMs);
        for (const step of steps) {
          run(twins, step);
          twins.compare();
        }
        expect(twins.loaded()).toEqual(twins.held());
        compareLetters(twins.machine, twins.naive.deaths);
        compareLists(twins.machine, twins.naive.messages);
      },
    ),
    { numRuns: 600 },
  );
}, 120_000);
