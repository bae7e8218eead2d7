// The same machine before each run: what was written before is on the disk, so that no write-back falls into the run, others use
// little of the CPU, and there is memory for what the run will write. It waits for a while, never for good.

import { spawn } from 'node:child_process';
import { open } from 'node:fs/promises';
import { freemem } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { TemporaryDirectory } from '@millrace/harness';
import { readBusySeconds } from './machine-usage.ts';

/** More than most runs write in a millisecond. */
const MEMORY_BYTES_A_MS = 700_000;
const MEMORY_BYTES_MAX = 2 * 1024 * 1024 * 1024;
/** Of what the system could give: more would drive out what others have. */
const MEMORY_PART_MAX = 0.25;
const CHUNK_BYTES = 1024 * 1024;
const WRITE_BACK_MS_MAX = 30_000;
const QUIET_MS_MAX = 2_000;
const LOOK_MS = 200;
const SECOND_MS = 1_000;
/** Of one core: what a machine that does nothing else comes to. */
const BUSY_MAX = 0.2;

/** Before a run of so many milliseconds. */
export async function settle(dataDir: string, durationMs: number): Promise<void> {
  await writeBack(dataDir);
  const deadline = performance.now() + QUIET_MS_MAX;
  while ((await coresInUse(LOOK_MS)) > BUSY_MAX && performance.now() < deadline);
  // Last: what lies free may be taken back within seconds.
  const bytesMax = Math.min(MEMORY_BYTES_MAX, MEMORY_PART_MAX * freemem());
  await haveMemory(Math.min(bytesMax, MEMORY_BYTES_A_MS * durationMs));
}

/**
 * The host of a virtual machine may take back memory that lies free, and then each page that is used again costs microseconds: how
 * many depends on what was removed just before. Pages of a file that is written and removed stay with the machine for a while.
 */
async function haveMemory(bytes: number): Promise<void> {
  const directory = new TemporaryDirectory('millrace-bench-memory-');
  try {
    const file = await open(join(directory.path, 'pages'), 'w');
    const chunk = Buffer.alloc(CHUNK_BYTES, 1);
    try {
      for (let left = bytes; left > 0; left -= CHUNK_BYTES) await file.write(chunk);
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
