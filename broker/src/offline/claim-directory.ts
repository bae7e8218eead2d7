// An empty directory that backup or restore fills: locked as a broker's is, so that two of them never write to one place,
// and what a killed one left there is known to be nobody's and goes. It touches nothing else that it finds.

import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { StartError } from '@millrace/options';
import { type DataDirectory, DataDirectoryError, openDataDirectory } from '@millrace/storage';
import { DATA_FILE } from '../open-storage.ts';
import { MANIFEST_FILE } from './manifest.ts';

/** What the data file is called before it is whole. */
export const PART_FILE = `${DATA_FILE}.part`;
export const MANIFEST_PART_FILE = `${MANIFEST_FILE}.part`;

const LEFTOVERS: ReadonlySet<string> = new Set([
  PART_FILE,
  `${PART_FILE}-lock`,
  MANIFEST_PART_FILE,
]);

/** What a lock of the directory, taken by us or by one that was killed, puts into it. */
const isLock = (name: string): boolean => /^(?:new-)?lock-\d+-/.test(name);

/** Makes the directory where it is missing. Throws StartError where something is in it, or another one fills it. */
export async function claimDirectory(path: string): Promise<DataDirectory> {
  // First without the lock: nothing is put beside the files of somebody else.
  checkEmpty(path);
  const held = await locked(path);
  try {
    checkEmpty(path);
    for (const name of LEFTOVERS) rmSync(join(path, name), { force: true });
    return held;
  } catch (error) {
    await held.close();
    throw error;
  }
}

function checkEmpty(path: string): void {
  let names: readonly string[];
  try {
    // For its owner alone, as a data directory is.
    mkdirSync(path, { recursive: true, mode: 0o700 });
    if (!statSync(path).isDirectory()) throw refusal(`${path} is not a directory`);
    names = readdirSync(path);
  } catch (error) {
    if (error instanceof StartError) throw error;
    throw refusal(`${path} cannot be used: ${(error as Error).message}`);
  }
  const found = names.find((name) => !isLock(name) && !LEFTOVERS.has(name));
  if (found !== undefined) throw refusal(`${path} is not empty: it holds ${found}`);
}

async function locked(path: string): Promise<DataDirectory> {
  try {
    const held = await openDataDirectory(path);
    // Of the files in here one at a time is written, and read by nobody before it is whole.
    held.letLook(async () => () => undefined);
    return held;
  } catch (error) {
    if (!(error instanceof DataDirectoryError)) throw error;
    const exit = error.code === 'LOCKED' ? 'dataLocked' : 'dataNotWritable';
    throw new StartError(exit, `${error.message}.`, { cause: error });
  }
}

function refusal(message: string): StartError {
  return new StartError('dataNotWritable', `${message}. Nothing was written.`);
}
