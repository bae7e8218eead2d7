// Latencies: against the peers, flushed with flushed, and of the workloads.

import type { PeerWork, Results } from '../../results/results.ts';
import {
  type Contest,
  entriesOf,
  isFlushed,
  keepingUp,
  standingOf,
  standingSentence,
} from '../reading/standing.ts';
import type { Report } from '../report.ts';
import { html } from './html.ts';
import { type LatencyLine, latencyPlot } from './latency-plot.ts';
import { modeText } from './peer-table.ts';
import { type Plot, plotHtml, type Section } from './section.ts';
import { workloadLabel } from './workload-label.ts';

const P50: Contest = { figureOf: ({ figures }) => figures.latencyMs?.p50, better: 'less' };
const P99: Contest = { figureOf: ({ figures }) => figures.latencyMs?.p99, better: 'less' };
const msText = (value: number) => `${value.toFixed(2)} ms`;

const PEER_PLOTS: readonly (readonly [PeerWork, string])[] = [
  ['produce-one', 'Produce one at a time, flushed'],
  ['latency', 'End to end at a fixed rate, flushed'],
];

/** Of the workloads those whose latency is what they are about. */
const OWN = ['produce-one', 'latency', 'latency-queue'];

export function latencySection({ peers, workloads }: Results): Section | null {
  const plots = [
    ...(peers === null ? [] : PEER_PLOTS.map((row) => peerPlot(peers, ...row))),
    ownPlot(workloads.filter(({ workload }) => OWN.includes(workload))),
  ].filter((plot) => plot !== null);
  if (plots.length === 0) return null;
  return {
    id: 'latency',
    title: 'Latency',
    body: html`<p>Both axes are logarithmic. To the right lie the slowest: at 99 % one message in a hundred took longer than
the curve says. End to end a message counts from when it was due to be sent, so that a stall is in each that it held up.</p>${plots.map(plotHtml)}`,
  };
}

function peerPlot(
  peers: NonNullable<Results['peers']>,
  work: PeerWork,
  title: string,
): Plot | null {
  const entries = entriesOf(peers, work);
  const lines = entries.flatMap((entry): LatencyLine[] => {
    const latencies = entry.figures.latencyMs ?? null;
    if (latencies === null) return [];
    const { isOurs, peer, mode } = entry;
    const name = mode.isFlushed ? peer.title : `${peer.title}, ${modeText(entry)}`;
    const note = entry.figures.note ?? '';
    return [{ name, isOurs, latencies, note, isDrawn: mode.isFlushed }];
  });
  if (!lines.some(({ isDrawn }) => isDrawn)) return null;
  const flushed = entries.filter((entry) => isFlushed(entry) && entry.figures.latencyMs);
  const ranked = work === 'latency' ? keepingUp(flushed) : flushed;
  const behind = flushed.filter((entry) => !ranked.includes(entry)).map(({ peer }) => peer.title);
  const reading = [
    standingSentence('At the median', standingOf(ranked, P50), msText, 'less'),
    standingSentence('At p99', standingOf(ranked, P99), msText, 'less'),
    ...(behind.length > 0
      ? [`Not ranked, as the rate was too much for it: ${behind.join(', ')}.`]
      : []),
  ];
  return latencyPlot({ id: `latency-${work}`, title, reading, lines });
}

function ownPlot(reports: readonly Report[]): Plot | null {
  const lines = reports.flatMap((report): LatencyLine[] => {
    const { latencyMs } = report;
    if (latencyMs === null) return [];
    const isOurs = report.workload === 'latency' && report.environment.settings.sync === 'always';
    return [{ name: workloadLabel(report), isOurs, latencies: latencyMs }];
  });
  if (lines.length === 0) return null;
  const reading = lines.map(({ name, latencies: { p50, p99 } }) => {
    return `${name}: half within ${msText(p50)}, all but one in a hundred within ${msText(p99)}.`;
  });
  return latencyPlot({ id: 'latency-own', title: 'Millrace by itself', reading, lines });
}
