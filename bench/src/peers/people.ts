// The comparison for people: rates and costs of each peer and mode, those that flush before they acknowledge apart from
// those that do not, and everything that has to be known to read them.

import { formatCount, formatMebibytes } from '../format.ts';
import { tableText } from '../report/table-text.ts';
import type {
  ComparedMode,
  ComparedPeer,
  ComparedWork,
  PeerComparison,
  PeerWork,
} from '../results/results.ts';

interface Row {
  readonly peer: ComparedPeer;
  readonly mode: ComparedMode;
}

type Cell = (of: (work: PeerWork) => ComparedWork | undefined) => string;

const RATES: readonly (readonly [head: string, cell: Cell])[] = [
  ['produce/s', (of) => rate(of('produce'))],
  ['1 KiB/s', (of) => rate(of('produce-1k'))],
  ['one p50/p99 ms', (of) => latency(of('produce-one'))],
  ['consume/s', (of) => rate(of('consume'))],
  ['queue/s', (of) => rate(of('queue'))],
  ['queue-one/s', (of) => rate(of('queue-one'))],
  ['end to end p50/p99 ms', (of) => latency(of('latency'))],
];

const COSTS: readonly (readonly [head: string, cell: Cell])[] = [
  ['produce', (of) => cost(of('produce'))],
  ['1 KiB', (of) => cost(of('produce-1k'))],
  ['consume', (of) => cost(of('consume'))],
  ['queue', (of) => cost(of('queue'))],
  ['queue-one', (of) => cost(of('queue-one'))],
  ['latency', (of) => cost(of('latency'))],
  ['MiB after produce', (of) => memory(of('produce'))],
];

export function comparisonText({ peers, settings }: PeerComparison): string {
  const rows = peers.flatMap((peer) => peer.modes.map((mode) => ({ peer, mode })));
  const given = Object.entries(settings).map(([name, value]) => `${name} ${value}`);
  const sections = [
    `peers: ${given.join(', ')}`,
    ...group(
      'acknowledged on the disk',
      rows.filter(({ mode }) => mode.isFlushed),
    ),
    ...group(
      'acknowledged before it is on the disk',
      rows.filter(({ mode }) => !mode.isFlushed),
    ),
    notesText(rows),
    skippedText(peers),
  ];
  return `${sections.filter((text) => text !== '').join('\n\n')}\n`;
}

function group(title: string, rows: readonly Row[]): string[] {
  if (rows.length === 0) return [];
  return [
    `${title}\n\n${tableOf(RATES, rows)}`,
    `CPU s a million messages, server + client; ${title}\n\n${tableOf(COSTS, rows)}`,
  ];
}

function tableOf(columns: typeof RATES, rows: readonly Row[]): string {
  const lines = rows.map(({ peer, mode }) => {
    const of = (name: PeerWork) => mode.works.find(({ work }) => work === name);
    return [`${peer.title}, ${mode.mode}`, ...columns.map(([, cell]) => cell(of))];
  });
  return tableText(['', ...columns.map(([head]) => head)], lines);
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

function notesText(rows: readonly Row[]): string {
  return rows
    .map(({ peer, mode }) => {
      const versions = `${peer.version ?? ''}, ${peer.client} ${peer.clientVersion ?? ''}`;
      const notes = mode.works.flatMap(({ work, note }) => (note ? [`  ${work}: ${note}`] : []));
      return [`${peer.title} ${versions}; ${mode.mode}: ${mode.durability}`, ...notes].join('\n');
    })
    .join('\n');
}

function skippedText(peers: readonly ComparedPeer[]): string {
  const skipped = peers.filter((peer) => peer.skipped !== undefined);
  return skipped.map(({ name, skipped: why }) => `skipped: ${name}: ${why}`).join('\n');
}
