// The client as its users get it: packed, installed into an empty folder, imported by each Node there is, typed under each way
// of resolving modules, and no larger than it should be.

import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installedSize, installPacked } from '../../scripts/installed-size.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const isBuilt = existsSync(join(ROOT, 'client/dist/index.js'));
/** Paths of other versions of Node to try, by comma. */
const NODES = (process.env['MILLRACE_NODES'] ?? '').split(',').filter((path) => path !== '');

const PROGRAM = `
import { codecs, connect, MillraceError } from '@millrace/client';
import { encodeBatch } from '@millrace/protocol';
import { channel } from 'node:diagnostics_channel';
channel('tracing:millrace:client:connect:start').subscribe(() => console.log('connecting'));
const error = await connect({ brokers: '127.0.0.1:1', logger: null }).catch((error) => error);
console.log(error instanceof MillraceError, error.code, codecs.text.encode('a').length);
console.log(encodeBatch([{ value: Buffer.from('a') }], { nowMs: 0 }).length > 0);
`;

const TYPED = `
import { type Client, codecs, connect, MillraceError, type SentMessage } from '@millrace/client';
import { type RecordInput, encodeBatch } from '@millrace/protocol';
export async function main(): Promise<SentMessage> {
  const client: Client = await connect({ brokers: 'localhost' });
  const record: RecordInput = { value: encodeBatch([], { nowMs: 0 }) };
  const producer = client.producer({ codec: codecs.json<{ name: string }>() });
  // @ts-expect-error: the codec says what a value is.
  await producer.send({ topic: 't', value: 7 });
  client.transformer({
    topics: 't',
    group: 'g',
    eachMessage: ({ offset }, { produce }) => produce('u', { value: { at: offset.toFixed() } }),
  });
  if (record.value === null) throw new MillraceError('INTERNAL');
  return producer.send({ topic: 't', value: { name: 'a' } });
}
`;

let folder = '';
let app = '';

describe.skipIf(!isBuilt)('the packed client (needs the built packages)', () => {
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-packed-'));
    app = installPacked(folder);
    writeFileSync(join(app, 'program.mjs'), PROGRAM);
    writeFileSync(join(app, 'typed.ts'), TYPED);
  }, 120_000);
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it.each([process.execPath, ...NODES])('runs on %s', (node) => {
    const printed = execFileSync(node, ['program.mjs'], { cwd: app, encoding: 'utf8' });
    expect(printed).toBe('connecting\ntrue CONNECTION_LOST 1\ntrue\n');
  });

  it.skipIf(NODES.length === 0)('runs on other versions of Node (named in MILLRACE_NODES)', () => {
    expect(NODES.every((node) => existsSync(node))).toBe(true);
  });

  it.each([
    ['bundler', 'esnext', 'bundler'],
    ['node16', 'node16', 'node16'],
    ['nodenext', 'nodenext', 'nodenext'],
  ])('has types under %s', { timeout: 120_000 }, (_, module, moduleResolution) => {
    const types = join(app, 'node_modules/@types');
    if (!existsSync(types)) symlinkSync(join(ROOT, 'node_modules/@types'), types);
    const options = ['--module', module, '--moduleResolution', moduleResolution];
    const strict = ['--strict', '--exactOptionalPropertyTypes', '--target', 'es2022', '--noEmit'];
    const lib = ['--lib', 'es2023', '--types', 'node', '--skipLibCheck', 'false'];
    // The native compiler, and the last one that is written in JavaScript: once is enough for what takes it so long.
    const both = module === 'node16' ? ['node_modules', 'apidoc/node_modules'] : ['node_modules'];
    for (const compiler of both) {
      const tsc = join(ROOT, compiler, 'typescript/bin/tsc');
      const args = [tsc, ...options, ...strict, ...lib, 'typed.ts'];
      const { stdout } = spawnSync(process.execPath, args, { cwd: app, encoding: 'utf8' });
      expect(stdout).toBe('');
    }
  });

  it('is small', () => {
    const { packages, files, bytes, own } = installedSize(app);
    expect(packages).toBeGreaterThan(2);
    expect(packages).toBeLessThanOrEqual(8);
    expect(files).toBeLessThanOrEqual(1_100);
    expect(bytes).toBeLessThanOrEqual(6 * 1024 * 1024);
    expect(own.bytes).toBeLessThanOrEqual(3 * 1024 * 1024);
  });
});
