// Random commands on a share partition with ordering by key, against the naive one: no message of a key is ever leased
// while an earlier one is unresolved, nothing is lost, and a restart changes nothing.
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { LaneTwins } from './lane-twins.ts';
import type { NaiveLaneConfig } from './naive-lanes.ts';

const config: fc.Arbitrary<Omit<NaiveLaneConfig, 'ordering'>> = fc.record({
  visibilityTimeoutMs: fc.constantFrom(300, 2_000),
  maxDeliveries: fc.constantFrom(0, 0, 1, 2, 3),
  backoffBaseMs: fc.constantFrom(0, 200),
  onExhausted: fc.constantFrom('dlq' as const, 'drop' as const, 'block' as const),
  fence: fc.boolean(),
  lateReceipts: fc.constantFrom('accept' as const, 'accept' as const, 'refuse' as const),
});

const records = fc.array(
  fc.record({
    key: fc.constantFrom(null, 'a', 'a', 'b', 'c', 'd'),
    delayMs: fc.constantFrom(0, 0, 0, 0, 700, 5_000),
  }),
  { minLength: 1, maxLength: 8 },
);

const op = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('append' as const),
      records,
      isPlain: fc.boolean(),
      codec: fc.constantFrom('none' as const, 'gzip' as const),
      afterMs: fc.constantFrom(0, 0, 1_000),
    }),
  },
  {
    weight: 9,
    arbitrary: fc.record({
      kind: fc.constant('receive' as const),
      member: fc.constantFrom('ann', 'bob'),
      max: fc.integer({ min: 1, max: 9 }),
      visibilityMs: fc.constantFrom(null, 500, 10_000),
    }),
  },
  {
    weight: 14,
    arbitrary: fc.record({
      kind: fc.constant('ack' as const),
      lease: fc.nat({ max: 6 }),
      skip: fc.integer({ min: -1, max: 3 }),
      length: fc.integer({ min: 1, max: 6 }),
      whole: fc.boolean(),
      ack: fc.constantFrom(
        'accept' as const,
        'accept' as const,
        'release' as const,
        'reject' as const,
        'extend' as const,
        'return' as const,
      ),
      delayMs: fc.constantFrom(null, 0, 300, 1_000),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('time' as const),
      byMs: fc.constantFrom(1, 99, 250, 1_500, 4_000),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('change' as const),
      offset: fc.nat({ max: 30 }),
      action: fc.constantFrom('retry' as const, 'reschedule' as const, 'cancel' as const),
      delayMs: fc.constantFrom(0, 300, 3_000),
    }),
  },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('due' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('retain' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('restart' as const) }) },
);
type Op = typeof op extends fc.Arbitrary<infer T> ? T : never;

function run(twins: LaneTwins, step: Op): void {
  switch (step.kind) {
    case 'append': {
      twins.machine.nowMs += step.afterMs;
      const plain = step.records.map(({ key }) => ({ key, delayMs: 0 }));
      twins.append(step.isPlain ? plain : step.records, step.codec);
      break;
    }
    case 'receive':
      twins.receive(step.member, step.max, step.visibilityMs);
      break;
    case 'ack':
      acknowledge(twins, step);
      break;
    case 'time':
      twins.machine.nowMs += step.byMs;
      break;
    case 'change':
      twins.change(step.offset, step.action, step.delayMs);
      break;
    case 'due':
      twins.due();
      break;
    case 'retain':
      twins.retain();
      break;
    case 'restart':
      twins.restart();
  }
}

function acknowledge(twins: LaneTwins, step: Op & { kind: 'ack' }): void {
  const lease = twins.leases.at(-1 - step.lease);
  if (lease === undefined) return;
  const first = step.whole ? lease.firstOffset : Math.max(lease.firstOffset + step.skip, 0);
  const last = step.whole ? lease.lastOffset : first + step.length - 1;
  const { token } = lease;
  twins.acknowledge(first, last, { token, kind: step.ack, delayMs: step.delayMs });
}

it.each(['key', 'fifo'] as const)(
  'gives messages of a key in order, whatever happens: %s [L-60] [L-63] [L-64] [L-66] [L-76]',
  (ordering) => {
    let given = 0;
    fc.assert(
      fc.property(config, fc.array(op, { minLength: 20, maxLength: 70 }), (settings, steps) => {
        const twins = new LaneTwins({ ...settings, ordering });
        for (const step of steps) {
          run(twins, step);
          twins.compare();
        }
        twins.restart();
        twins.drain();
        twins.restart();
        twins.compare();
        given += twins.leases.length;
      }),
      { numRuns: 60 },
    );
    expect(given).toBeGreaterThan(300);
  },
);
