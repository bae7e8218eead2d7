// The comparison as rows of text: what a table of it shows, wherever it stands.

import { formatCount, formatMebibytes } from '../format.ts';
import type {
  ComparedMode,
  ComparedPeer,
  ComparedWork,
  PeerComparison,
  PeerWork,
} from '../results/results.ts';

export interface PeerRow {
  readonly peer: ComparedPeer;
  readonly mode: ComparedMode;
}

type Cell = (of: (work: PeerWork) => ComparedWork | undefined) => string;

export type Columns = readonly (readonly [head: string, cell: Cell])[];

export const RATES: Columns = [
  ['produce/s', (of) => rate(of('produce'))],
  ['1 KiB/s', (of) => rate(of('produce-1k'))],
  ['one p50/p99 ms', (of) => latency(of('produce-one'))],
  ['consume/s', (of) => rate(of('consume'))],
  ['queue/s', (of) => rate(of('queue'))],
  ['queue-one/s', (of) => rate(of('queue-one'))],
  ['end to end p50/p99 ms', (of) => latency(of('latency'))],
];

export const COSTS: Columns = [
  ['produce', (of) => cost(of('produce'))],
  ['1 KiB', (of) => cost(of('produce-1k'))],
  ['consume', (of) => cost(of('consume'))],
  ['queue', (of) => cost(of('queue'))],
  ['queue-one', (of) => cost(of('queue-one'))],
  ['latency', (of) => cost(of('latency'))],
  ['MiB after produce', (of) => memory(of('produce'))],
];

/** Peers with each of their modes. */
export function peerRows({ peers }: PeerComparison): readonly PeerRow[] {
  return peers.flatMap((peer) => peer.modes.map((mode) => ({ peer, mode })));
}

export function headOf(columns: Columns): readonly string[] {
  return ['', ...columns.map(([head]) => head)];
}

export function cellsOf(columns: Columns, { peer, mode }: PeerRow): readonly string[] {
  const of = (name: PeerWork) => mode.works.find(({ work }) => work === name);
  return [`${peer.title}, ${mode.mode}`, ...columns.map(([, cell]) => cell(of))];
}

const NOTHING = '-';

function rate(work: ComparedWork | undefined): string {
  const median = work?.recordsPerSecond?.median;
  return median === undefined ? NOTHING : formatCount(Math.round(median));
}

function latency(work: ComparedWork | undefined): string {
  const found = work?.latencyMs;
  return found ? `${found.p50.toFixed(2)} / ${found.p99.toFixed(2)}` : NOTHING;
}

function cost(work: ComparedWork | undefined): string {
  if (work?.clientCpuSecondsPerMillion === undefined) return NOTHING;
  const server = work.serverCpuSecondsPerMillion?.toFixed(2) ?? '?';
  return `${server} + ${work.clientCpuSecondsPerMillion.toFixed(2)}`;
}

function memory(work: ComparedWork | undefined): string {
  const bytes = work?.serverResidentBytes;
  return typeof bytes === 'number' ? formatMebibytes(bytes) : NOTHING;
}
