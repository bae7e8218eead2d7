// Commands of docs/operations.md and of other pages for operators, run in order against a server that has what they name: see
// support/operated.ts. Paths of the pages are folders of this test. Also docs/guide/production.md, docs/guide/schedules.md (its
// commands; its program is run by the client's guide test), client/README.md and protocol/README.md.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { MillraceProcess, TemporaryDirectory } from '@millrace/harness';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { type Block, ROOT, readPage } from '../docs/support/markdown.ts';
import { fillForOperations } from './support/operated.ts';
import { Shell } from './support/shell.ts';

let data: TemporaryDirectory;
let server: MillraceProcess;
let shell: Shell;
beforeAll(async () => {
  data = new TemporaryDirectory('millrace-operations-');
  server = await MillraceProcess.launch({ dataDir: join(data.path, 'data') });
  shell = await Shell.start(server, [
    ['/var/lib/millrace', server.dataDir],
    ['/backup/', `${data.path}/backup-`],
  ]);
  await fillForOperations(server.address);
});
afterAll(async () => {
  await server.end('SIGTERM');
  await shell.close();
  data.remove();
});

const blocksOf = (page: string, kind: string) =>
  readPage(page).blocks.filter((block) => block.kind === kind);

/** A server of the page, beside ours: it says where it listens, and stops when it is told to. */
const startsServer = ({ text }: Block) => /^millrace-(?:broker --|gateway)/.test(text);

async function startAndStop(line: string, folder: string): Promise<number | null> {
  const [program = '', ...args] = line.split(' ');
  const own = ['--log-format', 'json', ...(program === 'millrace-broker' ? ['--port', '0'] : [])];
  const given = args.map((arg, at) => {
    if (args[at - 1] === '--data-dir') return join(folder, 'other');
    if (args[at - 1] === '--http-port') return '0';
    return arg === '127.0.0.1:7650' ? server.address : arg;
  });
  const bin = `${ROOT}/${program.slice('millrace-'.length)}/dist/bin.js`;
  const admin = ['--admin-port', '0'];
  const child = spawn(process.execPath, [bin, ...given, ...own, ...(own.length > 2 ? admin : [])], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  for await (const said of createInterface({ input: child.stdout })) {
    if (!said.includes('"event":"listening"')) continue;
    child.kill('SIGTERM');
    break;
  }
  return ended;
}

const named = (block: Block) => [`${block.page}:${block.line}`, block] as const;

describe('commands run', () => {
  const pages = ['docs/operations.md', 'docs/guide/schedules.md', 'docs/guide/production.md'];
  const steps = pages.flatMap((page) => blocksOf(page, 'sh'));

  test('there are as many as were counted once', () => {
    expect(steps.length).toBeGreaterThanOrEqual(16);
  });

  test.each(steps.filter((step) => !startsServer(step)).map(named))('%s', async (_, { text }) => {
    await expect(shell.commands(text)).resolves.toEqual(expect.any(String));
  });

  const lines = steps.filter(startsServer).flatMap(({ text }) => text.trim().split('\n'));

  // Side by side: each waits mostly for its own start.
  test.concurrent.each(lines)('%s', async (line) => {
    expect(await startAndStop(line, data.path)).toBe(0);
  });
});

describe('what is shown is what there is', () => {
  test('the ready line has the fields that the page has', async () => {
    const [block] = blocksOf('docs/operations.md', 'json');
    const shown = JSON.parse((block?.text ?? '').replaceAll('\n', '')) as object;
    const other = new TemporaryDirectory('millrace-ready-');
    const flags = ['--port', '0', '--admin-port', '0', '--http-port', '0', '--log-format', 'json'];
    const bin = `${ROOT}/launcher/dist/bin.js`;
    const child = spawn(process.execPath, [bin, '--data-dir', join(other.path, 'data'), ...flags]);
    const ended = new Promise((resolve) => child.once('exit', resolve));
    let ready = '{}';
    for await (const said of createInterface({ input: child.stdout })) {
      if (!said.includes('"event":"listening"')) continue;
      ready = said;
      break;
    }
    child.kill('SIGTERM');
    await ended;
    other.remove();
    expect(Object.keys(JSON.parse(ready) as object)).toEqual(Object.keys(shown));
  });

  test('the job of Prometheus', () => {
    const [block] = blocksOf('docs/operations.md', 'yaml');
    expect(parse(block?.text ?? '')).toMatchObject({
      scrape_configs: [
        { job_name: 'millrace', static_configs: [{ targets: ['broker.example:7652'] }] },
      ],
    });
  });
});

describe('programs of the packages', () => {
  test('client/README.md', async () => {
    // Its names are others' here.
    await shell.commands('broker-cli topics delete orders; broker-cli queue delete billing');
    const [block] = blocksOf('client/README.md', 'js');
    expect(await shell.program(block?.text ?? '')).toBe("alice { item: 'tea' }\n");
  });

  test('protocol/README.md', async () => {
    const [block] = blocksOf('protocol/README.md', 'js');
    const port = server.address.split(':')[1] ?? '';
    expect(await shell.program((block?.text ?? '').replace('7650', port))).toContain("'flights'");
  });
});
