import {
  existsSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type DataDirectory, openDataDirectory } from '../src/data-directory.ts';
import { DataDirectoryError } from '../src/errors.ts';
import { lockPlaceBeside } from '../src/lock-place.ts';
import { compileStorage, startChild } from './child.ts';
import { scratchDirectory } from './scratch-directory.ts';

const STORAGE = compileStorage('directory');

const isRoot = process.geteuid?.() === 0;

/** `held`, or the code of the error, which is one line. */
async function outcomeOf(opening: Promise<DataDirectory>): Promise<string> {
  try {
    await (await opening).close();
    return 'held';
  } catch (error) {
    if (!(error instanceof DataDirectoryError) || error.message.includes('\n')) throw error;
    return error.code;
  }
}

/** A path so long that no socket can be bound in it by its name. */
function deepDirectory(): string {
  let path = scratchDirectory();
  for (let i = 0; i < 12; i += 1) path = join(path, `a-rather-long-name-${i}`);
  return path;
}

describe('a data directory', () => {
  it('is made when absent, and leaves nothing behind', async () => {
    const path = join(scratchDirectory(), 'a', 'b');
    const held = await openDataDirectory(path);
    expect(held.path).toBe(realpathSync(path));
    expect(readdirSync(path)).toHaveLength(1);
    await held.close();
    expect(readdirSync(path)).toEqual([]);
    expect(await outcomeOf(openDataDirectory(path))).toBe('held');
  });

  it.each([
    ['the same path', scratchDirectory()],
    ['a deep path', deepDirectory()],
  ])('is held by one at a time within a process: %s', async (_, path) => {
    const held = await openDataDirectory(path);
    expect(await outcomeOf(openDataDirectory(path))).toBe('LOCKED');
    await held.close();
    expect(await outcomeOf(openDataDirectory(path))).toBe('held');
  });

  it('is one directory under all its names, however long they are', async () => {
    const deep = deepDirectory();
    const held = await openDataDirectory(deep);
    const short = join(scratchDirectory(), 'link');
    symlinkSync(deep, short);
    expect(await outcomeOf(openDataDirectory(short))).toBe('LOCKED');
    await held.close();
  });

  it('names the process that holds it, and is free when that is killed', async () => {
    const path = scratchDirectory();
    const child = startChild('hold-directory', [STORAGE, path]);
    await child.said(1);
    await expect(openDataDirectory(path)).rejects.toMatchObject({
      code: 'LOCKED',
      pid: child.process.pid,
      message: expect.stringContaining(`process ${child.process.pid}`),
    });
    child.process.kill('SIGKILL');
    expect(await child.ended()).toEqual(['held']);
    // Its socket is still there, and is taken over.
    expect(readdirSync(path)).toHaveLength(1);
    const held = await openDataDirectory(path);
    expect(readdirSync(path)).toHaveLength(1);
    await held.close();
  });

  it('stays locked while its holder is stopped', async () => {
    const path = scratchDirectory();
    const child = startChild('hold-directory', [STORAGE, path]);
    await child.said(1);
    child.process.kill('SIGSTOP');
    onTestFinished(() => void child.process.kill('SIGKILL'));
    expect(await outcomeOf(openDataDirectory(path))).toBe('LOCKED');
  });

  it('goes to exactly one of many that start at once, over a dead one', async () => {
    const path = scratchDirectory();
    for (let round = 0; round < 3; round += 1) {
      const starters = Array.from({ length: 6 }, () =>
        startChild('hold-directory', [STORAGE, path]),
      );
      await Promise.all(starters.map((starter) => starter.said(1)));
      const held = starters.filter(({ lines }) => lines[0] === 'held');
      const [holder] = held;
      expect(held).toHaveLength(1);
      for (const { lines } of starters) {
        expect(lines[0]).toMatch(/^(?:held|LOCKED \d+)$/);
      }
      for (const starter of starters) starter.process.kill('SIGKILL');
      await Promise.all(starters.map((starter) => starter.ended()));
      expect(holder).toBeDefined();
    }
  });

  it('is never held twice while many come and go within a process', async () => {
    const path = scratchDirectory();
    let holders = 0;
    let holdersMax = 0;
    let taken = 0;
    const refusals = new Set<string>();
    const tryOnce = async () => {
      const held = await openDataDirectory(path).catch((error: { code: string }) => error.code);
      if (typeof held === 'string') {
        refusals.add(held);
        return;
      }
      holders += 1;
      taken += 1;
      holdersMax = Math.max(holdersMax, holders);
      await new Promise((resolve) => setImmediate(resolve));
      holders -= 1;
      await held.close();
    };
    for (let round = 0; round < 10; round += 1) {
      await Promise.all(Array.from({ length: 10 }, tryOnce));
      expect(taken).toBeGreaterThan(round);
    }
    expect(holdersMax).toBe(1);
    expect([...refusals]).toEqual(['LOCKED']);
  });

  it('is refused when it is a file, or below one', async () => {
    const file = join(scratchDirectory(), 'file');
    writeFileSync(file, '');
    expect(await outcomeOf(openDataDirectory(file))).toBe('NOT_A_DIRECTORY');
    expect(await outcomeOf(openDataDirectory(join(file, 'below')))).toBe('NOT_A_DIRECTORY');
  });

  it('is refused when it cannot be written', async () => {
    const path = scratchDirectory();
    const closed = join(path, 'closed');
    mkdirSync(closed, { mode: 0o500 });
    if (isRoot) process.seteuid?.(65_534);
    onTestFinished(() => {
      if (isRoot) process.seteuid?.(0);
    });
    expect(await outcomeOf(openDataDirectory(closed))).toBe('NOT_WRITABLE');
    expect(await outcomeOf(openDataDirectory(join(closed, 'below')))).toBe('NOT_WRITABLE');
  });
});

describe('the place beside a directory that holds no sockets', () => {
  it('is short, and the same for every name of the directory', () => {
    const deep = deepDirectory();
    mkdirSync(deep, { recursive: true });
    const link = join(scratchDirectory(), 'link');
    symlinkSync(deep, link);
    const place = lockPlaceBeside(deep);
    expect(lockPlaceBeside(link).path).toBe(place.path);
    expect(lockPlaceBeside(scratchDirectory()).path).not.toBe(place.path);
    expect(existsSync(place.path)).toBe(true);
    expect(basename(place.path).length).toBeLessThan(50);
  });
});
