// A workload with what it was set to, as briefly as can be: only what differs from its defaults.

import { formatCount } from '../../format.ts';
import { defaultsOf } from '../../options/parse.ts';
import { flagOf, recordsWithin } from '../../options/table.ts';
import { WORKLOADS } from '../../workloads/table.ts';
import type { Report } from '../report.ts';

/** Said elsewhere, for all. */
const LENGTHS = new Set(['duration', 'warmup', 'runs']);

/** `produce, record-bytes 1,024`. */
export function workloadLabel({ workload, environment }: Report): string {
  const row = WORKLOADS.find(({ name }) => name === workload);
  const found: Readonly<Record<string, string | number>> = environment.settings;
  const usual: Readonly<Record<string, string | number>> = row === undefined ? {} : defaultsOf(row);
  const { batch, recordBytes } = found;
  const differing = Object.entries(found).filter(([name, value]) => {
    if (LENGTHS.has(name) || value === usual[name]) return false;
    // Follows from the size of the records.
    return name !== 'batch' || batch !== recordsWithin(Number(usual['batch']), Number(recordBytes));
  });
  const spoken = differing.map(([name, value]) => {
    return `${flagOf(name)} ${typeof value === 'number' ? formatCount(value) : value}`;
  });
  return [workload, ...spoken].join(', ');
}
