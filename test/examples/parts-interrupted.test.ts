// Programs that are started together are in groups of their own: whoever started them ends them, also where its terminal is closed
// and where nobody reads it any more.
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { TemporaryDirectory } from '@millrace/harness';
import { expect, test } from 'vitest';
import { ROOT } from '../docs/support/markdown.ts';
import { isAlive } from './support/is-alive.ts';

const TEST_MS_MAX = 100_000;
const FREE_PORTS = ['web-port', 'port', 'http-port', 'admin-port'].flatMap((name) => [
  `--${name}`,
  '0',
]);
const ROLES = 5;

type Child = ChildProcessByStdio<null, Readable, null>;
type Moment = (child: Child, pids: readonly number[]) => void;

const terminalIsClosed: Moment = (child) => child.kill('SIGHUP');

/** It has something to say soon: a part that ends is told of. */
const pipeIsClosed: Moment = (child, [first = 0]) => {
  child.stdout.destroy();
  process.kill(first, 'SIGKILL');
};

test.each([
  ['the terminal is closed', terminalIsClosed],
  ['the pipe is closed', pipeIsClosed],
])('%s', { timeout: TEST_MS_MAX }, async (_name, moment) => {
  const temporary = new TemporaryDirectory('millrace-parts-');
  const script = join(ROOT, 'scripts/resume-builder.mjs');
  const child = spawn(process.execPath, [script, ...FREE_PORTS, '--dir', temporary.path], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const pids: number[] = [];
  try {
    const exited = once(child, 'exit');
    for await (const line of createInterface({ input: child.stdout })) {
      const pid = /\bpid (\d+)$/.exec(line)?.[1];
      if (pid !== undefined) pids.push(Number(pid));
      if (pids.length === ROLES) break;
    }
    moment(child, pids);
    expect(await exited).toEqual([0, null]);
    expect(pids.filter(isAlive)).toEqual([]);
  } finally {
    child.kill('SIGKILL');
    for (const pid of pids.filter(isAlive)) process.kill(pid, 'SIGKILL');
    temporary.remove();
  }
});
