// `restore`: a data directory of a backup. What is wrong with the backup is found before a broker could start on it, and
// then nothing is left in the directory.

import { existsSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { StartError } from '@millrace/options';
import { openLmdbStore } from '@millrace/storage';
import { DATA_FILE, INSTANCE_ROW } from '../open-storage.ts';
import { claimDirectory, PART_FILE } from './claim-directory.ts';
import { checkRoom, copyWithDigest, flushPath, untilInterrupted } from './files.ts';
import { MANIFEST_FILE, type Manifest, readManifest } from './manifest.ts';
import { newLife } from './new-life.ts';
import { openDataFile, orStartError } from './open-data.ts';
import type { Screen } from './screen.ts';
import { formatSize } from './text.ts';
import { type Verification, verificationText, verify } from './verify.ts';

export interface RestoreOptions {
  /** Every batch and row is checked, not only that the bytes are those of the backup. */
  readonly verify: boolean;
  /** The directory goes on as the one that was backed up, rather than as a new one. */
  readonly keepInstance: boolean;
}

export interface RestoreDone {
  readonly directory: string;
  readonly backup: string;
  readonly instanceId: string | null;
  readonly manifest: Manifest;
  readonly verification: Verification | null;
}

/** Throws StartError; then the directory is as empty as before. */
export async function restore(
  from: string,
  to: string,
  options: RestoreOptions,
  screen: Screen,
): Promise<RestoreDone> {
  const source = resolve(from);
  if (!existsSync(source)) throw new StartError('noInput', `${source} does not exist.`);
  const manifest = readManifest(source);
  const file = join(source, manifest.file);
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat?.isFile() !== true)
    throw new StartError('noInput', `the backup lacks its file ${file}.`);
  const { size } = stat;
  if (size !== manifest.bytes) {
    const text = `${file} has ${size} bytes, the backup had ${manifest.bytes}`;
    throw new StartError('damaged', `${text}. Nothing was written.`);
  }
  const path = resolve(to);
  const held = await claimDirectory(path);
  try {
    checkRoom(path, size);
    return { ...(await fill(source, path, manifest, options, screen)), backup: source, manifest };
  } finally {
    await held.close();
  }
}

async function fill(
  source: string,
  path: string,
  manifest: Manifest,
  options: RestoreOptions,
  screen: Screen,
) {
  const part = join(path, PART_FILE);
  try {
    const file = join(source, manifest.file);
    const sha256 = await untilInterrupted(async (look) =>
      copyWithDigest(file, part, (done) => {
        look();
        screen.progress('copying', done, manifest.bytes, formatSize);
      }),
    );
    screen.clear();
    if (sha256 !== manifest.sha256) {
      const text = `the bytes of ${file} are not those that were backed up`;
      throw new StartError('damaged', `${text} (sha256 of ${MANIFEST_FILE}). Nothing was kept.`);
    }
    const verification = options.verify ? await verified(path, part, screen) : null;
    const instanceId = await adopt(part, options.keepInstance);
    rmSync(`${part}-lock`, { force: true });
    renameSync(part, join(path, DATA_FILE));
    flushPath(path);
    flushPath(dirname(path));
    return { directory: path, instanceId, verification };
  } catch (error) {
    for (const name of [part, `${part}-lock`]) rmSync(name, { force: true });
    throw error;
  }
}

async function verified(directory: string, file: string, screen: Screen): Promise<Verification> {
  const data = await openDataFile(directory, file);
  try {
    const verification = verify(data, {}, screen);
    if (verification.isSound) return verification;
    const text = `the backup is damaged:\n${verificationText(verification)}`;
    throw new StartError('damaged', `${text}\nNothing was kept.`);
  } finally {
    await data.snapshot.close();
  }
}

/** The identity of the directory: clients may tell by it that what they knew of offsets may be over. */
async function adopt(file: string, keepInstance: boolean): Promise<string | null> {
  const store = await orStartError(openLmdbStore({ path: file }));
  try {
    const saved = store.get('meta', INSTANCE_ROW);
    if (keepInstance) return typeof saved === 'string' ? saved : null;
    const { instanceId, writes } = newLife(store);
    await store.commit(writes);
    return instanceId;
  } finally {
    await store.close();
  }
}
