// What a whole run of the bench leaves behind, as one file: workloads, curves and peers. Programs read it: fields are
// added, never renamed.

import type { Environment } from '../measure/environment.ts';
import type { Latencies } from '../measure/latency-recorder.ts';
import type { Spread } from '../measure/spread.ts';
import type { PeerMode } from '../peers/peer.ts';
import type { Report } from '../report/report.ts';

export const RESULTS_FORMAT = 'millrace-bench-results/1';

export interface Results {
  readonly format: typeof RESULTS_FORMAT;
  readonly environment: Environment;
  /** The workloads, some of them with several settings. */
  readonly workloads: readonly Report[];
  readonly curves: readonly Curve[];
  readonly peers: PeerComparison | null;
  /** What is missing above, and why. */
  readonly failures?: readonly Failure[];
}

export interface Failure {
  /** A workload with its options, or the name of a part. */
  readonly part: string;
  readonly reason: string;
}

export const CURVES = ['partitions', 'backlog', 'groups', 'connections', 'record-size'] as const;

export interface Curve {
  readonly curve: (typeof CURVES)[number];
  /** What grows, with its unit. */
  readonly about: string;
  /** Several lines of one picture: `produce`, `consume`, `queue`. */
  readonly series: readonly Series[];
}

export interface Series {
  readonly workload: string;
  readonly points: readonly Point[];
}

export interface Point {
  readonly at: number;
  readonly recordsPerSecond: Spread;
  readonly megabytesPerSecond: number;
  readonly latencyMs: Latencies | null;
  readonly brokerCpuSecondsPerMillion: number | null;
  readonly clientCpuSecondsPerMillion: number;
  readonly brokerAnonymousBytes: number | null;
}

export const PEER_WORKS = [
  'produce',
  'produce-1k',
  'produce-one',
  'consume',
  'queue',
  'queue-one',
  'latency',
] as const;

export type PeerWork = (typeof PEER_WORKS)[number];

export interface PeerComparison {
  readonly environment: Environment;
  /** Lengths in seconds, record sizes, rates: what was the same for all. */
  readonly settings: Readonly<Record<string, number | string>>;
  /** Millrace among them, measured by the same code. */
  readonly peers: readonly ComparedPeer[];
}

export interface ComparedPeer {
  readonly name: string;
  readonly title: string;
  readonly client: string;
  /** Absent when it was not found. */
  readonly version?: string;
  readonly clientVersion?: string;
  readonly modes: readonly ComparedMode[];
  /** Why nothing of it was measured. */
  readonly skipped?: string;
}

/** How the note of a work begins that was tried and has no figure. */
export const FAILED_NOTE = 'failed: ';

export interface ComparedMode {
  readonly mode: PeerMode['name'];
  /** An acknowledgement means that the data is on the disk: such modes are compared with each other. */
  readonly isFlushed: boolean;
  readonly durability: string;
  readonly works: readonly ComparedWork[];
}

export interface ComparedWork {
  readonly work: PeerWork;
  /** Absent where it failed or is not offered; `note` says which. */
  readonly recordsPerSecond?: Spread;
  readonly latencyMs?: Latencies | null;
  readonly serverCpuSecondsPerMillion?: number | null;
  readonly clientCpuSecondsPerMillion?: number;
  readonly serverResidentBytes?: number | null;
  readonly note?: string;
}
