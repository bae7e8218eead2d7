// The result of a soak as one object: what was done, on what machine, what was found, and whether that is well.

import { availableParallelism, cpus, release, totalmem, type } from 'node:os';
import type { Finding } from './findings.ts';
import type { Judged } from './measures.ts';
import type { SoakOptions } from './options.ts';
import { medianOf } from './trend.ts';

export const RESULT_FORMAT = 'millrace-soak-1';

export interface LaneResult {
  readonly name: string;
  readonly peakPerSecond: number;
  readonly askedPerSecond: number;
  readonly donePerSecond: number;
  readonly done: number;
}

interface Told {
  readonly options: SoakOptions;
  readonly lanes: readonly LaneResult[];
  readonly kills: number;
  readonly startsMs: readonly number[];
  readonly churnRounds: number;
  readonly samples: number;
  readonly measures: readonly Judged[];
  readonly findings: readonly Finding[];
  /** It ran for as long as it was asked to. */
  readonly isWhole: boolean;
}

export interface SoakResult extends Omit<Told, 'startsMs' | 'isWhole'> {
  readonly format: typeof RESULT_FORMAT;
  readonly environment: Readonly<Record<string, string | number>>;
  readonly endedAt: string;
  readonly restart: { readonly medianMs: number; readonly maxMs: number } | null;
  /** What speaks against it, a sentence each. */
  readonly faults: readonly string[];
}

/** Less than this part of what was asked for is not the load that was meant; kills take some of it. */
const DONE_PART_MIN = 0.6;

export function soakResult(told: Told): SoakResult {
  const { options, lanes, kills, startsMs, churnRounds, samples, measures, findings } = told;
  const restart =
    startsMs.length === 0 ? null : { medianMs: medianOf(startsMs), maxMs: Math.max(...startsMs) };
  return {
    format: RESULT_FORMAT,
    endedAt: new Date().toISOString(),
    environment: {
      cpu: cpus()[0]?.model.trim() ?? 'unknown',
      cores: availableParallelism(),
      memoryBytes: totalmem(),
      kernel: `${type()} ${release()}`,
      node: process.version,
    },
    options,
    lanes,
    kills,
    restart,
    churnRounds,
    samples,
    measures,
    findings,
    faults: faultsOf(told),
  };
}

function faultsOf({ isWhole, findings, measures, lanes, kills, options }: Told): string[] {
  const faults = findings.map(({ kind, count, examples }) => `${kind} (${count}): ${examples[0]}`);
  for (const { measure, verdict } of measures) {
    // Between few kills there is nothing to compare.
    if (verdict === 'grows') faults.push(`${measure}: grows`);
  }
  for (const { measure, verdict, scope } of measures) {
    if (verdict === 'not judged' && scope !== 'lives') faults.push(`${measure}: too few samples`);
  }
  for (const { name, peakPerSecond, askedPerSecond, donePerSecond } of lanes) {
    // Half of nothing is always reached.
    if (peakPerSecond <= 0 || donePerSecond <= 0) faults.push(`${name}: nothing was done`);
    if (donePerSecond < askedPerSecond * DONE_PART_MIN)
      faults.push(
        `${name}: ${Math.round(donePerSecond)} of ${Math.round(askedPerSecond)} a second`,
      );
  }
  if (kills === 0 && options.minutes * 60 > 3 * options.killEverySeconds)
    faults.push('nothing was killed');
  if (!isWhole) faults.push('it was ended before its time');
  return faults;
}
