// A redrive with workers at it and a crash between any two slices: every message is in exactly one place at any moment,
// and the task's counts say what happened.
import { deepEqual, equal, ok } from 'node:assert/strict';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { decideCancelTask, decideRemoved, decideRetention } from '../../src/index.ts';
import { GROUPS, PARTITIONS, RedriveWorld, TOPICS } from './redrive-world.ts';

const partition = fc.nat({ max: PARTITIONS - 1 });
const group = fc.constantFrom('workers' as const, 'undertakers' as const);
const filter = fc.oneof(
  { weight: 3, arbitrary: fc.constant({}) },
  { weight: 1, arbitrary: fc.record({ reason: fc.constantFrom('rejected', 'exhausted') }) },
  { weight: 1, arbitrary: fc.record({ partition, fromOffset: fc.nat({ max: 4 }) }) },
  { weight: 1, arbitrary: fc.record({ toOffset: fc.nat({ max: 6 }) }) },
  { weight: 1, arbitrary: fc.record({ error: fc.constantFrom('bad', 'good') }) },
  {
    weight: 1,
    arbitrary: partition.map((one) => ({
      among: [{ partition: one, firstOffset: 1, lastOffset: 2 }],
    })),
  },
);
const op = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple(fc.constant('die' as const), partition, fc.integer({ min: 1, max: 5 })),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constant('append' as const), partition, fc.integer({ min: 1, max: 5 })),
  },
  {
    weight: 5,
    arbitrary: fc.tuple(
      fc.constant('receive' as const),
      group,
      partition,
      fc.integer({ min: 1, max: 4 }),
    ),
  },
  {
    weight: 6,
    arbitrary: fc.tuple(
      fc.constant('settle' as const),
      group,
      fc.constantFrom('accept' as const, 'reject' as const, 'release' as const, 'reject' as const),
    ),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(
      fc.constant('start' as const),
      filter,
      fc.constantFrom(null, null, 'elsewhere'),
      fc.constantFrom(0, 0, 3),
      fc.boolean(),
    ),
  },
  { weight: 8, arbitrary: fc.tuple(fc.constant('slice' as const), fc.integer({ min: 1, max: 5 })) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('cancel' as const)) },
  {
    weight: 2,
    arbitrary: fc.tuple(
      fc.constant('reschedule' as const),
      partition,
      fc.nat({ max: 12 }),
      fc.constantFrom(1_000, 60_000),
    ),
  },
  { weight: 1, arbitrary: fc.tuple(fc.constant('due' as const)) },
  { weight: 3, arbitrary: fc.tuple(fc.constant('restart' as const)) },
  { weight: 2, arbitrary: fc.tuple(fc.constant('time' as const)) },
);
const orderings = fc.constantFrom('none' as const, 'key' as const);
type Op = typeof op extends fc.Arbitrary<infer T> ? T : never;

class Run {
  readonly world: RedriveWorld;
  readonly done = new Set<string>();
  #taskId = 0;

  constructor(ordering: 'none' | 'key') {
    this.world = new RedriveWorld(20_000, ordering);
  }

  step(step: Op): void {
    const { world } = this;
    switch (step[0]) {
      case 'append':
        world.append(step[1], step[2]);
        break;
      case 'die':
        this.#die(step[1], step[2]);
        break;
      case 'receive':
        world.receive(step[1], step[2], step[3]);
        break;
      case 'settle':
        this.#settle(step[1], step[2]);
        break;
      case 'start':
        this.#start(step[1], step[2], step[3], step[4]);
        break;
      case 'slice':
        this.#slice(step[1]);
        break;
      case 'cancel':
        if (this.#isRunning()) world.machine.run(decideCancelTask, { taskId: this.#taskId });
        break;
      case 'reschedule':
        world.reschedule(step[1], step[2], step[3]);
        break;
      case 'due':
        world.due();
        break;
      case 'restart':
        world.machine.reload();
        break;
      case 'time':
        this.#time();
    }
  }

  /** Nothing is lost, nothing is there twice. */
  check(): void {
    const places = this.world.places();
    for (const value of this.world.values) {
      const found = places.get(value) ?? [];
      if (this.done.has(value)) deepEqual(found, [], `${value} is done with`);
      else equal(found.length, 1, `${value} is in one place: ${found.join(', ')}`);
    }
  }

  #die(at: number, count: number): void {
    this.world.append(at, count);
    this.world.receive('workers', at, 100);
    while (this.world.held.workers.length > 0) this.#settle('workers', 'reject');
  }

  #settle(name: 'workers' | 'undertakers', kind: 'accept' | 'reject' | 'release'): void {
    // A letter that is rejected is dropped: nobody would know where it is.
    const how = name === 'undertakers' && kind === 'reject' ? 'accept' : kind;
    for (const value of this.world.settle(name, how)) this.done.add(value);
  }

  #isRunning(): boolean {
    return this.world.machine.state.tasks.running.has(this.#taskId);
  }

  #start(change: object, target: string | null, ratePerSecond: number, dryRun: boolean): void {
    if (this.#isRunning()) return;
    this.#taskId = this.world.start({ filter: change, target, ratePerSecond, dryRun });
  }

  #slice(messagesMax: number): void {
    if (!this.#isRunning()) return;
    const { world } = this;
    const before = world.task(this.#taskId);
    const letters = this.#letters();
    world.slice(this.#taskId, messagesMax);
    const after = world.task(this.#taskId);
    equal(letters - this.#letters(), before.dryRun ? 0 : after.moved - before.moved);
    ok(after.scanned <= after.total, 'no more is looked at than was there');
    ok(after.scanned - before.scanned <= PARTITIONS * 5 + 20, 'a slice is bounded');
    equal(after.failed, 0);
  }

  #letters(): number {
    const all = [...this.world.places().values()].flat();
    return all.filter((place) => place.startsWith('undertakers')).length;
  }

  /** Retention takes from the source what has died or is done with; what somebody still waits for is kept from it. */
  #time(): void {
    const { machine } = this.world;
    machine.nowMs += 15_000;
    const places = this.world.places();
    const isWanted = [...places.values()].flat().some((place) => place.startsWith('workers'));
    if (isWanted) return;
    for (let at = 0; at < PARTITIONS; at += 1) {
      const place = { topicId: TOPICS.orders, partition: at };
      while (machine.run(decideRetention, { ...place, rowsMax: 10 }).more);
      const key = { groupId: GROUPS.workers, ...place };
      while (machine.run(decideRemoved, { ...key, rowsMax: 10 }).more);
    }
  }
}

it('loses nothing and doubles nothing, and counts what it moves [L-116]-[L-121]', () => {
  fc.assert(
    fc.property(
      orderings,
      fc.array(op, { minLength: 10, maxLength: 60, size: 'max' }),
      (keys, steps) => {
        const run = new Run(keys);
        for (const step of steps) {
          run.step(step);
          run.check();
        }
        expect(run.world.machine.state.tasks.running.size).toBeLessThan(2);
      },
    ),
    { numRuns: 120 },
  );
}, 120_000);
