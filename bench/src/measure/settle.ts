// The same machine before each run: memory for what the run will write is there, what was written before is on the disk, so that
// no write-back falls into the run, and others use little of the CPU. It waits for a while, never for good.

import { spawn } from 'node:child_process';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { TemporaryDirectory } from '@millrace/harness';
import { readBusySeconds } from './machine-usage.ts';

/** More than most runs write. */
const MEMORY_BYTES = 512 * 1024 * 1024;
const CHUNK_BYTES = 1024 * 1024;
const WRITE_BACK_MS_MAX = 30_000;
const QUIET_MS_MAX = 2_000;
const LOOK_MS = 200;
const SECOND_MS = 1_000;
/** Of one core: what a machine that does nothing else comes to. */
const BUSY_MAX = 0.2;

export async function settle(dataDir: string): Promise<void> {
  await haveMemory();
  await writeBack(dataDir);
  const deadline = performance.now() + QUIET_MS_MAX;
  while ((await coresInUse(LOOK_MS)) > BUSY_MAX && performance.now() < deadline);
}

/**
 * The host of a virtual machine may take back memory that lies free, and then each page that is used again costs microseconds: how
 * many depends on what was removed just before. Pages of a file that is written and removed stay with the machine for a while.
 */
async function haveMemory(): Promise<void> {
  const directory = new TemporaryDirectory('millrace-bench-memory-');
  try {
    const file = await open(join(directory.path, 'pages'), 'w');
    const chunk = Buffer.alloc(CHUNK_BYTES, 1);
    try {
      for (let bytes = 0; bytes < MEMORY_BYTES; bytes += CHUNK_BYTES) await file.write(chunk);
    } finally {
      await file.close();
    }
  } catch (error) {
    // Where there is no room for it, the run may have none either, and says so itself.
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  } finally {
    directory.remove();
  }
}

/** All that waits to be written in the file system of the directory. */
async function writeBack(path: string): Promise<void> {
  const child = spawn('sync', ['-f', path], { stdio: 'ignore', timeout: WRITE_BACK_MS_MAX });
  await new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    // No such program: then the system writes when it likes, as it would have.
    child.once('error', () => resolve());
  });
}

/** 0 where the system does not tell. */
async function coresInUse(ms: number): Promise<number> {
  const before = readBusySeconds();
  const startedAt = performance.now();
  await sleep(ms);
  const after = readBusySeconds();
  if (before === null || after === null) return 0;
  return ((after - before) * SECOND_MS) / (performance.now() - startedAt);
}
