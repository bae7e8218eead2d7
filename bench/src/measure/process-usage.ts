// What a process has used, as the kernel counts it in /proc. Where there is no /proc there is no answer.

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

export interface ProcessUsage {
  /** User and system time of all threads since the start. */
  readonly cpuSeconds: number;
  /** Resident memory: what is its own, and pages of the data file that happen to be in memory. */
  readonly residentBytes: number;
  /** Resident memory that is its own. */
  readonly anonymousBytes: number;
  readonly residentBytesMax: number;
}

/** The kernel's clock tick: 100 a second on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** Null where the system does not tell, or the process is gone. */
export function readUsage(pid: number): ProcessUsage | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return parseUsage(stat, readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return null;
  }
}

export function parseUsage(stat: string, status: string): ProcessUsage {
  // The second field is the name, in parentheses, and may hold anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  const bytes = (name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? Number.NaN) * 1_024;
  return {
    cpuSeconds: ticks / TICKS_PER_SECOND,
    residentBytes: bytes('VmRSS'),
    anonymousBytes: bytes('RssAnon'),
    residentBytesMax: bytes('VmHWM'),
  };
}

/** Bytes of the files in a directory. */
export function directoryBytes(path: string): number {
  const files = readdirSync(path, { withFileTypes: true }).filter((entry) => entry.isFile());
  return files.reduce((sum, { name }) => sum + statSync(join(path, name)).size, 0);
}
