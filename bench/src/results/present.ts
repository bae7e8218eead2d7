// Whether results hold what failed in others: a part that was measured again is no longer missing.

import { parseWorkload } from '../options/parse.ts';
import { flagOf } from '../options/table.ts';
import { UsageError } from '../options/usage-error.ts';
import type { Report } from '../report/report.ts';
import type { Failure, Results } from './results.ts';

/** Settings that say how long to look, not at what. */
const LENGTHS = new Set(['duration', 'warmup', 'runs']);

/** The workload with what it was set to: two with the same key did the same work. */
export function workloadKey({ workload, environment }: Report): string {
  return keyOf(workload, Object.entries(environment.settings));
}

function keyOf(workload: string, settings: readonly (readonly [string, unknown])[]): string {
  const told = settings.filter(([name]) => !LENGTHS.has(name));
  return [workload, ...told.map(([name, value]) => `--${flagOf(name)} ${String(value)}`)].join(' ');
}

/** The failures of an earlier file without those whose part a later one has. */
export function withoutMended(failures: readonly Failure[], later: Results): readonly Failure[] {
  const present = new Set(partsOf(later));
  return failures.filter(({ part }) => !present.has(part) && !present.has(keyOfLine(part)));
}

/** By the names that failures have. */
function partsOf({ workloads, curves, peers }: Results): readonly string[] {
  const points = curves.flatMap(({ curve, series }) =>
    series.flatMap(({ workload, points: found }) =>
      found.map(({ at }) => `${curve} ${at}: ${workload}`),
    ),
  );
  const works = (peers?.peers ?? []).flatMap(({ title, modes }) =>
    modes.flatMap((mode) =>
      mode.works
        .filter(({ recordsPerSecond }) => recordsPerSecond !== undefined)
        .map(({ work }) => `${title}, ${mode.mode}: ${work}`),
    ),
  );
  return [
    ...workloads.map(workloadKey),
    ...curves.map(({ curve }) => `curve ${curve}`),
    ...points,
    ...works,
    ...(peers === null ? [] : ['peers']),
  ];
}

/** Of a failure's part that is a workload with its options; others are no such line. */
function keyOfLine(line: string): string {
  try {
    const parsed = parseWorkload(line.split(' '));
    if (parsed.kind === 'help') return '';
    const { workload, settings } = parsed;
    return keyOf(
      workload.name,
      workload.takes.map((name) => [name, settings[name]] as const),
    );
  } catch (error) {
    if (error instanceof UsageError) return '';
    throw error;
  }
}
