// The bare committer really stores what it counts, and leaves nothing behind.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { measureCommitter } from '../src/measure/committer-baseline.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bench-test-'));
  vi.stubEnv('TMPDIR', folder);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

it('counts whole batches until the time is over', async () => {
  const load = { batch: new Uint8Array(10_000), inFlight: 4, partitions: 3 };
  const { bytes, elapsedMs } = await measureCommitter(load, 'always', 50);
  expect(bytes).toBeGreaterThan(0);
  expect(bytes % 10_000).toBe(0);
  expect(elapsedMs).toBeGreaterThanOrEqual(50);
  expect(readdirSync(folder)).toEqual([]);
});
