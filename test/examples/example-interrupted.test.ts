// A pattern that is interrupted leaves nothing behind: its broker ends, and the directory of its broker goes.
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { TemporaryDirectory } from '@millrace/harness';
import { expect, test } from 'vitest';
import { ROOT } from '../docs/support/markdown.ts';

const TEST_MS_MAX = 100_000;
const SAID_AGAIN = 20;

type Child = ChildProcessByStdio<null, Readable, Readable>;
type Moment = (child: Child, directory: string) => Promise<unknown>;

const brokerBegins: Moment = async (_child, directory) => {
  while (readdirSync(directory).length === 0) await sleep(1);
};

const firstLine: Moment = (child) => once(child.stdout, 'data');

test.each([
  ['Ctrl+C while its broker begins', brokerBegins, 'SIGINT'],
  ['Ctrl+C in the middle', firstLine, 'SIGINT'],
  ['the terminal is closed', firstLine, 'SIGHUP'],
] as const)('%s', { timeout: TEST_MS_MAX }, async (_name, moment, signal) => {
  const temporary = new TemporaryDirectory('millrace-interrupted-');
  const child = spawn(process.execPath, [join(ROOT, 'scripts/example.mjs'), 'request-response'], {
    env: { ...process.env, TMPDIR: temporary.path },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const { pid } = child;
  if (pid === undefined) throw new Error('it did not start');
  try {
    // The end of both streams is the end of all that was started: each has them.
    const complaints = text(child.stderr);
    const exited = once(child, 'exit');
    await moment(child, temporary.path);
    process.kill(-pid, signal);
    // As npm, which passes on what the terminal has told already.
    for (let time = 0; time < SAID_AGAIN && child.exitCode === null; time += 1) {
      child.kill(signal);
      await sleep(5);
    }
    // What is told behind its last step ends it by the signal itself: all the same.
    await exited;
    expect(await complaints).toBe('');
    expect(readdirSync(temporary.path)).toEqual([]);
  } finally {
    child.kill('SIGKILL');
    temporary.remove();
  }
});
