// What a comparison looks at in a workload: each measure as the values of its runs.

import type { Report } from '../report/report.ts';

export interface Measure {
  readonly name: string;
  readonly better: 'more' | 'less';
  /** Differences up to this are none. */
  readonly slack?: number;
  /** One for each run where runs were told apart, else one for all; none where it was not measured. */
  valuesOf(report: Report): readonly number[];
}

export const MEASURES: readonly Measure[] = [
  {
    name: 'records/s',
    better: 'more',
    valuesOf: ({ runs }) => runs.map(({ recordsPerSecond }) => recordsPerSecond),
  },
  {
    name: 'latency p99, ms',
    better: 'less',
    valuesOf: ({ runs, latencyMs }) =>
      eachOr(
        runs.map(({ latencyP99Ms }) => latencyP99Ms),
        latencyMs?.p99,
      ),
  },
  {
    name: 'broker CPU s/M',
    better: 'less',
    valuesOf: ({ runs }) =>
      eachOr(runs.map(({ brokerCpuSeconds, records }) => perMillion(brokerCpuSeconds, records))),
  },
  {
    name: 'client CPU s/M',
    better: 'less',
    valuesOf: ({ runs }) =>
      eachOr(runs.map(({ clientCpuSeconds, records }) => perMillion(clientCpuSeconds, records))),
  },
  {
    name: "broker's own MiB",
    better: 'less',
    // A heap is a saw.
    slack: 16,
    valuesOf: ({ runs, broker }) =>
      eachOr(
        runs.map(({ brokerAnonymousBytes }) => brokerAnonymousBytes),
        broker?.anonymousBytes,
      ).map((bytes) => bytes / 2 ** 20),
  },
];

/** Results of before runs were told apart have the one for all only. */
function eachOr(runs: readonly (number | null | undefined)[], forAll?: number): readonly number[] {
  const told = runs.filter((value) => typeof value === 'number');
  if (told.length === runs.length && told.length > 0) return told;
  return forAll === undefined ? [] : [forAll];
}

function perMillion(seconds: number | null, records: number): number | null {
  return seconds === null || records === 0 ? null : (seconds * 1_000_000) / records;
}
