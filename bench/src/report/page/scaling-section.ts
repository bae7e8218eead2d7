// What becomes of the rate as one number grows.

import { formatCount, formatMebibytes, formatShort } from '../../format.ts';
import type { Curve, Point } from '../../results/results.ts';
import { type LineAxis, linesChart } from '../charts/lines.ts';
import { scalingSentence } from '../reading/scaling.ts';
import { html } from './html.ts';
import { type Plot, plotHtml, type Section } from './section.ts';

const TITLES: Readonly<Record<Curve['curve'], string>> = {
  partitions: 'Partitions',
  backlog: 'Backlog',
  groups: 'Groups',
  connections: 'Connections',
  'record-size': 'Record size',
};

export function scalingSection(curves: readonly Curve[]): Section {
  return {
    id: 'scaling',
    title: 'Scaling',
    body: html`<p>One number grows, all else stays. A step that loses a fifth or more of the rate is named.</p>${curves.flatMap((curve) => plotsOf(curve).map(plotHtml))}`,
  };
}

function plotsOf(curve: Curve): Plot[] {
  const rates = plotOf(curve, 'messages/s', ({ recordsPerSecond }) => recordsPerSecond.median);
  // Larger records are fewer by nature: what tells is the bytes.
  if (curve.curve !== 'record-size') return [rates];
  return [rates, plotOf(curve, 'MB/s', ({ megabytesPerSecond }) => megabytesPerSecond)];
}

function plotOf(curve: Curve, unit: string, figureOf: (point: Point) => number): Plot {
  const isRate = unit !== 'MB/s';
  const title = isRate ? TITLES[curve.curve] : `${TITLES[curve.curve]}, bytes`;
  const reading = isRate
    ? curve.series.map(scalingSentence)
    : curve.series.map((series) => bytesSentence(series.workload, series.points));
  const all = curve.series.flatMap(({ points }) => points.map(({ at }) => at));
  const axis = axisOf(curve.about, all);
  return {
    reading,
    chart: linesChart({
      id: `curve-${curve.curve}${isRate ? '' : '-bytes'}`,
      title,
      description: reading.join(' '),
      x: axis.axis,
      y: {
        name: unit,
        scale: curve.curve === 'record-size' && isRate ? 'log' : 'linear',
        textOf: formatShort,
      },
      lines: curve.series.map(({ workload, points }, at) => ({
        name: workload,
        isOurs: at === 0,
        points: points.map((point) => [axis.placeOf(point.at), figureOf(point)] as const),
      })),
      hasMarks: true,
    }),
    table: tableOf(curve, title),
  };
}

interface Placed {
  readonly axis: LineAxis;
  readonly placeOf: (at: number) => number;
}

/** A logarithmic axis has no 0: it stands a tenth below the least. */
function axisOf(name: string, all: readonly number[]): Placed {
  const places = [...new Set(all)].toSorted((a, b) => a - b);
  const least = places.find((at) => at > 0) ?? 1;
  const most = places.at(-1) ?? 1;
  if (most / least < 20) {
    return { axis: { name, scale: 'linear', textOf: formatShort }, placeOf: (at) => at };
  }
  const zero = least / 10;
  const hasZero = places.includes(0);
  const placeOf = (at: number) => (at === 0 ? zero : at);
  return {
    placeOf,
    axis: {
      name,
      scale: 'log',
      textOf: (place) => (hasZero && place <= zero * 1.001 ? '0' : formatShort(place)),
      ticks: places.map(placeOf),
      min: hasZero ? zero : least,
      max: most,
    },
  };
}

function bytesSentence(workload: string, points: readonly Point[]): string {
  const sorted = points.toSorted((a, b) => b.megabytesPerSecond - a.megabytesPerSecond);
  const [best] = sorted;
  if (best === undefined) return `${workload}: not measured.`;
  return `${workload}: most at ${formatCount(best.at)} bytes, ${formatShort(best.megabytesPerSecond)} MB/s.`;
}

function tableOf({ about, series }: Curve, title: string): Plot['table'] {
  return {
    caption: `${title}: medians of the runs, with the slowest and the fastest`,
    head: [
      'work',
      about,
      'messages/s',
      'slowest run',
      'fastest run',
      'MB/s',
      'p99 ms',
      'CPU s/M broker',
      'client',
      "broker's own MiB",
    ],
    rows: series.flatMap(({ workload, points }) =>
      points.map((point) => {
        const { median, min, max } = point.recordsPerSecond;
        const { brokerCpuSecondsPerMillion: broker, brokerAnonymousBytes: bytes } = point;
        return {
          cells: [
            workload,
            formatCount(point.at),
            ...[median, min, max].map((value) => formatCount(Math.round(value))),
            point.megabytesPerSecond.toFixed(1),
            point.latencyMs?.p99.toFixed(2) ?? '–',
            broker?.toFixed(2) ?? '–',
            point.clientCpuSecondsPerMillion.toFixed(2),
            bytes === null ? '–' : formatMebibytes(bytes),
          ],
        };
      }),
    ),
  };
}
