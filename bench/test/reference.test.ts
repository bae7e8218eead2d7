// The reference page is made from the tables; the one in the repository is the newest. `vitest run bench -u` rewrites it.
import { expect, it } from 'vitest';
import { benchReference } from '../src/reference.ts';

it('is the page in docs/reference', async () => {
  await expect(benchReference()).toMatchFileSnapshot('../../docs/reference/bench.md');
});
