// Measurements in processes of their own, with a real broker: figures come back, and so does why there are none.

import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { measureLine, measurePointApart } from '../src/apart/apart.ts';

const LENGTHS = { duration: 0.1, warmup: 0, runs: 1 };
const QUIET = { isProgressShown: false };

it('a line of the suite comes back as the report of its workload', async () => {
  const line = 'queue --backlog 1000 --partitions 2';
  const { report, failure } = await measureLine({ kind: 'line', line, lengths: LENGTHS }, QUIET);
  expect(failure).toBeNull();
  expect(report.workload).toBe('queue');
  expect(report.environment.settings).toMatchObject({ backlog: 1_000, partitions: 2, runs: 1 });
  expect(report.recordsPerSecond.median).toBeGreaterThan(0);
});

it('a point of a curve comes back', async () => {
  const runs = { ...LENGTHS, sync: 'os' } as const;
  const point = { kind: 'point', curve: 'partitions', series: 'produce', at: 3, runs } as const;
  expect(await measurePointApart(point, QUIET)).toMatchObject({ at: 3 });
});

it('what it fails with comes back', async () => {
  const task = { kind: 'line', line: 'produce --groups 3', lengths: LENGTHS } as const;
  await expect(measureLine(task, QUIET)).rejects.toThrow('produce does not take --groups');
});

it('ends when it is let go, and leaves nothing', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-apart-'));
  vi.stubEnv('TMPDIR', directory);
  try {
    const ending = new AbortController();
    const lengths = { ...LENGTHS, duration: 60 };
    const task = { kind: 'line', line: 'produce', lengths } as const;
    const measured = measureLine(task, { ...QUIET, signal: ending.signal });
    await expect.poll(() => readdirSync(directory), { timeout: 20_000 }).not.toEqual([]);
    ending.abort();
    await expect(measured).rejects.toThrow('its process ended with 1');
    expect(readdirSync(directory)).toEqual([]);
  } finally {
    vi.unstubAllEnvs();
    rmSync(directory, { recursive: true });
  }
});
