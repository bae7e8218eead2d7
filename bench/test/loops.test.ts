// The loops that make load: lanes side by side, and an open loop at a fixed rate.
import { describe, expect, it } from 'vitest';
import { Deferred } from '../src/deferred.ts';
import { runLanes } from '../src/lanes.ts';
import { pace } from '../src/workloads/pacer.ts';

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('runLanes', () => {
  it('has as many steps in flight as there are lanes', async () => {
    let inFlight = 0;
    let most = 0;
    let steps = 0;
    await runLanes(3, async () => {
      steps += 1;
      inFlight += 1;
      most = Math.max(most, inFlight);
      await turn();
      inFlight -= 1;
      return steps < 30;
    });
    expect(most).toBe(3);
    expect(steps).toBeGreaterThanOrEqual(30);
    expect(inFlight).toBe(0);
  });

  it('ends all lanes with the first failure', async () => {
    let steps = 0;
    const failing = runLanes(4, async () => {
      steps += 1;
      const isEighth = steps === 8;
      await turn();
      if (isEighth) throw new Error('no more');
      return steps < 1_000;
    });
    await expect(failing).rejects.toThrow('no more');
    for (let at = 0; at < 10; at += 1) await turn();
    expect(steps).toBeLessThan(16);
  });
});

describe('pace', () => {
  const never = new Deferred<never>().promise;

  it('makes the calls that are due, each told when, however late', async () => {
    const startedAt = performance.now();
    const due: number[] = [];
    const made = await pace(1_000, 100, (dueAt) => due.push(dueAt), never);
    expect(made).toBe(100);
    expect(due).toHaveLength(100);
    const first = due[0] ?? Number.NaN;
    expect(first).toBeGreaterThanOrEqual(startedAt);
    for (const [at, dueAt] of due.entries()) expect(dueAt).toBeCloseTo(first + at, 6);
    // The last is due after 99 ms: nothing was sent early.
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(99);
  });

  it('does not slow down for a slow caller', async () => {
    const due: number[] = [];
    const stall = (dueAt: number) => {
      due.push(dueAt);
      if (due.length > 1) return;
      const until = performance.now() + 50;
      while (performance.now() < until);
    };
    await pace(100, 100, stall, never);
    expect(due).toHaveLength(10);
    expect((due[9] ?? 0) - (due[0] ?? 0)).toBeCloseTo(90, 6);
  });

  it('stops when something has failed', async () => {
    const failure = new Deferred<never>();
    let calls = 0;
    const pacing = pace(
      1_000,
      60_000,
      () => {
        calls += 1;
        if (calls === 5) failure.reject(new Error('refused'));
      },
      failure.promise,
    );
    await expect(pacing).rejects.toThrow('refused');
    expect(calls).toBeLessThan(1_000);
  });
});
