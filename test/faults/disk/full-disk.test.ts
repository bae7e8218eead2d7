// A file system that is really full, or cannot be written, under a real broker: small ones in memory, mounted for the test.
import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { BrokerProcess, TemporaryDirectory } from '@millrace/harness';
import { afterEach, describe, expect, it } from 'vitest';
import { IS_WHOLE, Keeper, reasonsNotReady, TOPIC } from './keeper.ts';

const TEST_MS = 120_000;
const NOT_WRITABLE = 73;
const made: TemporaryDirectory[] = [];

function mount(path: string, options: string): boolean {
  return spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', path]).status === 0;
}

/** Only the superuser may mount, and not everywhere. */
function canMount(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  const directory = new TemporaryDirectory('millrace-mount-');
  const isMounted = mount(directory.path, 'size=1m');
  if (isMounted) spawnSync('umount', [directory.path]);
  directory.remove();
  return isMounted;
}

function mounted(options: string): string {
  const directory = new TemporaryDirectory('millrace-full-');
  made.push(directory);
  if (!mount(directory.path, options)) throw new Error('the file system cannot be mounted');
  return directory.path;
}

afterEach(() => {
  for (const directory of made.splice(0)) {
    spawnSync('umount', ['-l', directory.path]);
    directory.remove();
  }
});

/** Takes all that is left, but for so many bytes. */
function fill(path: string, keptBytes = 0): void {
  const block = Buffer.alloc(65_536);
  const fd = openSync(path, 'w');
  const spare = join(path, '..', 'spare');
  const kept = openSync(spare, 'w');
  if (keptBytes > 0) writeSync(kept, Buffer.alloc(keptBytes));
  try {
    while (writeSync(fd, block) === block.length);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  } finally {
    closeSync(fd);
    closeSync(kept);
    rmSync(spare);
  }
}

async function open(root: string, ...flags: string[]): Promise<BrokerProcess> {
  return BrokerProcess.start({ dataDir: join(root, 'data'), flags });
}

describe.skipIf(!canMount())('a file system of its own (needs the right to mount)', () => {
  it.each(IS_WHOLE ? ['0', '4MiB'] : ['0'])(
    'that is full, with a reserve of %s: refused by name, not ready, read from, emptied, and served again [D-13] [A-100]',
    async (reserve) => {
      const root = mounted('size=32m');
      mkdirSync(join(root, 'data'));
      const keeper = new Keeper();
      let broker = await open(root, '--storage-reserve', reserve);
      const client = await keeper.connect(broker.address);
      await client.admin.createTopic({ name: TOPIC, partitions: 1 });
      await client.admin.createShareGroup({ group: 'g', topics: [TOPIC] });
      await keeper.send(broker.address, 40);
      fill(join(root, 'filler'));
      await expect
        .poll(
          async () => {
            await keeper.send(broker.address, 40, 50_000);
            return [...keeper.errors];
          },
          { timeout: 60_000, interval: 50 },
        )
        .toContain('STORAGE_FULL');
      const reasons = new Set<string>();
      await expect
        .poll(
          async () => {
            await keeper.send(broker.address, 8, 50_000);
            for (const reason of await reasonsNotReady(broker.adminUrl)) reasons.add(reason);
            return [...reasons];
          },
          { timeout: 60_000, interval: 50 },
        )
        .toContain(reserve === '0' ? '503 commits_failing' : '503 storage_full');
      // What was acknowledged can be read, also where nothing can be written.
      expect(await keeper.missing(broker.address)).toEqual([]);
      rmSync(join(root, 'filler'));
      await keeper.untilServed(broker.address);
      await expect
        .poll(() => reasonsNotReady(broker.adminUrl), { timeout: 30_000, interval: 50 })
        .toEqual([]);
      const [message] = await client
        .queue('g')
        .receive({ topics: TOPIC, maxMessages: 1, maxWaitMs: 5_000 });
      await message?.accept();
      expect(message?.offset).toBe(0);
      await client.close();
      await broker.end('SIGKILL');
      broker = await open(root, '--storage-reserve', reserve);
      expect(await keeper.missing(broker.address)).toEqual([]);
      expect(await broker.end('SIGTERM')).toMatchObject({ code: 0 });
    },
    TEST_MS,
  );

  it.runIf(IS_WHOLE)(
    'that is full at the start: the broker says so, or starts; nothing is lost once there is room',
    async () => {
      const root = mounted('size=24m');
      mkdirSync(join(root, 'data'));
      const keeper = new Keeper();
      let broker = await open(root, '--storage-reserve', '0');
      const client = await keeper.connect(broker.address);
      await client.admin.createTopic({ name: TOPIC, partitions: 1 });
      await client.close();
      await keeper.send(broker.address, 400);
      await broker.end('SIGKILL');
      fill(join(root, 'filler'));
      const outcome = await open(root, '--storage-reserve', '0').then(
        (started) => started.end('SIGKILL').then(() => 'started'),
        (error: unknown) => String(error),
      );
      expect(outcome).toMatch(/^started$|\(73\)/);
      rmSync(join(root, 'filler'));
      broker = await open(root, '--storage-reserve', '0');
      expect(await keeper.missing(broker.address)).toEqual([]);
      await keeper.untilServed(broker.address);
      await broker.end('SIGTERM');
    },
    TEST_MS,
  );

  it(
    'that is read-only: exit code 73, and nothing is changed',
    async () => {
      const root = mounted('size=24m');
      mkdirSync(join(root, 'data'));
      const keeper = new Keeper();
      let broker = await open(root);
      const client = await keeper.connect(broker.address);
      await client.admin.createTopic({ name: TOPIC, partitions: 1 });
      await client.close();
      await broker.end('SIGTERM');
      spawnSync('mount', ['-o', 'remount,ro', root]);
      await expect(open(root)).rejects.toThrow(`(${NOT_WRITABLE})`);
      spawnSync('mount', ['-o', 'remount,rw', root]);
      broker = await open(root, '--storage-reserve', '0');
      await keeper.untilServed(broker.address);
      await broker.end('SIGTERM');
    },
    TEST_MS,
  );

  it.runIf(IS_WHOLE)(
    'with room: a map that is too small for what comes grows under load',
    async () => {
      const root = mounted('size=160m');
      mkdirSync(join(root, 'data'));
      const keeper = new Keeper();
      const flags = ['--storage-reserve', '0', '--map-size', '16MiB'];
      let broker = await open(root, ...flags);
      const client = await keeper.connect(broker.address);
      await client.admin.createTopic({ name: TOPIC, partitions: 1 });
      await client.close();
      await keeper.send(broker.address, 80, 500_000);
      expect([...keeper.errors]).toEqual([]);
      await broker.end('SIGKILL');
      broker = await open(root, ...flags);
      expect(await keeper.missing(broker.address)).toEqual([]);
      await broker.end('SIGTERM');
    },
    TEST_MS,
  );
});
