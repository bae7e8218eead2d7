// Opens what the broker keeps on the disk: the directory with its lock, the store in it, and the identity it was given.
// Turns everything that can be wrong with them into one line for the operator.

import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { type ExitName, StartError } from '@millrace/options';
import {
  CommitAbortedError,
  DataDirectoryError,
  FlushUnknownError,
  openDataDirectory,
  openStore,
  StorageFormatError,
  type Store,
} from '@millrace/storage';
import type { BrokerOptions } from './options/table.ts';

export interface OpenStorage {
  readonly store: Store;
  /** Where it is, absolute. */
  readonly path: string;
  /** Names the data directory for ever, wherever it is moved. */
  readonly instanceId: string;
  /** A secret of the data directory, as random as a key. */
  readonly saltKey: Uint8Array;
  close(): Promise<void>;
}

export const DATA_FILE = 'shard-0.mdb';
export const INSTANCE_ROW = ['instanceId'] as const;
const SALT_ROW = ['saltKey'] as const;
const SALT_BYTES = 32;

/** Throws StartError. */
export async function openStorage(
  options: Pick<BrokerOptions, 'dataDir' | 'sync' | 'mapSize'>,
): Promise<OpenStorage> {
  try {
    const directory = await openDataDirectory(options.dataDir);
    try {
      return await openIn(directory, options);
    } catch (error) {
      await directory.close();
      throw error;
    }
  } catch (error) {
    throw describe(error);
  }
}

async function openIn(
  directory: Awaited<ReturnType<typeof openDataDirectory>>,
  { sync, mapSize }: Pick<BrokerOptions, 'sync' | 'mapSize'>,
): Promise<OpenStorage> {
  const { path } = directory;
  const file = join(path, DATA_FILE);
  const store = await openStore({ path: file, directory, sync, mapBytes: mapSize });
  const close = async () => {
    await store.close();
    await directory.close();
  };
  const instanceId = await ensureText(store, INSTANCE_ROW, randomUUID);
  const saltKey = await ensureText(store, SALT_ROW, () =>
    randomBytes(SALT_BYTES).toString('base64'),
  );
  return { store, path, instanceId, saltKey: Buffer.from(saltKey, 'base64'), close };
}

/** Made at the first start, and kept. */
async function ensureText(
  store: Store,
  key: readonly [name: string],
  make: () => string,
): Promise<string> {
  const saved = store.get('meta', key);
  if (typeof saved === 'string') return saved;
  const made = make();
  await store.commit([{ table: 'meta', key, value: made }]);
  return made;
}

/** The system's refusals that the operator can do something about; LMDB passes them on as negative numbers or names. */
const SYSTEM_REFUSALS =
  /\b(?:EACCES|EPERM|EROFS|ENOSPC|EDQUOT|Permission denied|Read-only file system)\b/;

function describe(error: unknown): unknown {
  const exit = exitOf(error);
  if (exit === undefined) return error;
  return new StartError(exit, `${(error as Error).message}.`.replace(/\.\.$/, '.'), {
    cause: error,
  });
}

function exitOf(error: unknown): ExitName | undefined {
  if (error instanceof StorageFormatError) return 'foreignData';
  if (error instanceof FlushUnknownError) return 'flushUnknown';
  if (error instanceof DataDirectoryError)
    return error.code === 'LOCKED' ? 'dataLocked' : 'dataNotWritable';
  if (error instanceof CommitAbortedError) return 'dataNotWritable';
  const isRefusal = error instanceof Error && SYSTEM_REFUSALS.test(error.message);
  return isRefusal ? 'dataNotWritable' : undefined;
}
