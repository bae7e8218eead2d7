// A scenario that is interrupted, or that nobody reads any more, ends what it started: its server, its workers, its directory.
// One that is killed leaves its directory alone. The demo does the same.
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { TemporaryDirectory } from '@millrace/harness';
import { expect, test } from 'vitest';
import { ROOT } from '../docs/support/markdown.ts';
import { isAlive } from './support/is-alive.ts';

const TEST_MS_MAX = 100_000;
const SCENARIO = 'command/scenario.js';

type Child = ChildProcessByStdio<null, Readable, Readable>;

/** Plays it with a directory for temporary ones of its own, which has to be empty afterwards. */
async function played(
  program: readonly [file: string, ...args: string[]],
  watch: (child: Child) => Promise<void>,
): Promise<void> {
  const temporary = new TemporaryDirectory('millrace-interrupted-');
  const [file, ...args] = program;
  const child = spawn(process.execPath, [join(ROOT, 'scenarios/dist', file), ...args], {
    env: { ...process.env, TMPDIR: temporary.path },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  try {
    const complaints = text(child.stderr);
    const exited = once(child, 'exit');
    await watch(child);
    expect(await exited).toEqual([1, null]);
    expect(await complaints).toBe('');
    expect(readdirSync(temporary.path)).toEqual([]);
  } finally {
    child.kill('SIGKILL');
    temporary.remove();
  }
}

function childrenOf({ pid }: Child): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return children.trim().split(' ').map(Number);
}

function serverOf(told: string): number {
  const server = Number(/the server \(pid (\d+)\)/.exec(told)?.[1]);
  expect(server).toBeGreaterThan(0);
  return server;
}

test.each([
  // In the middle: the handlers take seconds more.
  ['duplicates', 'has the effect of message 1'],
  // The play waits for a process, whose end is no reason to start the next one.
  ['crash', 'W1 starts'],
])('SIGINT in the middle of %s', { timeout: TEST_MS_MAX }, async (name, moment) => {
  await played([SCENARIO, name], async (child) => {
    const lines: string[] = [];
    for await (const line of createInterface({ input: child.stdout })) {
      lines.push(line);
      if (!line.endsWith(moment)) continue;
      // As from a terminal: once to each, and once more from npm, which passes it on.
      child.kill('SIGINT');
      child.kill('SIGINT');
    }
    const told = lines.join('\n');
    expect(told).toContain('It was not played to its end: interrupted\nNOT PROVEN');
    expect(isAlive(serverOf(told))).toBe(false);
  });
});

test('a pipe that is closed early', { timeout: TEST_MS_MAX }, async () => {
  let server = 0;
  await played([SCENARIO, 'duplicates'], async (child) => {
    for await (const line of createInterface({ input: child.stdout })) {
      if (!line.includes('the server (pid')) continue;
      server = serverOf(line);
      break;
    }
    child.stdout.destroy();
  });
  // Killed as its starter ended, and not waited for.
  await expect.poll(() => isAlive(server), { timeout: TEST_MS_MAX }).toBe(false);
});

test.each([
  ['SIGTERM', (child: Child) => child.kill('SIGTERM')],
  ['a closed pipe', (child: Child) => child.stdout.destroy()],
])('the demo, %s', { timeout: TEST_MS_MAX }, async (_name, end) => {
  await played(['demo/main.js'], async (child) => {
    const [first] = (await once(child.stdout, 'data')) as [Buffer];
    expect(first.toString()).toMatch(/^broker \d+ listens/);
    end(child);
  });
});

test('SIGKILL of the command', { timeout: TEST_MS_MAX }, async () => {
  const temporary = new TemporaryDirectory('millrace-killed-');
  const file = join(ROOT, 'scenarios/dist', SCENARIO);
  const child = spawn(process.execPath, [file, 'duplicates'], {
    env: { ...process.env, TMPDIR: temporary.path },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  try {
    let started: number[] = [];
    for await (const line of createInterface({ input: child.stdout })) {
      // In the middle: the handlers take seconds more, and tell nothing of it.
      if (!line.endsWith('has the effect of message 1')) continue;
      started = childrenOf(child);
      child.kill('SIGKILL');
    }
    expect(started.length).toBeGreaterThan(1);
    await expect.poll(() => started.filter(isAlive), { timeout: TEST_MS_MAX / 2 }).toEqual([]);
  } finally {
    child.kill('SIGKILL');
    temporary.remove();
  }
});
