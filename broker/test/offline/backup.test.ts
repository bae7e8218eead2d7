// Backup with the built binary beside a broker: where it writes, what it leaves where it fails, and what it says then. What is in
// the copy is proved by test/e2e/backup-at-work.test.ts.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openDataDirectory } from '@millrace/storage';
import { afterEach, describe, expect, it } from 'vitest';
import { isBuilt, startBroker } from '../process/broker-process.ts';
import { scratch } from './data-setup.ts';

const BIN = fileURLToPath(new URL('../../dist/bin.js', import.meta.url));
const started: ReturnType<typeof startBroker>[] = [];

afterEach(async () => {
  await Promise.all(started.splice(0).map((broker) => broker.stop('SIGKILL')));
});

async function offline(...args: string[]) {
  const child = spawn(process.execPath, [BIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  child.stdout.on('data', (text) => {
    out += String(text);
  });
  child.stderr.on('data', (text) => {
    err += String(text);
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out, err };
}

async function start(directory: string): Promise<void> {
  const broker = startBroker(directory);
  started.push(broker);
  await broker.ready;
}

describe.skipIf(!isBuilt)('backup (needs `npm run build`)', { timeout: 180_000 }, () => {
  it('writes to nothing but an empty directory, and leaves nothing where it fails', async () => {
    const directory = scratch();
    await start(directory);
    const full = scratch();
    writeFileSync(join(full, 'notes.txt'), 'mine');
    expect(await offline('backup', directory, full)).toMatchObject({ code: 73, out: '' });
    expect(readdirSync(full)).toEqual(['notes.txt']);
    expect((await offline('backup', full, scratch())).code).toBe(66);
    expect((await offline('backup', directory)).code).toBe(64);
    expect((await offline('backup', directory, scratch(), '--time-limit', '5')).code).toBe(64);
    expect((await offline('restore', directory, scratch())).code).toBe(65);
    expect((await offline('inspect', '--help')).code).toBe(0);
    const foreign = scratch();
    writeFileSync(join(foreign, 'shard-0.mdb'), 'not a data file'.repeat(1_000));
    const target = scratch();
    expect((await offline('backup', foreign, target)).code).toBe(65);
    expect(readdirSync(target)).toEqual([]);
  });

  it('takes away what a killed one left, and waits for nobody who is at it', async () => {
    const directory = scratch();
    await start(directory);
    const target = scratch();
    for (const name of ['shard-0.mdb.part', 'backup.json.part']) {
      writeFileSync(join(target, name), 'half of it');
    }
    const held = await openDataDirectory(target);
    expect(await offline('backup', directory, target)).toMatchObject({ code: 75, out: '' });
    await held.close();
    expect(await offline('backup', directory, target)).toMatchObject({ code: 0, err: '' });
    expect(readdirSync(target).toSorted()).toEqual(['backup.json', 'shard-0.mdb']);
    expect(await offline('backup', directory, target)).toMatchObject({ code: 73 });
    const restored = scratch();
    writeFileSync(join(restored, 'shard-0.mdb.part'), 'half of it');
    expect(await offline('restore', target, restored)).toMatchObject({ code: 0, err: '' });
    expect(readdirSync(restored)).toEqual(['shard-0.mdb']);
    // Directories that are there keep their mode; what is made in them is its owner's alone.
    const made = [directory, target, restored].flatMap((at) =>
      readdirSync(at).map((name) => [name, statSync(join(at, name)).mode & 0o077]),
    );
    expect(made).toContainEqual(['shard-0.mdb-lock', 0]);
    expect(made.filter(([, mode]) => mode !== 0)).toEqual([]);
  });

  it('says in one line what the system refuses', async () => {
    const directory = scratch();
    await start(directory);
    const backup = scratch();
    expect(await offline('backup', directory, backup)).toMatchObject({ code: 0 });
    const manifest = JSON.parse(readFileSync(join(backup, 'backup.json'), 'utf8'));
    rmSync(join(backup, 'shard-0.mdb'));
    mkdirSync(join(backup, 'shard-0.mdb'));
    const { size } = statSync(join(backup, 'shard-0.mdb'));
    writeFileSync(join(backup, 'backup.json'), JSON.stringify({ ...manifest, bytes: size }));
    const refused = await offline('restore', backup, scratch());
    expect(refused).toMatchObject({ code: 66, out: '' });
    expect(refused.err).toMatch(/^millrace-broker: [^\n]*\n$/);
    const odd = await offline('inspect', `${directory}/\u001B[31m`);
    expect(odd).toMatchObject({ code: 66, out: '' });
    expect(odd.err).toContain('\\u{1b}[31m does not exist');
  });

  it('of a full disk or a quota ends with a line and leaves nothing', async () => {
    const directory = scratch();
    await start(directory);
    const backup = scratch();
    expect(await offline('backup', directory, backup)).toMatchObject({ code: 0 });
    const target = scratch();
    const line = `ulimit -f 1 && exec "$0" "$@"`;
    const args = ['-c', line, process.execPath, BIN, 'restore', backup, target];
    const { status, stderr } = spawnSync('bash', args, { encoding: 'utf8' });
    expect(stderr).toMatch(/^millrace-broker: restore failed: EFBIG: [^\n]*\n$/);
    expect(status).toBe(73);
    expect(readdirSync(target)).toEqual([]);
  });
});
