// What a million messages cost in CPU seconds, and what memory the servers hold.

import { formatMebibytes } from '../../format.ts';
import type { PeerComparison, PeerWork } from '../../results/results.ts';
import { type Bar, barsChart } from '../charts/bars.ts';
import {
  type Contest,
  type Entry,
  entriesOf,
  isDefault,
  standingOf,
  standingSentence,
} from '../reading/standing.ts';
import { html } from './html.ts';
import { barOfNumber, groupsOf, MODES, modeText } from './peer-table.ts';
import { type Plot, plotHtml, type Section } from './section.ts';

const CPU_WORKS: readonly (readonly [PeerWork, string])[] = [
  ['produce', 'CPU, produce 100 B'],
  ['consume', 'CPU, consume 100 B'],
  ['queue', 'CPU, receive and acknowledge in batches'],
  ['queue-one', 'CPU, receive and acknowledge one by one'],
];

const SERVER: Contest = {
  figureOf: ({ figures }) => figures.serverCpuSecondsPerMillion,
  better: 'less',
};
const CLIENT: Contest = {
  figureOf: ({ figures }) => figures.clientCpuSecondsPerMillion,
  better: 'less',
};
const secondsText = (value: number) => `${value.toFixed(2)} s`;

export function cpuSection(comparison: PeerComparison): Section {
  const plots = CPU_WORKS.flatMap(([work, title]) => {
    const entries = entriesOf(comparison, work);
    const isTold = entries.some((entry) => typeof SERVER.figureOf(entry) === 'number');
    return isTold ? [plotHtml(cpuPlot(work, title, entries))] : [];
  });
  return {
    id: 'cpu',
    title: 'CPU seconds a million messages',
    body: html`<p>User and system time of all processes of the server, and of the process with the client. Less is better;
the axis is logarithmic: each line is ten times the one before.</p>${plots}`,
  };
}

function cpuPlot(work: PeerWork, title: string, entries: readonly Entry[]): Plot {
  const defaults = entries.filter(isDefault);
  const reading = [
    standingSentence('On the server', standingOf(defaults, SERVER), secondsText, 'less'),
    standingSentence('In the client', standingOf(defaults, CLIENT), secondsText, 'less'),
  ];
  const groups = entries
    .map((entry) => ({
      name: `${entry.peer.title} (${entry.mode.isFlushed ? 'flushed' : 'not flushed'})`,
      isOurs: entry.isOurs,
      bars: [SERVER, CLIENT].map(({ figureOf }) => barOfNumber(figureOf(entry))),
    }))
    .filter(({ bars }) => bars.some((bar) => bar !== null))
    .toSorted((a, b) => (a.bars[0]?.value ?? 0) - (b.bars[0]?.value ?? 0));
  return {
    reading,
    chart: barsChart({
      id: `cpu-${work}`,
      title,
      description: reading.join(' '),
      axis: 'CPU seconds a million messages',
      scale: 'log',
      series: ['server', 'client'],
      groups,
      textOf: cpuText,
    }),
    table: {
      caption: `${title}: seconds a million messages, medians`,
      head: ['peer', 'mode', 'server', 'client'],
      wordsAt: [1],
      rows: entries.map((entry) => ({
        isOurs: entry.isOurs,
        cells: [
          entry.peer.title,
          modeText(entry),
          ...[SERVER, CLIENT].map(({ figureOf }) => figureOf(entry)?.toFixed(3) ?? '–'),
        ],
      })),
    },
  };
}

function cpuText(value: number): string {
  if (value >= 10) return value.toFixed(0);
  return String(Number(value.toPrecision(value >= 1 ? 2 : 1 + Number(value > 0.02))));
}

const MEMORY: Contest = {
  figureOf: ({ figures }) => figures.serverResidentBytes,
  better: 'less',
};

export function memorySection(comparison: PeerComparison): Section {
  const all = (
    ['produce', 'produce-1k', 'consume', 'queue', 'queue-one', 'latency'] as const
  ).flatMap((work) => entriesOf(comparison, work));
  const most = mostOf(all);
  const mebibytes = (value: number) => `${formatMebibytes(value)} MiB`;
  const reading = [
    standingSentence(
      'At the most, each at its default',
      standingOf(most.filter(isDefault), MEMORY),
      mebibytes,
      'less',
    ),
  ];
  const inMebibytes = (entry: Entry): Bar | null => {
    const bytes = MEMORY.figureOf(entry);
    return barOfNumber(typeof bytes === 'number' ? bytes / 2 ** 20 : null);
  };
  const plot: Plot = {
    reading,
    chart: barsChart({
      id: 'memory-peers',
      title: 'Resident memory of the server, at most',
      description: reading.join(' '),
      axis: 'MiB',
      scale: 'linear',
      series: MODES,
      groups: groupsOf(most, inMebibytes, 'less'),
      textOf: (value) => value.toFixed(0),
    }),
    table: {
      caption: 'The most of all works, after the last run of each',
      head: ['peer', 'mode', 'MiB', 'in the work'],
      wordsAt: [1, 3],
      rows: most.map((entry) => ({
        isOurs: entry.isOurs,
        cells: [
          entry.peer.title,
          modeText(entry),
          inMebibytes(entry)?.value.toFixed(1) ?? '–',
          entry.figures.work,
        ],
      })),
    },
  };
  return {
    id: 'memory',
    title: 'Memory',
    body: html`<p>Resident memory counts pages of mapped files too: what a broker with a memory-mapped store has read and
written lately stays in it as long as nobody else needs the room.</p>${most.length > 0 ? plotHtml(plot) : null}`,
  };
}

/** Of each peer and mode the work in which it held most. */
function mostOf(entries: readonly Entry[]): readonly Entry[] {
  const most = new Map<string, Entry>();
  for (const entry of entries) {
    const key = `${entry.peer.name} ${entry.mode.mode}`;
    const bytes = MEMORY.figureOf(entry) ?? null;
    const before = most.get(key);
    if (bytes === null) continue;
    if (before === undefined || bytes > (MEMORY.figureOf(before) ?? 0)) most.set(key, entry);
  }
  return [...most.values()];
}
