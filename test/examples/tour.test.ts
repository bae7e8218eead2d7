// The README's tour works as written: its code blocks are taken out of the page and run, in order, in one shell.
// Only the ports and the data directory are others, given by environment variables.

import { execFile, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { TemporaryDirectory } from '@millrace/harness';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);

function tourBlocks(): string[] {
  const readme = readFileSync(`${ROOT}/README.md`, 'utf8');
  const [, tour = ''] = /\n## A tour in five minutes\n([\s\S]*?)\n## /.exec(readme) ?? [];
  const blocks = [...tour.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block = '']) => block);
  // What is to be run stands in the tour.
  expect(readme.match(/^```sh$/gm)).toHaveLength(blocks.length);
  return blocks;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return address.port;
}

async function untilReady(adminPort: number): Promise<void> {
  await expect
    .poll(
      async () => {
        const reply = await fetch(`http://127.0.0.1:${adminPort}/readyz`).catch(() => undefined);
        return reply?.status;
      },
      { timeout: 60_000, interval: 100 },
    )
    .toBe(200);
}

test('the tour of the README runs as written', { timeout: 180_000 }, async () => {
  const [start, ...blocks] = tourBlocks();
  expect(start).toBe('npm start\n');
  expect(blocks.length).toBeGreaterThanOrEqual(8);
  const directory = new TemporaryDirectory('millrace-tour-');
  const [port, adminPort, httpPort] = [await freePort(), await freePort(), await freePort()];
  const env = {
    ...process.env,
    MILLRACE_PORT: `${port}`,
    MILLRACE_ADMIN_PORT: `${adminPort}`,
    MILLRACE_HTTP_PORT: `${httpPort}`,
    MILLRACE_DATA_DIR: `${directory.path}/data`,
    MILLRACE_BROKER: `127.0.0.1:${port}`,
  };
  const broker = spawn('bash', ['-c', start ?? ''], {
    cwd: ROOT,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const said: string[] = [];
  for (const stream of [broker.stdout, broker.stderr])
    stream.on('data', (chunk) => said.push(`${chunk}`));
  const ended = new Promise<void>((resolve) => broker.once('exit', () => resolve()));
  try {
    const startFailed = ended.then(() => expect.fail(`npm start ended: ${said.join('')}`));
    await Promise.race([untilReady(adminPort), startFailed]);
    const script = blocks.map((block) => `${block}\necho '--- end of block'\n`).join('');
    const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', script], {
      cwd: ROOT,
      env,
      timeout: 150_000,
    });
    const printed = stdout.split('--- end of block\n');
    expect(printed[0]).toContain('Stored 3 records');
    expect(printed[1]?.match(/"item":"(tea|coffee|cake)"/g)).toHaveLength(6);
    expect(printed[1]).toContain('billing');
    expect(printed[2]).toContain('the oven is cold');
    expect(printed[3]).toContain('the oven is broken');
    expect(printed[4]).toContain('cooking for eve');
    expect(printed[5]).toContain('Moved 1 dead letter');
    expect(printed[6]).toContain('<MessageId>');
    expect(printed[6]).toContain('table four is ready');
    expect(printed[7]).toContain('event loop');
    expect(printed[7]).toContain('millrace_share_group_messages');
  } finally {
    if (broker.exitCode === null) process.kill(-(broker.pid ?? 0), 'SIGTERM');
    await ended;
    directory.remove();
  }
});
