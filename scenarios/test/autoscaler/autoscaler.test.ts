// What the autoscaler decides: by single looks, against a queue that is worked off, and for looks of all kinds.

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Autoscaler, type ScalingPolicy } from '../../src/autoscaler/autoscaler.ts';

const POLICY: ScalingPolicy = {
  workersMin: 1,
  workersMax: 6,
  depthPerWorker: 10,
  growStepMax: 2,
  growPauseMs: 1_000,
  shrinkStepMax: 2,
  shrinkWindowMs: 3_000,
};

/** [at, depth, workers] of each look, and what is decided: [workers, why]. */
function decided(
  looks: readonly (readonly [number, number, number])[],
  policy: ScalingPolicy = POLICY,
): [number, string][] {
  const scaler = new Autoscaler(policy);
  return looks.map(([atMs, depth, workers]) => {
    const { workers: next, why } = scaler.decide({ atMs, depth, workers });
    return [next, why];
  });
}

describe('decisions', () => {
  test('grows at once, by a step at most, and then waits for what was added', () => {
    expect(
      decided([
        [0, 10, 1],
        [100, 55, 1],
        [1_099, 90, 3],
        [1_100, 90, 3],
        [2_100, 900, 5],
        [9_000, 900, 6],
      ]),
    ).toEqual([
      [1, 'enough'],
      [3, 'too few'],
      [3, 'just grew'],
      [5, 'too few'],
      [6, 'too few'],
      [6, 'enough'],
    ]);
  });

  test('takes workers away by a step, when fewer were enough all the time since the last change', () => {
    expect(
      decided([
        [0, 40, 4],
        [1_000, 0, 4],
        [2_000, 35, 4],
        [4_000, 22, 4],
        [5_000, 0, 4],
        [5_100, 0, 3],
        [8_000, 0, 3],
        [8_100, 0, 3],
      ]),
    ).toEqual([
      [4, 'enough'],
      [4, 'not for long enough'],
      [4, 'enough'],
      [4, 'not for long enough'],
      [3, 'too many'],
      [3, 'not for long enough'],
      [3, 'not for long enough'],
      [1, 'too many'],
    ]);
  });

  test('what it has not watched for the window says nothing about too many', () => {
    expect(
      decided([
        [5_000, 0, 2],
        [7_999, 0, 2],
        [8_000, 0, 2],
      ]).map(([workers]) => workers),
    ).toEqual([2, 2, 1]);
  });

  test('workers that died are replaced without a pause', () => {
    expect(
      decided([
        [0, 0, 0],
        [10, 0, 0],
      ]),
    ).toEqual([
      [1, 'too few'],
      [1, 'too few'],
    ]);
  });

  test('a queue that is empty may have nobody', () => {
    const looks = [
      [0, 0, 1],
      [3_000, 0, 1],
      [3_100, 1, 0],
    ] as const;
    expect(decided(looks, { ...POLICY, workersMin: 0 }).map(([workers]) => workers)).toEqual([
      1, 0, 1,
    ]);
  });

  test.each([
    ['workersMin', -1],
    ['workersMax', 0],
    ['workersMax', 2.5],
    ['depthPerWorker', 0],
    ['growStepMax', 0],
    ['shrinkStepMax', 0.5],
    ['growPauseMs', -1],
    ['shrinkWindowMs', Number.NaN],
  ] as const)('a policy with %s of %d is refused by name', (name, value) => {
    expect(() => new Autoscaler({ ...POLICY, [name]: value })).toThrow(`${name} is ${value}`);
  });

  test('looks have to come in order', () => {
    const scaler = new Autoscaler(POLICY);
    scaler.decide({ atMs: 10, depth: 0, workers: 1 });
    expect(() => scaler.decide({ atMs: 9, depth: 0, workers: 1 })).toThrow(RangeError);
  });
});

describe('a queue that is worked off', () => {
  const LOOK_MS = 100;
  const START_MS = 1_500;
  const DONE_A_SECOND = 10;

  interface Seen {
    readonly atMs: number;
    readonly depth: number;
    readonly workers: number;
  }

  /** Arrivals for 40 s, then none: depth and workers at each look. Workers begin a while after they were asked for. */
  function work(arrivalsASecond: number, shrinkWindowMs = 3_000): Seen[] {
    const scaler = new Autoscaler({ ...POLICY, shrinkStepMax: 1, shrinkWindowMs });
    let begin: number[] = [0];
    let depth = 0;
    const looks: Seen[] = [];
    for (let atMs = 0; atMs < 70_000; atMs += LOOK_MS) {
      const ready = begin.filter((ms) => ms <= atMs).length;
      const arrived = atMs < 40_000 ? (arrivalsASecond * LOOK_MS) / 1_000 : 0;
      depth = Math.max(0, depth + arrived - (ready * DONE_A_SECOND * LOOK_MS) / 1_000);
      const { workers } = scaler.decide({ atMs, depth, workers: begin.length });
      while (begin.length < workers) begin.push(atMs + START_MS);
      begin = begin.slice(0, workers);
      looks.push({ atMs, depth, workers });
    }
    return looks;
  }

  const settled = (looks: Seen[]) => looks.filter(({ atMs }) => atMs >= 20_000 && atMs < 40_000);
  const changes = (looks: Seen[]) =>
    looks.filter(({ workers }, at) => workers !== (looks[at - 1] ?? looks[0])?.workers).length;

  test.each([5, 15, 33, 42, 50])('%i a second: depth settles, then the workers go', (rate) => {
    const looks = work(rate);
    expect(Math.max(...settled(looks).map(({ depth }) => depth))).toBeLessThanOrEqual(70);
    expect(changes(settled(looks))).toBeLessThanOrEqual(10);
    expect(looks.at(-1)?.depth).toBeCloseTo(0);
    expect(looks.at(-1)?.workers).toBe(1);
  });

  test('without the window workers come and go in turn', () => {
    expect(changes(settled(work(33, 0)))).toBeGreaterThan(changes(settled(work(33))) + 4);
  });

  test('more than all of them can do grows on, with all of them at work', () => {
    const last = work(80)
      .filter(({ atMs }) => atMs < 40_000)
      .at(-1);
    expect(last?.workers).toBe(6);
    expect(last?.depth).toBeGreaterThan(500);
  });
});

test('for looks of all kinds: between the bounds, by steps, with pauses, never below what was needed of late', () => {
  const look = fc.record({ passedMs: fc.nat(1_500), depth: fc.nat(100), died: fc.nat(1) });
  fc.assert(
    fc.property(fc.array(look, { minLength: 1, maxLength: 60 }), (looks) => {
      const scaler = new Autoscaler(POLICY);
      const seen: { atMs: number; needed: number }[] = [];
      let [atMs, workers] = [0, 1];
      let [grewAtMs, changedAtMs] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
      for (const { passedMs, depth, died } of looks) {
        atMs += passedMs;
        workers = Math.max(0, workers - died);
        seen.push({ atMs, needed: Math.max(1, Math.min(6, Math.ceil(depth / 10))) });
        const next = scaler.decide({ atMs, depth, workers }).workers;
        const late = seen.filter((one) => one.atMs > Math.max(atMs - 3_000, changedAtMs));
        const most = Math.max(...late.map(({ needed }) => needed));
        const breaches = {
          bounds: next < 1 || next > 6,
          growStep: next > workers + 2,
          growPause: next > workers && workers >= 1 && atMs - grewAtMs < 1_000,
          shrinkStep: next < workers - 2,
          shrinkWindow: next < workers && (next < most || atMs - changedAtMs < 3_000),
        };
        expect(Object.entries(breaches).filter(([, isBroken]) => isBroken)).toEqual([]);
        if (next > workers) grewAtMs = atMs;
        if (next !== workers) changedAtMs = atMs;
        workers = next;
      }
    }),
  );
});
