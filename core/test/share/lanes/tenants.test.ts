// Fairness among tenants: quiet ones are served first, nobody is held up for nothing, nothing is lost.
import { equal } from 'node:assert/strict';
import { TENANT_HEADER } from '@millrace/protocol';
import * as fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import {
  counters,
  decideAcknowledge,
  decideAppend,
  decideCreateShareGroup,
  decideCreateTopic,
  decideReceive,
  type Lease,
} from '../../../src/index.ts';
import type { LaneTable } from '../../../src/share/lanes/lane-table.ts';
import { appendRecords } from '../../support/batches.ts';
import { Machine } from '../../support/machine.ts';
import { topicChange } from '../../support/topic-change.ts';

const KEY = { groupId: 1, topicId: 1, partition: 0 };
const TEXT = new TextEncoder();
const QUIET_BELOW = 30;

class Tenants {
  readonly machine = new Machine();
  /** By offset. */
  readonly tenants: (string | null)[] = [];
  readonly open = new Set<number>();
  readonly leases: Lease[] = [];

  constructor() {
    const topic = { name: 'orders', partitions: 1, annotations: null, validateOnly: false };
    this.machine.run(decideCreateTopic, { ...topic, config: topicChange({}) });
    const group = { group: 'workers', topics: ['orders'], startAt: -2, deadLetterTopic: null };
    const config = { fairness: 'tenant' as const, backoff: 'none' as const, maxDeliveries: 0 };
    this.machine.run(decideCreateShareGroup, { ...group, config });
  }

  append(tenant: string | null, count: number): void {
    const headers = tenant === null ? [] : [[TENANT_HEADER, TEXT.encode(tenant)] as const];
    const records = Array.from({ length: count }, () => ({ value: TEXT.encode('v'), headers }));
    this.machine.run(decideAppend, appendRecords(1, 0, records));
    for (let i = 0; i < count; i += 1) {
      this.open.add(this.tenants.length);
      this.tenants.push(tenant);
    }
  }

  receive(maxMessages: number): number[] {
    const command = { ...KEY, memberId: 'm', maxMessages, maxBytes: 1_000_000 };
    const visibility = { visibilityTimeoutMs: 3_600_000 };
    const { leases } = this.machine.run(decideReceive, { ...command, ...visibility });
    this.leases.push(...leases);
    return leases.flatMap((lease) => offsetsOf(lease));
  }

  acknowledge(lease: Lease, kind: 'accept' | 'release'): void {
    const { firstOffset, lastOffset, token } = lease;
    const rest = { delayMs: kind === 'release' ? 0 : null, errorText: null };
    const command = { ...KEY, firstOffset, lastOffset, token, kind, ...rest };
    for (const outcome of this.machine.run(decideAcknowledge, command).outcomes) {
      equal(outcome.errorCode, 0);
    }
    this.leases.splice(this.leases.indexOf(lease), 1);
    if (kind === 'accept') for (const at of offsetsOf(lease)) this.open.delete(at);
  }

  /** Offsets in flight. */
  inFlight(): Set<number> {
    return new Set(this.leases.flatMap((lease) => offsetsOf(lease)));
  }

  inFlightOf(tenant: string | null): number {
    return [...this.inFlight()].filter((at) => this.tenants[at] === tenant).length;
  }
}

function offsetsOf({ firstOffset, lastOffset }: Lease): number[] {
  return Array.from({ length: lastOffset - firstOffset + 1 }, (_, i) => firstOffset + i);
}

const names = fc.constantFrom('big', 'big', 'big', 'mid', 'mid', 'a', 'b', 'c', null);
const op = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('append' as const),
      tenant: names,
      count: fc.integer({ min: 1, max: 60 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('receive' as const),
      max: fc.integer({ min: 1, max: 60 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('accept' as const, 'release' as const),
      lease: fc.nat({ max: 50 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const) }) },
);
type Op = typeof op extends fc.Arbitrary<infer T> ? T : never;

function run(all: Tenants, step: Op): void {
  if (step.kind === 'append') all.append(step.tenant, step.count);
  else if (step.kind === 'receive') receive(all, step.max);
  else if (step.kind === 'restart') all.machine.reload();
  else {
    const lease = all.leases[step.lease];
    if (lease !== undefined) all.acknowledge(lease, step.kind);
  }
}

function receive(all: Tenants, max: number): void {
  const before = all.inFlight();
  const flooded = new Set(
    ['big', 'mid', 'a', 'b', 'c'].filter((name) => all.inFlightOf(name) >= QUIET_BELOW),
  );
  const waiting = all.open.size - before.size;
  let given = all.receive(max);
  // What was parked just now is given by the next slice.
  if (given.length === 0 && waiting > 0) given = all.receive(max);
  expect(given.length > 0).toBe(waiting > 0);
  for (const at of given) expect(before.has(at) || !all.open.has(at)).toBe(false);
  const now = all.inFlight();
  const noisy = (name: string | null) =>
    name !== null && flooded.has(name) && all.inFlightOf(name) - given.length > 0.1 * now.size;
  if (!given.some((at) => noisy(all.tenants[at] ?? null))) return;
  for (const at of all.open) {
    if (now.has(at)) continue;
    const tenant = all.tenants[at] ?? null;
    const isQuiet = tenant === null || all.inFlightOf(tenant) < QUIET_BELOW;
    expect(isQuiet, `${at} of ${tenant} comes before a noisy tenant's`).toBe(false);
  }
}

describe('fairness among tenants', () => {
  it('serves quiet tenants before noisy ones, and never comes back empty for it [L-70]-[L-73]', () => {
    fc.assert(
      fc.property(fc.array(op, { minLength: 10, maxLength: 40 }), (steps) => {
        const all = new Tenants();
        for (const step of steps) run(all, step);
        const [counts] = all.machine.run(counters, { group: 'workers' }).partitions;
        expect(counts?.leased).toBe(all.inFlight().size);
        expect((counts?.fresh ?? 0) + (counts?.parked ?? 0)).toBe(
          all.open.size - all.inFlight().size,
        );
        for (let round = 0; round < 400 && all.open.size > 0; round += 1) {
          for (const lease of all.leases.slice()) all.acknowledge(lease, 'accept');
          all.receive(50);
        }
        expect(all.open.size).toBe(0);
        expect(all.machine.state.shares.at(1, 1, 0).lanes?.size).toBe(0);
        expect(all.machine.state.shares.at(1, 1, 0).load?.size).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  it('lets a tenant flood a group without holding up the others [L-71] [L-72]', () => {
    const all = new Tenants();
    all.append('big', 500);
    all.append('small', 5);
    const first = all.receive(100);
    // Thirty make it noisy; then the small one comes, and what room is left is for the noisy one.
    expect(first.filter((at) => at >= 500)).toHaveLength(5);
    expect(all.inFlightOf('big')).toBe(30);
    expect(all.receive(65)).toHaveLength(65);
    all.append('small', 10);
    all.append('tiny', 10);
    const second = all.receive(25);
    expect(second.filter((at) => all.tenants[at] === 'big')).toHaveLength(5);
    // Alone it gets everything: nothing is throttled.
    expect(all.receive(200)).toHaveLength(200);
  });

  it('serves the noisy one with the fewest messages in flight first [L-72]', () => {
    const all = new Tenants();
    all.append('big', 60);
    while (all.inFlightOf('big') < 60) all.receive(60);
    all.append('mid', 40);
    while (all.inFlightOf('mid') < 40) all.receive(40);
    all.append('big', 50);
    all.append('mid', 50);
    expect(all.receive(30)).toEqual([]);
    const given = all.receive(30);
    expect(given.filter((at) => all.tenants[at] === 'mid')).toHaveLength(25);
    expect(all.inFlightOf('big')).toBe(65);
  });

  it('asks no more tenants than it gives to, however many wait [L-72]', () => {
    const all = new Tenants();
    for (let i = 0; i < 200; i += 1) all.append(`t${i}`, 1);
    all.receive(200);
    while (all.leases[0] !== undefined) all.acknowledge(all.leases[0], 'release');
    let asked = 0;
    const lanes = all.machine.state.shares.at(1, 1, 0).lanes as LaneTable;
    const turns = [...lanes.turns()];
    const counting = vi.spyOn(lanes, 'turns').mockImplementation(function* counted() {
      for (const lane of turns) {
        asked += 1;
        yield lane;
      }
    });
    expect(all.receive(3)).toHaveLength(3);
    counting.mockRestore();
    expect(asked).toBe(3);
  });

  it('passes over fewer messages at a time where each waits by itself [L-43]', () => {
    const all = new Tenants();
    const records = Array.from({ length: 3_000 }, (_, i) => ({
      value: TEXT.encode('v'),
      headers: [[TENANT_HEADER, TEXT.encode(`t${i}`)] as const],
      delayMs: 60_000,
    }));
    all.machine.run(decideAppend, appendRecords(1, 0, records));
    const cursor = () => all.machine.state.shares.at(1, 1, 0).cursor;
    all.receive(1);
    expect(cursor()).toBeGreaterThan(0);
    expect(cursor()).toBeLessThan(1_400);
    all.receive(1);
    all.receive(1);
    expect(cursor()).toBe(3_000);
  });
});
