// What processes and all below them have used, as the kernel counts it in /proc. Where there is no /proc there is no
// answer.

import { readdirSync, readFileSync } from 'node:fs';

/** The kernel's clock tick: 100 a second on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;
const KIBIBYTE = 1_024;

interface ProcessRow {
  readonly pid: number;
  readonly parent: number;
  readonly cpuSeconds: number;
}

/** User and system time since the start, that of children which have ended among it. Null where nothing is known. */
export function treeCpuSeconds(roots: readonly number[]): number | null {
  const tree = treeOf(roots);
  if (tree.length === 0) return null;
  return tree.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0);
}

/** Resident memory; what several of them share counts once. Null where nothing is known. */
export function treeResidentBytes(roots: readonly number[]): number | null {
  const sizes = treeOf(roots).map(({ pid }) => residentBytes(pid));
  const known = sizes.filter((bytes) => bytes !== null);
  return known.length === 0 ? null : known.reduce((sum, bytes) => sum + bytes, 0);
}

function treeOf(roots: readonly number[]): ProcessRow[] {
  const rows = readAll();
  const inside = new Set(roots);
  // A parent may come after its child in the list: again, until nobody joins.
  for (let before = -1; before !== inside.size; ) {
    before = inside.size;
    for (const { pid, parent } of rows) if (inside.has(parent)) inside.add(pid);
  }
  return rows.filter(({ pid }) => inside.has(pid));
}

function readAll(): ProcessRow[] {
  try {
    const names = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
    return names.flatMap((name) => readRow(Number(name)) ?? []);
  } catch {
    return [];
  }
}

function readRow(pid: number): ProcessRow | null {
  try {
    return parseRow(pid, readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    // It ended in between.
    return null;
  }
}

export function parseRow(pid: number, stat: string): ProcessRow {
  // The second field is the name, in parentheses, and may hold anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  return { pid, parent: Number(fields[1]), cpuSeconds: ticks / TICKS_PER_SECOND };
}

function residentBytes(pid: number): number | null {
  return (
    readKibibytes(`/proc/${pid}/smaps_rollup`, 'Pss') ??
    readKibibytes(`/proc/${pid}/status`, 'VmRSS')
  );
}

function readKibibytes(path: string, field: string): number | null {
  try {
    const found = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(readFileSync(path, 'utf8'));
    return found ? Number(found[1]) * KIBIBYTE : null;
  } catch {
    return null;
  }
}
