// What many simulations did and saw, summed up.

import { countsOf, type HistoryCounts } from '../history/counts.ts';
import type { Lived } from './live.ts';
import type { Blows } from './world.ts';

export class Counts {
  private seeds = 0;
  private steps = 0;
  private simulatedMs = 0;
  private readonly blows: { [name: string]: number } = {};
  private readonly seen: { [name: string]: number } = {};
  private readonly failures: { readonly seed: number; readonly violations: readonly string[] }[] =
    [];

  add(seed: number, { world, history, violations }: Lived): void {
    this.seeds += 1;
    this.steps += world.scheduler.steps;
    this.simulatedMs += world.scheduler.nowMs;
    sumUp(this.blows, world.blows);
    sumUp(this.seen, countsOf(history));
    if (violations.length > 0) this.failures.push({ seed, violations });
  }

  failed(seed: number, violations: readonly string[]): void {
    this.seeds += 1;
    this.failures.push({ seed, violations });
  }

  report(seconds: number) {
    const { seeds, steps, blows, seen, failures } = this;
    const faults = Object.values(blows).reduce((sum, count) => sum + count, 0);
    const simulatedHours = this.simulatedMs / 3_600_000;
    const pace = { seconds, seedsPerSecond: seeds / seconds };
    return { seeds, ...pace, simulatedHours, steps, faults, ...blows, ...seen, failures };
  }
}

function sumUp(into: { [name: string]: number }, counts: Blows | HistoryCounts): void {
  for (const [name, count] of Object.entries(counts)) {
    into[name] = (into[name] ?? 0) + (count as number);
  }
}
