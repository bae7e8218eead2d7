// The directory that a broker keeps its files in: made when absent, checked, and held by one process at a time.
// It opens no store.

import { accessSync, constants, mkdirSync, realpathSync, statSync } from 'node:fs';
import type { LetIn } from './directory-door.ts';
import { type DirectoryLock, takeLock } from './directory-lock.ts';
import { DataDirectoryError } from './errors.ts';
import { type LockPlace, lockPlaceBeside, lockPlaceIn } from './lock-place.ts';

export interface DataDirectory {
  /** Absolute, without links. */
  readonly path: string;
  /** Who wants to look beside us waits until it is called, and is let in between commits from then on. */
  letLook(letIn: LetIn): void;
  /** Lets another process have the directory. */
  close(): Promise<void>;
}

/** What the system says where a file system holds no sockets. */
const NO_SOCKETS = new Set(['EOPNOTSUPP', 'ENOTSUP', 'EINVAL', 'ENOSYS', 'EAFNOSUPPORT']);
const NOT_WRITABLE = new Set(['EACCES', 'EPERM', 'EROFS']);

/** @throws DataDirectoryError with one line for the operator. */
export async function openDataDirectory(path: string): Promise<DataDirectory> {
  const real = prepare(path);
  const lock = await lockIn(real);
  if (!('pid' in lock)) {
    return { path: real, letLook: (letIn) => lock.letLook(letIn), close: () => lock.release() };
  }
  const { pid } = lock;
  const message = `data directory ${real} is in use by process ${pid}: stop that broker or use another directory`;
  throw new DataDirectoryError('LOCKED', message, { pid });
}

/** The real path of a directory that can be written. */
function prepare(path: string): string {
  try {
    // What is made is for its owner alone: who reads it knows everything, and may guess passwords.
    mkdirSync(path, { recursive: true, mode: 0o700 });
    const real = realpathSync(path);
    if (!statSync(real).isDirectory()) throw notADirectory(path);
    accessSync(real, constants.R_OK | constants.W_OK | constants.X_OK);
    return real;
  } catch (error) {
    throw explain(path, error);
  }
}

async function lockIn(real: string): Promise<DirectoryLock | { readonly pid: number }> {
  try {
    return await inLockPlace(real, takeLock);
  } catch (error) {
    throw explain(real, error);
  }
}

/** In the directory, or beside it where it cannot hold sockets. `use` closes the place, unless it throws. */
export async function inLockPlace<T>(
  real: string,
  use: (place: LockPlace) => Promise<T>,
): Promise<T> {
  let place: LockPlace | undefined;
  try {
    place = await lockPlaceIn(real);
    return await use(place);
  } catch (error) {
    await place?.close();
    if (!NO_SOCKETS.has(codeOf(error))) throw error;
  }
  return use(lockPlaceBeside(real));
}

function explain(path: string, error: unknown): DataDirectoryError {
  if (error instanceof DataDirectoryError) return error;
  const code = codeOf(error);
  if (code === 'EEXIST' || code === 'ENOTDIR') return notADirectory(path);
  const reason = error instanceof Error ? error.message : String(error);
  if (NOT_WRITABLE.has(code)) {
    const message = `data directory ${path} is not writable by this user: ${reason}`;
    return new DataDirectoryError('NOT_WRITABLE', message, { cause: error });
  }
  const message = `data directory ${path} cannot be used: ${reason}`;
  return new DataDirectoryError('UNUSABLE', message, { cause: error });
}

const notADirectory = (path: string): DataDirectoryError =>
  new DataDirectoryError('NOT_A_DIRECTORY', `data directory ${path} is not a directory`);

const codeOf = (error: unknown): string => (error as { code?: string } | null)?.code ?? '';
