// Opens what an offline command reads: the data file of a directory, in one view. Turns what can be wrong with it into
// one line for the operator. It takes no lock: a broker may be at work.

import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { View } from '@millrace/core';
import { StartError } from '@millrace/options';
import {
  CommitAbortedError,
  DataDirectoryError,
  openSnapshot,
  type Snapshot,
  StorageFormatError,
} from '@millrace/storage';
import { DATA_FILE } from '../open-storage.ts';

export interface OpenData {
  /** Absolute. */
  readonly directory: string;
  readonly file: string;
  readonly snapshot: Snapshot;
  /** The same, with the types of rows. What a damaged file holds may be something else. */
  readonly view: View;
}

/** The data file of a directory. Throws StartError where there is none. */
function dataFileOf(directory: string): string {
  const path = resolve(directory);
  if (!existsSync(path)) throw new StartError('noInput', `${path} does not exist.`);
  const file = join(path, DATA_FILE);
  if (!statSync(path).isDirectory() || !existsSync(file)) {
    throw new StartError('noInput', `${path} is no data directory: it holds no ${DATA_FILE}.`);
  }
  return file;
}

/** Throws StartError. */
export async function openData(directory: string): Promise<OpenData> {
  return openDataFile(resolve(directory), dataFileOf(directory));
}

/** The same of a file that has another name as yet. */
export async function openDataFile(directory: string, file: string): Promise<OpenData> {
  const snapshot = await orStartError(openSnapshot(file));
  const view = snapshot as unknown as View;
  return { directory, file, snapshot, view };
}

/** What the storage refuses, as one line and an exit code. */
export async function orStartError<T>(opening: Promise<T>): Promise<T> {
  try {
    return await opening;
  } catch (error) {
    if (error instanceof StorageFormatError) {
      const exit = error.code === 'JOURNAL_DAMAGED' ? 'damaged' : 'foreignData';
      throw new StartError(exit, `${error.message}.`, { cause: error });
    }
    if (error instanceof DataDirectoryError) {
      throw new StartError('dataLocked', `${error.message}.`, { cause: error });
    }
    if (error instanceof CommitAbortedError) {
      throw new StartError('dataNotWritable', `${error.message}.`, { cause: error });
    }
    throw error;
  }
}
