// What backup and restore do with files: digests, copies, flushes, room on the disk. Whatever they write is on the disk
// when they return.

import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, statfsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { StartError } from '@millrace/options';
import { formatSize } from './text.ts';

const CHUNK_BYTES = 1024 * 1024;

export type OnBytes = (bytes: number) => void;

/** SHA-256 in hex. */
export async function digestOf(path: string, onBytes: OnBytes): Promise<string> {
  return readThrough(path, onBytes, async () => undefined);
}

/** Copies into a file that does not exist yet, flushes it, and gives the digest of what was copied. */
export async function copyWithDigest(from: string, to: string, onBytes: OnBytes): Promise<string> {
  const target = await open(to, 'wx');
  try {
    const digest = await readThrough(from, onBytes, async (chunk) => {
      await target.writeFile(chunk);
    });
    await target.sync();
    return digest;
  } finally {
    await target.close();
  }
}

async function readThrough(
  path: string,
  onBytes: OnBytes,
  take: (chunk: Buffer) => Promise<void>,
): Promise<string> {
  const hash = createHash('sha256');
  const source = await open(path, 'r');
  try {
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    for (let done = 0; ; ) {
      const { bytesRead } = await source.read(buffer, 0, CHUNK_BYTES, null);
      if (bytesRead === 0) return hash.digest('hex');
      const chunk = buffer.subarray(0, bytesRead);
      hash.update(chunk);
      await take(chunk);
      done += bytesRead;
      onBytes(done);
    }
  } finally {
    await source.close();
  }
}

/** A directory's names are on the disk only once it is flushed itself. */
export function flushPath(path: string): void {
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Before anything is written. Throws StartError where the file system of the directory has less room. */
export function checkRoom(path: string, bytes: number): void {
  const { bavail, bsize } = statfsSync(path);
  const free = bavail * bsize;
  if (free >= bytes) return;
  const text = `${path} has room for ${formatSize(free)}, the copy needs about ${formatSize(bytes)}`;
  throw new StartError('dataNotWritable', `${text}. Nothing was written.`);
}

/** Ctrl-C or SIGTERM ends the work at its next look, so that it can take away what it wrote. */
export async function untilInterrupted<T>(work: (look: () => void) => Promise<T>): Promise<T> {
  let isAsked = false;
  const ask = () => {
    isAsked = true;
  };
  process.on('SIGINT', ask).on('SIGTERM', ask);
  try {
    return await work(() => {
      if (isAsked) throw new StartError('interrupted', 'interrupted: the copy was taken away.');
    });
  } finally {
    process.off('SIGINT', ask).off('SIGTERM', ask);
  }
}
