// The scenarios as commands: what is proved exits with 0, what is spoiled with 1, wrong arguments with 2; a page tells of each.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../docs/support/markdown.ts';

const PLAY_MS_MAX = 100_000;

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

interface Result {
  readonly ok: boolean;
  readonly via: string;
  readonly error: string | null;
  readonly checks: readonly { readonly claim: string; readonly holds: boolean }[];
  readonly steps: readonly { readonly text: string }[];
}

function run(command: 'scenario' | 'scenarios', ...args: string[]): Promise<Ran> {
  const file = join(ROOT, `scenarios/dist/command/${command}.js`);
  return new Promise((resolve) => {
    // Variables of other programs that are called as knobs are, and are no good as such.
    const env = { ...process.env, LOG_LEVEL: 'trace', SEED: 'none', MAX_MESSAGES: '1000' };
    const options = { cwd: ROOT, timeout: PLAY_MS_MAX, env };
    execFile(process.execPath, [file, ...args], options, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      resolve({ code, stdout, stderr });
    });
  });
}

async function play(...args: string[]): Promise<{ code: number; result: Result }> {
  const { code, stdout } = await run('scenario', ...args, '--json');
  return { code, result: JSON.parse(stdout) as Result };
}

describe('plays', () => {
  it.each(['native', 'sqs'])('the happy path is proved, %s', async (via) => {
    const { code, result } = await play('happy', '--via', via);
    expect(result).toMatchObject({ ok: true, via, error: null });
    expect(result.checks.filter(({ holds }) => !holds)).toEqual([]);
    expect(result.steps.length).toBeGreaterThan(20);
    expect(code).toBe(0);
  });

  it.each(['happy', 'partial-batch'])('%s is not proved where it is spoiled', async (name) => {
    const { code, result } = await play(name, '--spoil');
    expect(result).toMatchObject({ ok: false, error: null });
    expect(result.checks.filter(({ holds }) => !holds)).not.toEqual([]);
    expect(code).toBe(1);
  });

  it('for people there are steps, checks and a verdict', async () => {
    const { code, stdout } = await run('scenario', 'partial-batch');
    expect(stdout).toMatch(/W1 refuses message \d+ \(attempt 1\)/);
    expect(stdout).toMatch(/│ deliveries +│ +13 │ +13 │ ok │/);
    expect(stdout).toMatch(/\nProven in \d+\.\d s\.\n$/);
    expect(code).toBe(0);
  });
});

describe('looks', () => {
  it('lists them all, each once', async () => {
    const { code, stdout } = await run('scenario', 'list', '--json');
    const names = (JSON.parse(stdout) as { name: string }[]).map(({ name }) => name);
    expect(names).toEqual([
      'happy',
      'crash',
      'duplicates',
      'business-idempotency',
      'poison',
      'partial-batch',
      'side-effects',
      'graceful-shutdown',
      'fifo-order',
      'out-of-order',
      'dlq-redrive',
      'backpressure',
      'backlog-drain',
      'purge-timing',
    ]);
    expect(code).toBe(0);
  });

  it.each([['no-such-play'], ['happy', '--via', 'post'], ['happy', '--no-such-flag'], ['--bad']])(
    'wrong arguments exit with 2: %s %s %s',
    async (...args) => {
      const { code, stdout, stderr } = await run('scenario', ...args);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toContain(args.at(-1));
    },
  );

  it.each([['sometimes'], ['fast', '--via', 'neither']])(
    'so do those of many: %s %s %s',
    async (...args) => {
      expect((await run('scenarios', ...args)).code).toBe(2);
    },
  );

  it('this machine can play them', async () => {
    const { code, stdout } = await run('scenarios', 'preflight');
    expect(stdout).not.toContain('FAILED');
    expect(code).toBe(0);
  });

  it('the scenarios agree with their table, their files and their pages', async () => {
    const { code, stdout } = await run('scenarios', 'validate');
    expect(stdout).not.toContain('FAILED');
    expect(code).toBe(0);
  });
});
