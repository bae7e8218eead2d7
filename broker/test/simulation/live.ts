// The course of a simulation: clients begin one thing after the other, while time passes, commits fail, the process is
// killed and the wall clock is set.

import type { Random } from '@millrace/harness';
import { vi } from 'vitest';
import type { World } from './world.ts';

const SETTLED_MS = 60_000;

/** Gives the number of calls that have no answer at the end, long after the last one was begun. */
export async function live(
  world: World,
  fate: Random,
  steps: number,
  act: () => Promise<void>,
): Promise<number> {
  const kills = fate.between(0, 6);
  world.abortPercent = fate.pick([0, 0, 3]);
  const pending = new Set<Promise<void>>();
  for (let step = 0; step < steps; step += 1) {
    const acting = act().finally(() => pending.delete(acting));
    pending.add(acting);
    await vi.advanceTimersByTimeAsync(fate.pick([0, 0, 1, 3, 10, 60, 300]));
    if (fate.chance(kills / steps)) await world.kill();
    if (fate.chance(0.01)) world.skewMs += fate.pick([-5_000, 2_000]);
  }
  await vi.advanceTimersByTimeAsync(SETTLED_MS);
  world.abortPercent = 0;
  return pending.size;
}
