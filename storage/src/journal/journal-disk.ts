// The files of the journal as the system has them: a write that returns is on the disk. Tests put another disk in its
// place, that fails and loses power. It knows nothing of frames.

import {
  closeSync,
  constants,
  fdatasync,
  fstatSync,
  ftruncate,
  openSync,
  rmSync,
  write,
  writev,
} from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { syncPath } from '../lmdb-environment.ts';

export interface JournalHandle {
  /** Bytes of the file. */
  readonly bytes: number;
  /**
   * Write parts one behind the other from `position` on, and flush them. Resolves with the bytes written, which are
   * fewer where the disk is full, and rejects with what the system says.
   */
  write(parts: readonly Uint8Array[], position: number): Promise<number>;
  /** Cut the file to so many bytes, and flush that. */
  truncate(bytes: number): Promise<void>;
  close(): void;
}

export interface JournalDisk {
  /** Opens a file, or makes it. */
  open(path: string): JournalHandle;
  /** Flush the names of the files. */
  syncNames(path: string): void;
  remove(path: string): void;
}

/** Like LMDB's own files. */
const MODE = 0o664;

/**
 * Linux flushes a write to such a descriptor before it returns: one call and one way to the thread pool, where a write
 * and a flush are two. Elsewhere it may leave the bytes in the cache of the disk.
 */
const FLUSHES_ITSELF = process.platform === 'linux';
const FLAGS = constants.O_RDWR | constants.O_CREAT | (FLUSHES_ITSELF ? constants.O_DSYNC : 0);

const flush = promisify(fdatasync);
const cut = promisify(ftruncate);

export const SYSTEM_DISK: JournalDisk = {
  open: (path) => new FileHandle(path),
  syncNames: (path) => syncPath(dirname(path)),
  remove: (path) => rmSync(path, { force: true }),
};

class FileHandle implements JournalHandle {
  readonly #fd: number;
  #bytes: number;

  constructor(path: string) {
    this.#fd = openSync(path, FLAGS, MODE);
    this.#bytes = fstatSync(this.#fd).size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  async write(parts: readonly Uint8Array[], position: number): Promise<number> {
    const written = await writeParts(this.#fd, parts, position);
    this.#bytes = Math.max(this.#bytes, position + written);
    if (!FLUSHES_ITSELF) await flush(this.#fd);
    return written;
  }

  async truncate(bytes: number): Promise<void> {
    await cut(this.#fd, bytes);
    await flush(this.#fd);
    this.#bytes = bytes;
  }

  close(): void {
    closeSync(this.#fd);
  }
}

/** By callbacks: the promises of node:fs cost an object for the handle and more turns of the queue. */
function writeParts(fd: number, parts: readonly Uint8Array[], position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const done = (error: Error | null, written: number): void => {
      if (error) reject(error);
      else resolve(written);
    };
    const [first] = parts;
    if (parts.length === 1 && first) write(fd, first, 0, first.length, position, done);
    else writev(fd, parts, position, done);
  });
}
