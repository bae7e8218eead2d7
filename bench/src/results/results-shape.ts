// The shape of a results file and of one workload's --json, as far as anything here reads them.

import { CURVES, PEER_WORKS, RESULTS_FORMAT } from './results.ts';
import {
  boolean,
  list,
  nullable,
  number,
  object,
  oneOf,
  optional,
  record,
  type Shape,
  ShapeError,
  text,
} from './shape.ts';

const spread = object({ median: number, min: number, max: number });

const curvePoint: Shape<readonly [number, number]> = (value, at) => {
  const [percentile, ms, ...rest] = list(number)(value, at);
  if (percentile !== undefined && ms !== undefined && rest.length === 0) return [percentile, ms];
  throw new ShapeError(at, 'a percentile with its latency', value);
};

const latencies = object({
  p50: number,
  p90: number,
  p95: number,
  p99: number,
  p999: number,
  p9999: number,
  max: number,
  count: number,
  curve: list(curvePoint),
});

const environment = {
  cpu: text,
  cores: number,
  memoryBytes: number,
  kernel: text,
  node: text,
  fileSystem: nullable(object({ type: text, device: text })),
  versions: record(text),
  commit: nullable(text),
  loadAverage: number,
  startedAt: text,
  way: optional(number),
};

const setting: Shape<string | number> = (value, at) =>
  typeof value === 'number' ? value : text(value, at);

export const workloadShape = object({
  workload: text,
  recordsPerSecond: spread,
  megabytesPerSecond: spread,
  latencyMs: nullable(latencies),
  latencyOf: text,
  broker: nullable(
    object({
      cpuSecondsPerMillion: number,
      residentBytes: number,
      anonymousBytes: number,
      residentBytesMax: number,
    }),
  ),
  client: object({ cpuSecondsPerMillion: number }),
  baselineRatio: optional(number),
  pace: optional(object({ computationMs: spread, flushedWriteMs: spread })),
  verified: text,
  runs: list(
    object({
      records: number,
      recordsPerSecond: number,
      brokerCpuSeconds: nullable(number),
      clientCpuSeconds: number,
      latencyP50Ms: optional(nullable(number)),
      latencyP99Ms: optional(nullable(number)),
      brokerAnonymousBytes: optional(nullable(number)),
    }),
  ),
  environment: object({ ...environment, settings: record(setting), brokerFlags: list(text) }),
});

const curve = object({
  curve: oneOf(CURVES),
  about: text,
  series: list(
    object({
      workload: text,
      points: list(
        object({
          at: number,
          recordsPerSecond: spread,
          megabytesPerSecond: number,
          latencyMs: nullable(latencies),
          brokerCpuSecondsPerMillion: nullable(number),
          clientCpuSecondsPerMillion: number,
          brokerAnonymousBytes: nullable(number),
        }),
      ),
    }),
  ),
});

const comparedWork = object({
  work: oneOf(PEER_WORKS),
  recordsPerSecond: optional(spread),
  latencyMs: optional(nullable(latencies)),
  serverCpuSecondsPerMillion: optional(nullable(number)),
  clientCpuSecondsPerMillion: optional(number),
  serverResidentBytes: optional(nullable(number)),
  note: optional(text),
});

export const peersShape = object({
  environment: object(environment),
  settings: record(setting),
  peers: list(
    object({
      name: text,
      title: text,
      client: text,
      version: optional(text),
      clientVersion: optional(text),
      modes: list(
        object({
          mode: oneOf(['default', 'flushed', 'unflushed']),
          isFlushed: boolean,
          durability: text,
          works: list(comparedWork),
        }),
      ),
      skipped: optional(text),
    }),
  ),
});

export const resultsShape = object({
  format: oneOf([RESULTS_FORMAT]),
  environment: object(environment),
  workloads: list(workloadShape),
  curves: list(curve),
  peers: nullable(peersShape),
  failures: optional(list(object({ part: text, reason: text }))),
});
