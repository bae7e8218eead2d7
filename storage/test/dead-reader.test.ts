// A reader beside the store that was killed must not keep freed pages from being used again for ever.

import { statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openLmdbStore } from '../src/lmdb-store.ts';
import { compileStorage, startChild } from './child.ts';
import { scratchDirectory } from './scratch-directory.ts';

const STORAGE = compileStorage('dead-reader');
const COMMITS = 200;
const VALUE = new Uint8Array(20_000);

describe('a reader that was killed', () => {
  it('is forgotten at the next look at the free space', async () => {
    const path = join(scratchDirectory(), 'shard-0.mdb');
    const store = await openLmdbStore({ path, sync: 'os' });
    const rewrite = async (): Promise<number> => {
      const before = statSync(path).size;
      for (let commit = 0; commit < COMMITS; commit += 1) {
        await store.commit([{ table: 'batches', key: [1, 0, 0], value: VALUE }]);
      }
      return statSync(path).size - before;
    };
    await rewrite();
    const child = startChild('hold-a-view', [STORAGE, path]);
    await child.said(1);
    // While it lives, nothing that is freed can be used again.
    expect(await rewrite()).toBeGreaterThan((COMMITS / 2) * VALUE.length);
    child.process.kill('SIGKILL');
    await child.ended();
    store.usage();
    expect(await rewrite()).toBe(0);
    await store.close();
  });
});
