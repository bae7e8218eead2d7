// Where the lock sockets of a data directory live, and how they are named within the ~107 bytes a socket path may
// have. Every process must come to the same place for one directory, whatever path it was given.

import { constants, mkdirSync, statSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Linux takes 107 bytes, macOS 103. */
const SOCKET_PATH_BYTES_MAX = 103;
const NAME_BYTES_MAX = 48;

export interface LockPlace {
  /** The directory as others see it. */
  readonly path: string;
  /** The path to bind or connect to for the socket of this name. Good until `close`. */
  socketPath(name: string): string;
  close(): Promise<void>;
}

const fits = (path: string): boolean =>
  Buffer.byteLength(path) + 1 + NAME_BYTES_MAX <= SOCKET_PATH_BYTES_MAX;

/** Sockets in `directory` itself. On Linux a deep one is reached by way of an open descriptor. */
export async function lockPlaceIn(directory: string): Promise<LockPlace> {
  if (fits(directory)) return placeAt(directory);
  if (process.platform !== 'linux') return lockPlaceBeside(directory);
  const handle: FileHandle = await open(directory, constants.O_RDONLY | constants.O_DIRECTORY);
  return {
    path: directory,
    socketPath: (name) => `/proc/self/fd/${handle.fd}/${name}`,
    close: () => handle.close(),
  };
}

/** For file systems that hold no sockets: a short path that follows from what the directory is. This machine only. */
export function lockPlaceBeside(directory: string): LockPlace {
  const { dev, ino } = statSync(directory, { bigint: true });
  const path = join(tmpdir(), `millrace-${dev.toString(36)}-${ino.toString(36)}`);
  mkdirSync(path, { recursive: true, mode: 0o700 });
  return placeAt(path);
}

function placeAt(path: string): LockPlace {
  return { path, socketPath: (name) => join(path, name), close: async () => undefined };
}
