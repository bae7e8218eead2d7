// Rates against the peers, work by work.

import { formatCount, formatShort } from '../../format.ts';
import type { PeerComparison, PeerWork } from '../../results/results.ts';
import { barsChart } from '../charts/bars.ts';
import {
  type Contest,
  type Entry,
  entriesOf,
  isDefault,
  isFlushed,
  standingOf,
  standingSentence,
} from '../reading/standing.ts';
import { html } from './html.ts';
import { barOfSpread, groupsOf, MODES, modeText } from './peer-table.ts';
import { type Plot, plotHtml, type Section } from './section.ts';

const WORKS: readonly (readonly [PeerWork, string])[] = [
  ['produce', 'Produce, 100 B'],
  ['produce-1k', 'Produce, 1 KiB'],
  ['produce-one', 'Produce one at a time'],
  ['consume', 'Consume, 100 B'],
  ['queue', 'Receive and acknowledge, in batches'],
  ['queue-one', 'Receive and acknowledge, one by one'],
];

const RATE: Contest = {
  figureOf: ({ figures }) => figures.recordsPerSecond?.median,
  better: 'more',
};
const rateText = (value: number) => `${formatShort(value)}/s`;

export function throughputSection(comparison: PeerComparison): Section {
  const plots = WORKS.flatMap(([work, title]) => {
    const entries = entriesOf(comparison, work);
    return entries.some((entry) => RATE.figureOf(entry) !== undefined)
      ? [plotHtml(plotOf(work, title, entries))]
      : [];
  });
  return {
    id: 'throughput',
    title: 'Throughput against peers',
    body: html`<p>Messages a second through each peer's own client. Bars are medians of the runs, whiskers go from the
slowest run to the fastest. A solid bar is flushed to the disk before it is acknowledged, a hatched one is not.</p>${plots}`,
  };
}

function plotOf(work: PeerWork, title: string, entries: readonly Entry[]): Plot {
  const reading = [
    standingSentence('Flushed', standingOf(entries.filter(isFlushed), RATE), rateText, 'more'),
    standingSentence(
      'Each at its default',
      standingOf(entries.filter(isDefault), RATE),
      rateText,
      'more',
    ),
  ];
  const hasNotes = entries.some(({ figures }) => figures.note !== undefined);
  return {
    reading,
    chart: barsChart({
      id: `rate-${work}`,
      title,
      description: reading.join(' '),
      axis: 'messages a second',
      scale: 'linear',
      series: MODES,
      groups: groupsOf(entries, ({ figures }) => barOfSpread(figures.recordsPerSecond), 'more'),
      textOf: formatShort,
    }),
    table: {
      caption: `${title}: messages a second`,
      head: ['peer', 'mode', 'median', 'slowest run', 'fastest run', ...(hasNotes ? ['note'] : [])],
      wordsAt: [1, 5],
      rows: entries.map((entry) => {
        const { peer, figures, isOurs } = entry;
        const { median, min, max } = figures.recordsPerSecond ?? {};
        const cells = [median, min, max].map((value) => {
          return value === undefined ? '–' : formatCount(Math.round(value));
        });
        return {
          isOurs,
          cells: [peer.title, modeText(entry), ...cells, ...(hasNotes ? [figures.note ?? ''] : [])],
        };
      }),
    },
  };
}
