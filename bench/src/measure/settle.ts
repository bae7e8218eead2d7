// A quiet machine before a run: what was written before is on the disk, so that no write-back falls into the run, and
// others use little of the CPU. It waits for a while, never for good.

import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { readBusySeconds } from './machine-usage.ts';

const WRITE_BACK_MS_MAX = 30_000;
const QUIET_MS_MAX = 2_000;
const LOOK_MS = 200;
const SECOND_MS = 1_000;
/** Of one core: what a machine that does nothing else comes to. */
const BUSY_MAX = 0.2;

export async function settle(dataDir: string): Promise<void> {
  await writeBack(dataDir);
  const deadline = performance.now() + QUIET_MS_MAX;
  while ((await coresInUse(LOOK_MS)) > BUSY_MAX && performance.now() < deadline);
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
