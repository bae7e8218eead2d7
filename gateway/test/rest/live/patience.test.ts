// How long a slow reader is waited for.
import { setImmediate as turn } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';
import { losePatience } from '../../../src/rest/live/patience.ts';

function standStill(forMs: number): void {
  const until = performance.now() + forMs;
  while (performance.now() < until);
}

it('a while in which the process itself stood still is not held against anybody', async () => {
  const cut = vi.fn<() => void>();
  const stay = losePatience(300, cut);
  standStill(400);
  await turn();
  await turn();
  expect(cut).not.toHaveBeenCalled();
  stay();
});

it('has an end', async () => {
  await expect(new Promise<void>((resolve) => losePatience(20, resolve))).resolves.toBeUndefined();
});
