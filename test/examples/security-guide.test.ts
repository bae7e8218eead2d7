// docs/guide/security.md works as written: its blocks are run in order, in one shell, against the server that one of them
// starts. Only the ports are others. Needs openssl and curl.

import { execFile, execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { TemporaryDirectory } from '@millrace/harness';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CLIENT = pathToFileURL(`${ROOT}/client/dist/index.js`).href;
const run = promisify(execFile);

const hasTools = ['openssl version', 'curl --version'].every((line) => {
  try {
    execFileSync('sh', ['-c', line], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
});

interface Block {
  readonly kind: string;
  readonly text: string;
  /** What it prints; undefined: nothing is said of it. */
  readonly output: string | undefined;
}

function blocks(): Block[] {
  const guide = readFileSync(`${ROOT}/docs/guide/security.md`, 'utf8');
  const found = guide.matchAll(/```(sh|js)\n([\s\S]*?)```(?:\n\n```text\n([\s\S]*?)```)?/g);
  return [...found].map(([, kind = '', text = '', output]) => ({ kind, text, output }));
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return address.port;
}

/** The server goes to the background, and is awaited, and ends with the shell. */
function started(text: string): string {
  const command = text.trimEnd();
  return `${command} > server.log 2>&1 &
server=$!
trap 'kill $server; wait $server' EXIT
until curl -sfk "https://127.0.0.1:$MILLRACE_ADMIN_PORT/readyz" -o /dev/null; do
  kill -0 $server || { cat server.log >&2; exit 1; }
  sleep 0.1
done
`;
}

test.skipIf(!hasTools)('the guide to security runs as written', { timeout: 180_000 }, async () => {
  const directory = new TemporaryDirectory('millrace-guide-');
  const [port, httpPort, adminPort] = [await freePort(), await freePort(), await freePort()];
  const here = (text: string) =>
    text
      .replaceAll('7650', `${port}`)
      .replaceAll('7651', `${httpPort}`)
      .replace("'@millrace/client'", `'${CLIENT}'`);
  const all = blocks();
  expect(all.length).toBeGreaterThanOrEqual(12);
  const steps = all.map(({ kind, text }, at) => {
    if (text.startsWith('millrace ')) return started(here(text));
    if (kind === 'sh') return here(text);
    writeFileSync(`${directory.path}/program-${at}.mjs`, here(text));
    return `node program-${at}.mjs\n`;
  });
  const env = {
    ...process.env,
    PATH: `${ROOT}/node_modules/.bin:${process.env['PATH'] ?? ''}`,
    MILLRACE_PORT: `${port}`,
    MILLRACE_HTTP_PORT: `${httpPort}`,
    MILLRACE_ADMIN_PORT: `${adminPort}`,
  };
  try {
    const script = steps.map((step) => `${step}echo '--- end of block'\n`).join('');
    const ran = await run('bash', ['-euo', 'pipefail', '-c', script], {
      cwd: directory.path,
      env,
      timeout: 150_000,
    });
    const printed = ran.stdout.split('--- end of block\n');
    const said = all.map(({ text, output }, at) => ({ text, output: output ?? printed[at] }));
    expect(said).toEqual(all.map(({ text }, at) => ({ text, output: printed[at] })));
    const log = readFileSync(`${directory.path}/server.log`, 'utf8');
    expect(log).toContain('"event":"denied"');
    for (const file of ['root.password', 'shop.token', 'shop.secret', 'secrets.key']) {
      expect(log).not.toContain(readFileSync(`${directory.path}/${file}`, 'utf8').trim());
    }
  } finally {
    directory.remove();
  }
});
