// What the whole machine spends, as the kernel counts it in /proc/stat: what is neither the broker's nor the client's is
// other work, which a figure has to be read with.

import { readFileSync } from 'node:fs';

/** The kernel's clock tick: 100 a second on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** Of the fields of the line `cpu`: all but idle, waiting for the disk, and what is counted twice. */
const BUSY_FIELDS = ['user', 'nice', 'system', null, null, 'irq', 'softirq', 'steal'] as const;

/** CPU seconds of all cores since the machine started; null where the system does not tell. */
export function readBusySeconds(): number | null {
  try {
    return parseBusySeconds(readFileSync('/proc/stat', 'utf8'));
  } catch {
    return null;
  }
}

/** What a hypervisor gave to others (steal) counts as busy: it was not there for the bench. */
export function parseBusySeconds(stat: string): number | null {
  const fields = /^cpu +(.*)$/m.exec(stat)?.[1]?.split(' ');
  if (fields === undefined) return null;
  const ticks = BUSY_FIELDS.map((name, at) => (name === null ? 0 : Number(fields[at] ?? 0)));
  return ticks.reduce((sum, each) => sum + each, 0) / TICKS_PER_SECOND;
}

/** Of what the machine spent between two readings, what others did; null where one of the figures is not known. */
export function otherSeconds(
  before: number | null,
  after: number | null,
  ours: number | null,
): number | null {
  if (before === null || after === null || ours === null) return null;
  // Each of the three is counted in ticks: of a quiet machine the rest may come out below nothing.
  return Math.max(0, after - before - ours);
}
