// What a work is given, and how its runs become figures. A work that fails throws: there is no number then.

import type { Latencies } from '../../measure/latency-recorder.ts';
import { medianOf, spreadOf } from '../../measure/spread.ts';
import type { ComparedWork, PeerWork } from '../../results/results.ts';
import type { PeerSettings } from '../messages.ts';
import type { RunningPeer } from '../peer.ts';
import type { Cost, Meter } from './meter.ts';

export interface WorkContext {
  readonly work: PeerWork;
  readonly peer: RunningPeer;
  readonly settings: PeerSettings;
  readonly meter: Meter;
  /** A step that takes about so long begins. */
  readonly step: (title: string, durationMs: number) => void;
  /** Waits until the machine is as it was before the other runs, for one of so many milliseconds. */
  readonly settle: (lengthMs: number) => Promise<void>;
}

/** Measures one work from its channel to its proof. */
export type Work = (context: WorkContext) => Promise<ComparedWork>;

export interface Run extends Cost {
  readonly records: number;
  readonly elapsedMs: number;
}

/** The peer cannot do this at all: no failure, and no number. */
export class NotOffered extends Error {
  override readonly name = 'NotOffered';
}

/** What came is not what was sent. */
export class NotProven extends Error {
  override readonly name = 'NotProven';
}

/** Records of values of 100 bytes; one work has larger ones. */
export const RECORD_BYTES = 100;

/** Warm-up, then the runs, each with what it cost. `load` works for about as long as it is told. */
export async function timedRuns(
  { settings, meter, step, settle }: WorkContext,
  load: (durationMs: number) => Promise<{ records: number; elapsedMs: number }>,
): Promise<Run[]> {
  const { durationMs, warmupMs, runs } = settings;
  if (warmupMs > 0) {
    await settle(warmupMs);
    step('warm up', warmupMs);
    await load(warmupMs);
  }
  const measured: Run[] = [];
  for (let at = 1; at <= runs; at += 1) {
    await settle(durationMs);
    step(`run ${at} of ${runs}`, durationMs);
    const end = meter.start();
    const done = await load(durationMs);
    measured.push({ ...done, ...end() });
  }
  return measured;
}

export function figuresOf(
  { work, meter }: WorkContext,
  runs: readonly Run[],
  latencyMs: Latencies | null,
  note?: string,
): ComparedWork {
  const rates = runs.map(({ records, elapsedMs }) => Math.round((records * 1_000) / elapsedMs));
  const server = runs.map(({ serverCpuSeconds, records }) =>
    serverCpuSeconds === null ? Number.NaN : perMillion(serverCpuSeconds, records),
  );
  const client = runs.map(({ clientCpuSeconds, records }) => perMillion(clientCpuSeconds, records));
  return {
    work,
    recordsPerSecond: spreadOf(rates),
    latencyMs,
    serverCpuSecondsPerMillion: server.some(Number.isNaN) ? null : rounded(medianOf(server)),
    clientCpuSecondsPerMillion: rounded(medianOf(client)),
    serverResidentBytes: meter.residentBytes(),
    ...(note === undefined ? {} : { note }),
  };
}

function perMillion(seconds: number, records: number): number {
  return (seconds * 1_000_000) / records;
}

function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
