// The programs of docs/guide, run as they are against a real broker; what they print is what the guide says.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const BROKER = join(ROOT, 'broker/dist/bin.js');
const isBuilt = existsSync(BROKER) && existsSync(join(ROOT, 'client/dist/index.js'));

/** In the order in which they are run, on one broker. */
const GUIDES = [
  'client.md',
  'queue.md',
  'schedules.md',
  'transactions.md',
  'tables.md',
  'tracing.md',
];

function guideOf(name: string): string {
  return readFileSync(join(ROOT, 'docs/guide', name), 'utf8');
}

/** Programs with what they print, in order. */
function programs(name: string): [title: string, program: string, output: string][] {
  const guide = guideOf(name);
  const blocks = guide.matchAll(/```js\n([\s\S]*?)```\n\n```text\n([\s\S]*?)```/g);
  return [...blocks].map(([, program = '', output = '']) => {
    const title =
      guide
        .slice(0, guide.indexOf(program))
        .match(/## (.*)/g)
        ?.at(-1) ?? '';
    return [title.slice(3), program, output];
  });
}

async function listeningPort(broker: ChildProcess): Promise<number> {
  for await (const line of createInterface({ input: broker.stdout as NodeJS.ReadableStream })) {
    const entry = JSON.parse(line) as { event?: string; port?: number };
    if (entry.event === 'listening' && entry.port !== undefined) return entry.port;
  }
  throw new Error('the broker did not start');
}

describe.skipIf(!isBuilt)('the guide (needs the built broker and client)', () => {
  let broker: ChildProcess;
  let port = 0;
  const folder = mkdtempSync(join(tmpdir(), 'millrace-guide-'));

  beforeAll(async () => {
    const options = ['--port', '0', '--admin-port', '0', '--log-format', 'json'];
    const args = [BROKER, ...options, '--data-dir', join(folder, 'data')];
    broker = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    port = await listeningPort(broker);
  });

  afterAll(async () => {
    const ended = new Promise((resolve) => broker.once('exit', resolve));
    broker.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true });
  });

  it.each(GUIDES)('%s has programs', (name) => {
    expect(programs(name).length).toBe(guideOf(name).split('```js\n').length - 1);
  });

  it.each(GUIDES.flatMap(programs))('%s', async (_, program, output) => {
    const client = new URL('../dist/index.js', import.meta.url).href;
    const file = join(folder, 'program.mjs');
    const face = client.replace('index.js', 'opentelemetry/instrument.js');
    const here = program
      .replace("'@millrace/client'", `'${client}'`)
      .replace("'@millrace/client/opentelemetry'", `'${face}'`)
      .replace(
        /'(@opentelemetry\/[\w-]+)'/g,
        (_all, name: string) => `'${import.meta.resolve(name)}'`,
      )
      .replace('7650', String(port));
    writeFileSync(file, here);
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [file], {
      timeout: 20_000,
    });
    expect(stderr).toBe('');
    expect(stdout).toBe(output);
  });
});
