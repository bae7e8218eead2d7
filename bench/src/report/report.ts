// The outcome of a bench as the one object that --json prints. Programs read it: fields are added, never renamed.

import type { Environment } from '../measure/environment.ts';
import type { Latencies } from '../measure/latency-recorder.ts';
import type { Outcome, RunResult } from '../measure/run-workload.ts';
import { medianOf, type Spread, spreadOf } from '../measure/spread.ts';
import type { Settings } from '../options/table.ts';

export interface Report {
  readonly workload: string;
  readonly recordsPerSecond: Spread;
  /** 10^6 bytes of values a second. */
  readonly megabytesPerSecond: Spread;
  readonly latencyMs: Latencies | null;
  readonly latencyOf: string;
  /** Of the broker process; null where the system does not tell. */
  readonly broker: BrokerCost | null;
  readonly client: { readonly cpuSecondsPerMillion: number };
  /** Stored bytes a second over those of the bare committer: the median of the runs over its best. */
  readonly baselineRatio?: number;
  readonly baseline?: Baseline;
  /** Of the machine, before each run: of the same work on the same machine the same. */
  readonly pace?: PaceSpread;
  readonly verified: string;
  readonly runs: readonly ReportedRun[];
  readonly environment: Environment & {
    readonly settings: Partial<Settings>;
    readonly brokerFlags: readonly string[];
  };
  /** What a workload found besides, by its name. */
  readonly [workload: string]: unknown;
}

export interface BrokerCost {
  /** CPU seconds for a million records. */
  readonly cpuSecondsPerMillion: number;
  readonly residentBytes: number;
  readonly anonymousBytes: number;
  readonly residentBytesMax: number;
}

export interface Baseline {
  /** Of one batch as it is stored, by both. */
  readonly batchBytes: number;
  readonly storedMegabytesPerSecond: Spread;
  readonly committerMegabytesPerSecond: Spread;
}

export interface PaceSpread {
  readonly computationMs: Spread;
  readonly flushedWriteMs: Spread;
}

interface ReportedRun {
  readonly records: number;
  readonly seconds: number;
  readonly recordsPerSecond: number;
  readonly brokerCpuSeconds: number | null;
  readonly clientCpuSeconds: number;
  /** Cores that everything else on the machine used meanwhile; null where the system does not tell. */
  readonly otherCores: number | null;
  /** Null where nothing was recorded. */
  readonly latencyP50Ms: number | null;
  readonly latencyP99Ms: number | null;
  /** After the run. */
  readonly brokerAnonymousBytes: number | null;
}

const MILLION = 1_000_000;

export function reportOf(outcome: Outcome): Report {
  const { workload, settings, environment, runs, latencies, verified, verdict } = outcome;
  const rates = runs.map(rateOf);
  const clientCosts = runs.map(({ clientCpuSeconds, records }) =>
    perMillion(clientCpuSeconds, records),
  );
  return {
    workload: workload.name,
    recordsPerSecond: rounded(spreadOf(rates), 0),
    megabytesPerSecond: rounded(
      spreadOf(runs.map((run) => megabytesOf(run, settings.recordBytes))),
      2,
    ),
    latencyMs: latencies,
    latencyOf: workload.latencyOf,
    broker: brokerCostOf(runs),
    client: { cpuSecondsPerMillion: round(medianOf(clientCosts), 3) },
    ...baselineOf(outcome),
    pace: {
      computationMs: rounded(spreadOf(runs.map(({ pace }) => pace.computationMs)), 3),
      flushedWriteMs: rounded(spreadOf(runs.map(({ pace }) => pace.flushedWriteMs)), 3),
    },
    verified,
    ...(verdict && { [workload.name]: { isPassed: verdict.isPassed, ...verdict.details } }),
    runs: runs.map(reportedRun),
    environment: {
      ...environment,
      settings: settingsInForce(outcome),
      brokerFlags: workload.brokerFlags ?? [],
    },
  };
}

/** A bench that failed: the same stream, no numbers. */
export function failureReport(workload: string, error: Error): object {
  const { code } = error as { code?: unknown };
  const name = typeof code === 'string' ? code : error.name;
  return { workload, error: { code: name, message: error.message } };
}

function rateOf({ records, elapsedMs }: RunResult): number {
  return (records * 1_000) / elapsedMs;
}

function megabytesOf({ records, bytes, elapsedMs }: RunResult, recordBytes: number): number {
  return (bytes ?? records * recordBytes) / elapsedMs / 1_000;
}

function perMillion(seconds: number, records: number): number {
  return (seconds * MILLION) / records;
}

function brokerCostOf(runs: readonly RunResult[]): BrokerCost | null {
  const costs = runs.map(({ brokerCpuSeconds, records }) => {
    return brokerCpuSeconds === null ? Number.NaN : perMillion(brokerCpuSeconds, records);
  });
  const usage = runs.at(-1)?.brokerUsage;
  if (!usage || costs.some(Number.isNaN)) return null;
  const { residentBytes, anonymousBytes, residentBytesMax } = usage;
  const cpuSecondsPerMillion = round(medianOf(costs), 3);
  return { cpuSecondsPerMillion, residentBytes, anonymousBytes, residentBytesMax };
}

function baselineOf({
  runs,
  baselines,
  batchBytes,
  settings,
}: Outcome): Pick<Report, 'baselineRatio' | 'baseline'> {
  if (batchBytes === null) return {};
  const storedBytesPerRecord = batchBytes / settings.batch;
  const stored = runs.map((run) => (rateOf(run) * storedBytesPerRecord) / MILLION);
  const committer = baselines.map(({ bytes, elapsedMs }) => (bytes * 1_000) / elapsedMs / MILLION);
  const baseline = {
    batchBytes,
    storedMegabytesPerSecond: rounded(spreadOf(stored), 2),
    committerMegabytesPerSecond: rounded(spreadOf(committer), 2),
  };
  return { baselineRatio: round(medianOf(stored) / Math.max(...committer), 3), baseline };
}

function reportedRun(run: RunResult): ReportedRun {
  const { records, elapsedMs, brokerCpuSeconds, clientCpuSeconds, latencies, brokerUsage } = run;
  const { otherCpuSeconds } = run;
  return {
    records,
    seconds: round(elapsedMs / 1_000, 3),
    recordsPerSecond: round(rateOf(run), 0),
    brokerCpuSeconds: brokerCpuSeconds === null ? null : round(brokerCpuSeconds, 2),
    clientCpuSeconds: round(clientCpuSeconds, 2),
    otherCores: otherCpuSeconds === null ? null : round((otherCpuSeconds * 1_000) / elapsedMs, 2),
    latencyP50Ms: latencies?.p50 ?? null,
    latencyP99Ms: latencies?.p99 ?? null,
    brokerAnonymousBytes: brokerUsage?.anonymousBytes ?? null,
  };
}

/** Those that the workload takes: the others mean nothing to it. */
function settingsInForce({ workload, settings }: Outcome): Partial<Settings> {
  const pairs = workload.takes.map((name) => [name, settings[name]] as const);
  return Object.fromEntries(pairs) as Partial<Settings>;
}

function rounded({ median, min, max }: Spread, digits: number): Spread {
  return { median: round(median, digits), min: round(min, digits), max: round(max, digits) };
}

function round(value: number, digits: number): number {
  const scale = 10 ** digits;
  return Math.round(value * scale) / scale;
}
