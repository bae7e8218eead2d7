// The power is cut under a real broker: every write and flush that it makes is recorded below the C library, and brokers are
// opened on what a disk may have kept at any moment. `npm run faults -- --states 1000 --seed 7` makes more.
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { HAS_LAYER } from '../layer/fault-layer.ts';
import { memoryDirectory, runLives } from './lives.ts';

const STATES = Number(process.env['MILLRACE_FAULTS_STATES'] ?? 3);
const LIVES = Number(process.env['MILLRACE_FAULTS_LIVES'] ?? 2);
const FIRST_SEED = Number(process.env['MILLRACE_FAULTS_SEED'] ?? 1);
const RUNS = Number(process.env['MILLRACE_FAULTS_RUNS'] ?? 1);

/** A line of JSON for each seed goes there. */
const REPORT = process.env['MILLRACE_FAULTS_REPORT'];

const made: string[] = [];
afterAll(() => {
  for (const path of made) rmSync(path, { recursive: true, force: true });
});

describe.skipIf(!HAS_LAYER)('a power cut under a broker (needs gcc on Linux)', () => {
  const seeds = Array.from({ length: RUNS }, (_, i) => FIRST_SEED + i);
  it.each(seeds)(
    'loses nothing that was acknowledged, leaves nothing half done: seed %d [D-1] [D-2] [D-11] [D-12] [D-15]',
    async (seed) => {
      const scratch = mkdtempSync(join(memoryDirectory() ?? tmpdir(), 'millrace-power-'));
      made.push(scratch);
      const report = await runLives({ seed, lives: LIVES, states: STATES, scratch });
      if (REPORT !== undefined) appendFileSync(REPORT, `${JSON.stringify({ seed, ...report })}\n`);
      expect(report.violations).toEqual([]);
      expect(report.states).toBe(LIVES * STATES);
      expect(report.acknowledged).toBeGreaterThan(0);
    },
    3_600_000,
  );
});
