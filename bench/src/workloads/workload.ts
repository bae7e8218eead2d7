// What a workload is to the rest of the bench: a row of the table, and a session that does its work for a while.
// A workload knows nothing of runs, statistics or reports.

import type { Client } from '@millrace/client';
import type { CommitterLoad } from '../measure/committer-baseline.ts';
import type { LatencyRecorder } from '../measure/latency-recorder.ts';
import type { OptionName, Settings } from '../options/table.ts';
import type { Progress } from '../report/progress.ts';

export interface Workload {
  readonly name: string;
  /** One line, for help and the reference page. */
  readonly about: string;
  /** What one value of its latency is. */
  readonly latencyOf: string;
  readonly takes: readonly OptionName[];
  readonly defaults: Partial<Settings>;
  /** Flags that its broker needs. */
  readonly brokerFlags?: readonly string[];
  /** Its broker is `millrace`, which serves HTTP beside the protocol. */
  readonly servesHttp?: true;
  /** Length of a run in seconds, where it is not the option `duration`. */
  durationOf?(settings: Settings): number;
  /** Fills topics and whatever else comes before the first run. */
  open(arena: Arena): Promise<Session>;
}

/** What a session works with. */
export interface Arena {
  readonly client: Client;
  /** One more, with a connection of its own. It is closed in the end, and its warnings fail the run as well. */
  connect(): Promise<Client>;
  readonly settings: Settings;
  readonly broker: ArenaBroker;
  readonly progress: Progress;
}

export interface ArenaBroker {
  readonly pid: number;
  readonly dataDir: string;
  /** Of a workload that `servesHttp`; throws in others. */
  readonly httpUrl: string;
  /** Of health and metrics. */
  readonly adminUrl: string;
  /** Kills it and starts it anew on the same data; ms from the start of the process until it listens. */
  restart(): Promise<number>;
}

export interface Run {
  readonly durationMs: number;
  readonly latency: LatencyRecorder;
  /** Told of records as they are acknowledged, by workloads that can be cut into windows: `produce` and `queue`. */
  readonly onAcknowledged?: (records: number) => void;
}

/** What one run did. Only what was acknowledged counts. */
export interface Done {
  readonly records: number;
  /** Of values, where they are not all of `recordBytes`. */
  readonly bytes?: number;
  readonly elapsedMs: number;
}

export interface Session {
  /** Works for about as long as the run says. Rejects with the first operation that fails: there is no number then. */
  measure(run: Run): Promise<Done>;
  /** Compares its own counts with the broker's, after every run; returns what holds. Throws CountsDiffer. */
  verify(): Promise<string>;
  /** The same bytes for a committer without a broker. */
  readonly baseline?: CommitterLoad;
  /** After the last run; may restart the broker, the client connects again by itself. */
  finish?(): Promise<void>;
  /** What it found besides rates. */
  verdict?(): Verdict;
  close(): Promise<void>;
}

export interface Verdict {
  readonly isPassed: boolean;
  /** One line. */
  readonly text: string;
  /** For --json, under the name of the workload. */
  readonly details: object;
  /** For people. */
  readonly table: {
    readonly head: readonly string[];
    readonly rows: readonly (readonly string[])[];
  };
}

/** The options of workloads that run for a time, several times. */
export const TIMED = ['duration', 'warmup', 'runs', 'recordBytes', 'partitions', 'sync'] as const;

/** The broker does not say the same as the bench. */
export class CountsDiffer extends Error {
  override readonly name = 'CountsDiffer';
}

export function mustEqual(what: string, found: number, expected: number): void {
  if (found !== expected) throw new CountsDiffer(`${what}: ${found}, expected ${expected}`);
}
