// Whether a point of a curve fits on the disk: a broker that runs out of it measures nothing.

import { statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { formatShort } from '../format.ts';
import type { Settings } from '../options/table.ts';

/** Of a record as it is stored: its fields and its part of the index. */
const STORED_BYTES = 20;
/** Pages that are half full, and those of the last commits. */
const PAGES_FACTOR = 1.3;
/** What is produced while it is measured, and what others need meanwhile. */
const RESERVE_BYTES = 4 * 2 ** 30;

/** Why there is no room for the records that a workload begins with; null where there is. */
export function lackOfRoom(
  { backlog, recordBytes }: Pick<Settings, 'backlog' | 'recordBytes'>,
  free: number,
): string | null {
  const needed = backlog * (recordBytes + STORED_BYTES) * PAGES_FACTOR + RESERVE_BYTES;
  if (free >= needed) return null;
  return `${formatShort(free)} bytes are free in ${tmpdir()}, it needs ${formatShort(needed)}`;
}

/** In the file system of temporary directories. */
export function freeBytes(): number {
  const { bavail, bsize } = statfsSync(tmpdir());
  return bavail * bsize;
}
