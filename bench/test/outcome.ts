// An outcome of a bench, made up: rates and costs that can be checked by hand.
import type { Environment } from '../src/measure/environment.ts';
import type { Latencies } from '../src/measure/latency-recorder.ts';
import type { Outcome, RunResult } from '../src/measure/run-workload.ts';
import { parseWorkload } from '../src/options/parse.ts';

export const ENVIRONMENT: Environment = {
  cpu: 'A processor',
  cores: 2,
  memoryBytes: 8 * 2 ** 30,
  kernel: 'Linux 6.1.0',
  node: 'v20.19.0',
  fileSystem: { type: 'ext4', device: '/dev/vda' },
  versions: { lmdb: '3.5.6' },
  commit: 'c0ffee',
  loadAverage: 0.25,
  startedAt: '2026-01-31T12:00:00.000Z',
};

const USAGE = {
  cpuSeconds: 9,
  residentBytes: 100 * 2 ** 20,
  anonymousBytes: 40 * 2 ** 20,
  residentBytesMax: 120 * 2 ** 20,
};

export const LATENCIES: Latencies = {
  p50: 1,
  p90: 1.5,
  p95: 1.7,
  p99: 2,
  p999: 3,
  p9999: 3.5,
  max: 4,
  count: 100,
  curve: [
    [0, 0.5],
    [50, 1],
    [99, 2],
    [100, 4],
  ],
};

export function runOf(records: number, fields: Partial<RunResult> = {}): RunResult {
  return {
    records,
    elapsedMs: 2_000,
    brokerCpuSeconds: 1,
    clientCpuSeconds: 2,
    otherCpuSeconds: 0.5,
    latencies: null,
    brokerUsage: USAGE,
    pace: { computationMs: 20, flushedWriteMs: 0.25 },
    ...fields,
  };
}

export function outcomeOf(line: string, fields: Partial<Outcome>): Outcome {
  const parsed = parseWorkload(line.split(' '));
  if (parsed.kind !== 'run') throw new Error('not a run');
  return {
    workload: parsed.workload,
    settings: parsed.settings,
    environment: ENVIRONMENT,
    runs: [runOf(1_000_000)],
    baselines: [],
    latencies: LATENCIES,
    verified: 'all of it',
    batchBytes: null,
    verdict: null,
    ...fields,
  };
}
