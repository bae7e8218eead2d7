// CI's counting: whatever ends badly must count as a failure.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from './sources.ts';

const GOOD = {
  numPassedTests: 3,
  numFailedTests: 0,
  numPendingTests: 1,
  numTodoTests: 1,
  success: true,
  testResults: [
    { name: join(ROOT, 'test/docs/tour.test.ts'), assertionResults: [{ status: 'passed' }] },
    { name: join(ROOT, 'test/e2e/a.test.ts'), assertionResults: [{ status: 'failed' }] },
  ],
};

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-ci-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function counts(report: object | undefined, exitCode: number): string {
  const file = join(folder, report === undefined ? 'absent.json' : 'report.json');
  if (report !== undefined) writeFileSync(file, JSON.stringify(report));
  const args = ['.ci/counts.mjs', file, String(exitCode)];
  return execFileSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' }).trim();
}

function testsOf(path: string): number | null {
  const file = join(folder, 'report.json');
  writeFileSync(file, JSON.stringify(GOOD));
  return spawnSync(process.execPath, ['.ci/counts.mjs', file, '0', path], { cwd: ROOT }).status;
}

describe('counts of CI', () => {
  it('a good run', () => {
    expect(counts(GOOD, 0)).toBe('3 0 2');
  });

  it('failed tests', () => {
    expect(counts({ ...GOOD, numFailedTests: 2, success: false }, 1)).toBe('3 2 2');
  });

  it('a bad end of a run without failed tests', () => {
    expect(counts(GOOD, 1)).toBe('3 1 2');
    expect(counts({ ...GOOD, success: false }, 0)).toBe('3 1 2');
  });

  it('no tests, or no report', () => {
    expect(counts({ ...GOOD, numPassedTests: 0 }, 0)).toBe('0 1 2');
    expect(counts(undefined, 0)).toBe('0 1 0');
  });

  it('asks a folder for a test that passed', () => {
    expect(testsOf('test/docs')).toBe(0);
    expect(testsOf('test/e2e')).toBe(1);
    expect(testsOf('test/none')).toBe(1);
  });
});
