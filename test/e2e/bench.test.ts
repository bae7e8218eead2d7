// The bench against a broker of its own: one short run of a workload, and what comes of one that cannot run.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Report } from '@millrace/bench';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const built = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const BIN = built('bench/dist/bin.js');
const READY = existsSync(BIN) && existsSync(built('broker/dist/bin.js'));

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-bench-test-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function bench(line: string, directory = folder) {
  const env = { ...process.env, TMPDIR: directory };
  const args = [BIN, ...line.split(' ')];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { env, encoding: 'utf8' });
  return { status, stdout, stderr };
}

describe.skipIf(!READY)('bench (needs the built packages)', () => {
  it('prints one JSON object with rates, latencies, the baseline and the machine', () => {
    const { status, stdout, stderr } = bench('produce --json --duration 1 --runs 1 --warmup 0.2');
    expect(stderr).toBe('');
    expect(status).toBe(0);
    const report = JSON.parse(stdout) as Report;
    expect(report.workload).toBe('produce');
    const { median, min, max } = report.recordsPerSecond;
    expect(median).toBeGreaterThan(0);
    expect([min, max]).toEqual([median, median]);
    expect(report.megabytesPerSecond.median).toBeCloseTo(median / 10_000, 1);
    const { p50 = 0, p99 = 0, p999 = 0 } = report.latencyMs ?? {};
    expect(p50).toBeGreaterThan(0);
    expect(p99).toBeGreaterThanOrEqual(p50);
    expect(p999).toBeGreaterThanOrEqual(p99);
    expect(report.baselineRatio).toBeGreaterThan(0);
    expect(report.environment).toMatchObject({ cores: expect.any(Number), node: process.version });
    expect(report.environment.settings).toMatchObject({ duration: 1, runs: 1, recordBytes: 100 });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('says what failed in the place of figures', () => {
    const { status, stdout, stderr } = bench('produce --json', join(folder, 'absent'));
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ workload: 'produce', error: { code: 'ENOENT' } });
    expect(stderr).toMatch(/^bench: produce failed: ENOENT/);
  });

  it('writes profiles of both sides that name the sources, and tables', () => {
    const out = join(folder, 'profiles');
    const { status, stdout, stderr } = bench(
      `profile produce --duration 0.5 --warmup 0 --out ${out}`,
    );
    expect(stderr).toBe('');
    expect(status).toBe(0);
    for (const side of ['broker', 'client']) {
      expect(stdout).toMatch(new RegExp(`^${side}: busy for \\d+ of \\d+ ms$`, 'm'));
      const profile = readFileSync(join(out, `produce-${side}.cpuprofile`), 'utf8');
      expect(profile).toMatch(new RegExp(`/${side}/src/[^"]+\\.ts"`));
      expect(profile).not.toMatch(new RegExp(`/${side}/dist/`));
      expect(existsSync(join(out, `produce-${side}.html`))).toBe(true);
    }
    rmSync(out, { recursive: true });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('makes a page of a run in which every part failed, and names them', () => {
    const out = join(folder, 'report.html');
    const results = join(folder, 'results.json');
    const line = `report --only workloads --out ${out} --results ${results}`;
    const { status, stderr } = bench(line, join(folder, 'absent'));
    expect(status).toBe(1);
    expect(stderr).toMatch(/^bench: produce failed: ENOENT/);
    expect(readFileSync(out, 'utf8')).toMatch(/Parts of this run failed[\s\S]*queue --sync os/);
    expect(bench(`report --from ${results} --out ${out}`).status).toBe(1);
    rmSync(out);
    rmSync(results);
    expect(readdirSync(folder)).toEqual([]);
  });
});
