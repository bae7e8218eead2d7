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

const LOAD = { batch: new Uint8Array(10_000), inFlight: 4, partitions: 3 };

it('counts whole batches until the time is over', async () => {
  const end = { durationMs: 50, bytesMax: Number.POSITIVE_INFINITY };
  const { bytes, elapsedMs } = await measureCommitter(LOAD, 'always', end);
  expect(bytes).toBeGreaterThan(0);
  expect(bytes % 10_000).toBe(0);
  expect(elapsedMs).toBeGreaterThanOrEqual(50);
  expect(readdirSync(folder)).toEqual([]);
});

it('ends when it has stored as much as it should, with what is in flight then', async () => {
  const end = { durationMs: 60_000, bytesMax: 200_000 };
  const { bytes } = await measureCommitter(LOAD, 'always', end);
  expect(bytes).toBeGreaterThanOrEqual(200_000);
  expect(bytes).toBeLessThanOrEqual(240_000);
});
