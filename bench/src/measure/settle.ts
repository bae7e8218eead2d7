// The same machine before each run: what was written before is on the disk, so that no write-back falls into the run, others use
// little of the CPU, and there is memory for what the run will write. It waits for a while, never for good.

import { spawn } from 'node:child_process';
import { statfsSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readBusySeconds } from './machine-usage.ts';

/** More than a broker writes in a millisecond. */
const MEMORY_BYTES_A_MS = 700_000;
const MEMORY_BYTES_MAX = 2 * 1024 * 1024 * 1024;
/** Of what the system can give: from a tenth on Linux would write it to the disk. */
const MEMORY_PART_MAX = 0.08;
/** Of what is free: a server is at work on that disk. */
const DISK_PART_MAX = 0.25;
const CHUNK_BYTES = 1024 * 1024;
const HAVE_MEMORY_MS_MAX = 10_000;
const WRITE_BACK_MS_MAX = 30_000;
const QUIET_MS_MAX = 2_000;
const LOOK_MS = 200;
const SECOND_MS = 1_000;
/** Of one core: what a machine that does nothing else comes to. */
const BUSY_MAX = 0.2;
/** It has no room, or may not use more of it. */
const NO_ROOM: ReadonlySet<string | undefined> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** How long it takes at most, but for a disk that hangs. */
export const SETTLE_MS_MAX = WRITE_BACK_MS_MAX + QUIET_MS_MAX + HAVE_MEMORY_MS_MAX;

/** Before a run of so many milliseconds, whose data is in the directory. */
export async function settle(directory: string, durationMs: number): Promise<void> {
  await writeBack(directory);
  const deadline = performance.now() + QUIET_MS_MAX;
  while ((await coresInUse(LOOK_MS)) > BUSY_MAX && performance.now() < deadline);
  const { bavail, bsize } = statfsSync(directory);
  const free = { memoryBytes: process.availableMemory(), diskBytes: bavail * bsize };
  // Last: what lies free may be taken back within seconds.
  await haveMemory(join(directory, 'bench-memory'), bytesBefore(durationMs, free));
}

/** How many bytes are written and removed before a run. */
export function bytesBefore(
  durationMs: number,
  { memoryBytes, diskBytes }: { readonly memoryBytes: number; readonly diskBytes: number },
): number {
  const wanted = Math.min(MEMORY_BYTES_MAX, MEMORY_BYTES_A_MS * durationMs);
  return Math.min(wanted, MEMORY_PART_MAX * memoryBytes, DISK_PART_MAX * diskBytes);
}

/**
 * The host of a virtual machine may take back memory that lies free, and then each page that is used again costs microseconds: how
 * many depends on what was removed just before. Pages of a file that is written and removed stay with the machine for a while.
 */
async function haveMemory(path: string, bytes: number): Promise<void> {
  const deadline = performance.now() + HAVE_MEMORY_MS_MAX;
  try {
    const file = await open(path, 'w');
    const chunk = Buffer.alloc(CHUNK_BYTES, 1);
    try {
      for (let left = bytes; left > 0 && performance.now() < deadline; left -= CHUNK_BYTES) {
        await file.write(chunk);
      }
    } finally {
      await file.close();
    }
  } catch (error) {
    // Then the run may have no room either, and says so itself.
    if (!NO_ROOM.has((error as NodeJS.ErrnoException).code)) throw error;
  } finally {
    await rm(path, { force: true });
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
