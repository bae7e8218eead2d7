// What a report measures of Millrace by itself: workloads with their options, as they would stand on a command line.

import { type Chosen, parseWorkload } from '../options/parse.ts';
import type { Settings } from '../options/table.ts';

export const SUITE: readonly string[] = [
  'produce',
  'produce --record-bytes 1024',
  'produce --record-bytes 10240',
  'produce --record-bytes 1024 --payload json',
  'produce --record-bytes 1024 --payload json --compression gzip',
  'produce --sync os',
  'produce-one',
  'produce-one --sync os',
  'consume',
  'consume --record-bytes 1024 --backlog 500000',
  'consume --record-bytes 10240 --backlog 50000',
  'queue',
  'queue --sync os',
  'queue --record-bytes 1024 --backlog 500000',
  'queue-one',
  'queue-keyed',
  'fan-out',
  'fan-out-queue',
  'mixed',
  'delayed',
  'latency',
  'latency-queue',
  'many-topics',
  'many-connections',
];

/** In seconds; what is not given stays as each workload has it. */
export interface Lengths {
  readonly duration?: number | undefined;
  readonly warmup?: number | undefined;
  readonly runs?: number | undefined;
}

/** A line of the suite as a workload with its settings; lengths go to those that have them. */
export function chosenFrom(line: string, lengths: Lengths): Chosen {
  const parsed = parseWorkload(line.split(' '));
  if (parsed.kind !== 'run') throw new TypeError(`'${line}' is no workload`);
  const { workload, settings } = parsed;
  return { workload, settings: withLengths(workload.takes, settings, lengths) };
}

export function withLengths(
  takes: Chosen['workload']['takes'],
  settings: Settings,
  lengths: Lengths,
): Settings {
  const given = (['duration', 'warmup', 'runs'] as const).flatMap((name) => {
    const value = lengths[name];
    return value === undefined || !takes.includes(name) ? [] : [[name, value] as const];
  });
  return { ...settings, ...Object.fromEntries(given) };
}
