// Two sets of workloads side by side: what was done with the same settings on both sides, judged; the rest by name.

import type { Environment } from '../measure/environment.ts';
import { workloadKey } from '../results/present.ts';
import type { Results } from '../results/results.ts';
import { type Compared, compareReports } from './judge.ts';

export interface Comparison {
  readonly threshold: number;
  readonly workloads: readonly ComparedWorkload[];
  /** Measured on one side only. */
  readonly unmatched: readonly string[];
  /** What is not the same of the machines and versions: a comparison across it says little. */
  readonly differences: readonly string[];
  readonly regressions: number;
}

export interface ComparedWorkload {
  readonly workload: string;
  readonly measures: readonly Compared[];
}

export function compareResults(before: Results, after: Results, threshold: number): Comparison {
  const afterByKey = new Map(after.workloads.map((report) => [workloadKey(report), report]));
  const beforeKeys = new Set(before.workloads.map(workloadKey));
  const workloads = before.workloads.flatMap((report) => {
    const key = workloadKey(report);
    const other = afterByKey.get(key);
    return other ? [{ workload: key, measures: compareReports(report, other, threshold) }] : [];
  });
  const judged = workloads.flatMap(({ measures }) => measures);
  return {
    threshold,
    workloads,
    unmatched: [
      ...[...beforeKeys].filter((key) => !afterByKey.has(key)),
      ...[...afterByKey.keys()].filter((key) => !beforeKeys.has(key)),
    ],
    differences: differencesOf(before.environment, after.environment),
    regressions: judged.filter(({ judgement }) => judgement === 'regression').length,
  };
}

/** What is not the same of two machines, and of how they were measured. */
export function differencesOf(before: Environment, after: Environment): readonly string[] {
  const told = ({ cpu, cores, memoryBytes, kernel, node, fileSystem, way = 1 }: Environment) => ({
    processor: cpu,
    cores: String(cores),
    memory: `${(memoryBytes / 2 ** 30).toFixed(1)} GiB`,
    system: kernel,
    node,
    'file system': fileSystem === null ? 'not known' : `${fileSystem.type} on ${fileSystem.device}`,
    'way of measuring': String(way),
  });
  const now: Readonly<Record<string, string>> = told(after);
  return Object.entries(told(before)).flatMap(([name, value]) => {
    return value === now[name] ? [] : [`${name}: ${value}, now ${now[name] ?? 'not known'}`];
  });
}
