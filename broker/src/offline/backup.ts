// `backup`: a consistent copy of a data file in an empty directory, also beside a running broker. The manifest is written
// last; whatever goes wrong before takes the copy away again.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { StartError } from '@millrace/options';
import { foldJournal } from '@millrace/storage';
import { DATA_FILE } from '../open-storage.ts';
import { BROKER_VERSION } from '../version.ts';
import { claimDirectory, MANIFEST_PART_FILE, PART_FILE } from './claim-directory.ts';
import { checkRoom, digestOf, flushPath, untilInterrupted } from './files.ts';
import { MANIFEST_FILE, type Manifest, manifestOf } from './manifest.ts';
import { openData, openDataFile, orStartError } from './open-data.ts';
import type { Screen } from './screen.ts';
import { formatSize } from './text.ts';
import { type Verification, verify } from './verify.ts';

const COPY_PROCESS = fileURLToPath(new URL('./copy-process.js', import.meta.url));
const LOOK_MS = 200;
const WRITTEN = [PART_FILE, `${PART_FILE}-lock`, MANIFEST_PART_FILE, DATA_FILE];

export interface BackupOptions {
  /** The copy holds one view of the data file, which keeps freed pages from being used again: no longer than this. */
  readonly timeLimitMs: number;
  /** Every batch and row of the copy is checked before it is called a backup. */
  readonly verify: boolean;
}

export interface BackupDone extends Manifest {
  readonly target: string;
  readonly verification: Verification | null;
}

/** Throws StartError; then the target holds nothing. What a killed one left there, the next one takes away. */
export async function backup(
  directory: string,
  target: string,
  options: BackupOptions,
  screen: Screen,
): Promise<BackupDone> {
  const source = await sizeUp(directory);
  const path = resolve(target);
  const held = await claimDirectory(path);
  try {
    checkRoom(path, source.usedBytes);
    const createdAtMs = Date.now();
    const part = join(path, PART_FILE);
    await copy(source.file, part, source.usedBytes, options.timeLimitMs, screen);
    // The copy is of the data file alone, and may be newer than the look before it; never older.
    await orStartError(foldJournal(part, source.journaled));
    return await seal(path, createdAtMs, options, screen);
  } catch (error) {
    for (const name of WRITTEN) rmSync(join(path, name), { force: true });
    throw error;
  } finally {
    await held.close();
  }
}

async function sizeUp(directory: string) {
  const data = await openData(directory);
  try {
    const { journaled } = data.snapshot;
    return { file: data.file, usedBytes: data.snapshot.size().usedBytes, journaled };
  } finally {
    await data.snapshot.close();
  }
}

async function copy(
  from: string,
  to: string,
  bytes: number,
  timeLimitMs: number,
  screen: Screen,
): Promise<void> {
  const child = spawn(process.execPath, [COPY_PROCESS, from, to], {
    // It ends itself when its stdin does: with this process, however that ends.
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  let ending: StartError | undefined;
  const end = (error: StartError) => {
    ending ??= error;
    child.kill('SIGKILL');
  };
  const limit = `the copy took longer than ${timeLimitMs / 1_000} s (--time-limit)`;
  const late = setTimeout(
    () => end(new StartError('forced', `${limit}: it was given up.`)),
    timeLimitMs,
  );
  const look = setInterval(() => {
    const size = statSync(to, { throwIfNoEntry: false })?.size ?? 0;
    screen.progress('copying', size, bytes, formatSize);
  }, LOOK_MS);
  const stop = () => end(new StartError('interrupted', 'interrupted: the copy was taken away.'));
  process.on('SIGINT', stop).on('SIGTERM', stop);
  let said = '';
  child.stderr.on('data', (text) => {
    said += String(text);
  });
  try {
    const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
    if (ending !== undefined) throw ending;
    if (code !== 0) {
      const why = said.trim() === '' ? `its process ended by ${signal ?? code}` : said.trim();
      throw new StartError('dataNotWritable', `the copy failed: ${why}.`);
    }
  } finally {
    clearTimeout(late);
    clearInterval(look);
    process.off('SIGINT', stop).off('SIGTERM', stop);
    screen.clear();
  }
}

/** Looks at the copy, and makes it a backup. */
async function seal(
  path: string,
  createdAtMs: number,
  options: BackupOptions,
  screen: Screen,
): Promise<BackupDone> {
  const part = join(path, PART_FILE);
  const data = await openDataFile(path, part);
  const { view } = data;
  const meta = (name: string) => view.get('meta', [name]);
  const instanceId = meta('instanceId');
  const fields = {
    file: DATA_FILE,
    formatVersion: Number(meta('formatVersion')),
    instanceId: typeof instanceId === 'string' ? instanceId : null,
    topics: [...view.range('topics', { keysOnly: true })].length,
    groups: [...view.range('groups', { keysOnly: true })].length,
  };
  const verification = options.verify ? verify(data, {}, screen) : null;
  await data.snapshot.close();
  rmSync(`${part}-lock`, { force: true });
  if (verification !== null && !verification.isSound) {
    const count = verification.problemCount;
    const text = `the copy has ${count} problem${count === 1 ? '' : 's'}, and so has its source`;
    throw new StartError('damaged', `${text}: see inspect --verify. Nothing was kept.`);
  }
  const { size: bytes } = statSync(part);
  const sha256 = await untilInterrupted(async (look) =>
    digestOf(part, (done) => {
      look();
      screen.progress('digest', done, bytes, formatSize);
    }),
  );
  screen.clear();
  const times = { brokerVersion: BROKER_VERSION, createdAtMs };
  const manifest = manifestOf({ ...fields, ...times, bytes, sha256 });
  const manifestPart = join(path, MANIFEST_PART_FILE);
  // Never through a link that somebody else has put there.
  writeFileSync(manifestPart, `${JSON.stringify(manifest, null, 2)}\n`, { flag: 'wx' });
  flushPath(manifestPart);
  renameSync(part, join(path, DATA_FILE));
  renameSync(manifestPart, join(path, MANIFEST_FILE));
  flushPath(path);
  flushPath(dirname(path));
  return { target: path, ...manifest, verification };
}
