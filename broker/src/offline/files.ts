// What backup and restore do with files: digests, copies, flushes, empty directories. Whatever they write is on the disk
// when they return.

import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { StartError } from '../exit-codes.ts';

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

/** Makes the directory where it is missing. Throws StartError where something is in it, besides what `isOurs` takes. */
export function claimEmpty(path: string, isOurs: (name: string) => boolean = () => false): void {
  try {
    mkdirSync(path, { recursive: true });
    if (!statSync(path).isDirectory()) throw notEmpty(`${path} is not a directory`);
  } catch (error) {
    if (error instanceof StartError) throw error;
    throw notEmpty(`${path} cannot be used: ${(error as Error).message}`);
  }
  const found = readdirSync(path).find((name) => !isOurs(name));
  if (found !== undefined) throw notEmpty(`${path} is not empty: it holds ${found}`);
}

function notEmpty(message: string): StartError {
  return new StartError('dataNotWritable', `${message}. Nothing was written.`);
}
