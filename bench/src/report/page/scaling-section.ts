// What becomes of the rate as one number grows.

import { formatBytes, formatCount, formatMebibytes, formatShort } from '../../format.ts';
import type { Curve, Point } from '../../results/results.ts';
import type { Chart } from '../charts/draw.ts';
import { type LineAxis, linesChart } from '../charts/lines.ts';
import { scalingSentence, sizeSentence } from '../reading/scaling.ts';
import { html } from './html.ts';
import { type Plot, plotHtml, type Section } from './section.ts';
import type { TableText } from './table-html.ts';

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

interface Drawn {
  readonly unit: string;
  readonly scale: LineAxis['scale'];
  readonly figureOf: (point: Point) => number;
}

const RATE: Drawn = {
  unit: 'messages/s',
  scale: 'linear',
  figureOf: ({ recordsPerSecond }) => recordsPerSecond.median,
};
const BYTES: Drawn = {
  unit: 'MB/s',
  scale: 'linear',
  figureOf: ({ megabytesPerSecond }) => megabytesPerSecond,
};

function plotsOf(curve: Curve): Plot[] {
  const title = TITLES[curve.curve];
  const table = tableOf(curve, title);
  if (curve.curve !== 'record-size') {
    const reading = curve.series.map(scalingSentence);
    return [{ reading, chart: chartOf(curve, title, RATE, reading), table }];
  }
  const reading = curve.series.map(sizeSentence);
  const rates = chartOf(curve, title, { ...RATE, scale: 'log' }, reading);
  const bytes = chartOf(curve, `${title}, bytes`, BYTES, reading);
  return [
    { reading, chart: rates, table: null },
    { reading: ['The same in bytes of values.'], chart: bytes, table },
  ];
}

function chartOf(curve: Curve, title: string, drawn: Drawn, reading: readonly string[]): Chart {
  const { unit, scale, figureOf } = drawn;
  const all = curve.series.flatMap(({ points }) => points.map(({ at }) => at));
  const textOf = curve.curve === 'record-size' ? formatBytes : formatShort;
  const { axis, placeOf } = axisOf(curve.about, all, textOf);
  return linesChart({
    id: `curve-${title.toLowerCase().replaceAll(/[^a-z]+/g, '-')}`,
    title,
    description: reading.join(' '),
    x: axis,
    y: { name: unit, scale, textOf: formatShort },
    lines: curve.series.map(({ workload, points }, at) => ({
      name: workload,
      isOurs: at === 0,
      points: points.map((point) => [placeOf(point.at), figureOf(point)] as const),
    })),
  });
}

interface Placed {
  readonly axis: LineAxis;
  readonly placeOf: (at: number) => number;
}

/** A logarithmic axis has no 0: it stands a tenth below the least. */
function axisOf(name: string, all: readonly number[], textOf: (value: number) => string): Placed {
  const places = [...new Set(all)].toSorted((a, b) => a - b);
  const least = places.find((at) => at > 0) ?? 1;
  const most = places.at(-1) ?? 1;
  if (most / least < 20) {
    return { axis: { name, scale: 'linear', textOf }, placeOf: (at) => at };
  }
  const zero = least / 10;
  const hasZero = places.includes(0);
  const placeOf = (at: number) => (at === 0 ? zero : at);
  return {
    placeOf,
    axis: {
      name,
      scale: 'log',
      textOf: (place) => (hasZero && place <= zero * 1.001 ? '0' : textOf(place)),
      ticks: places.map(placeOf),
      min: hasZero ? zero : least,
      max: most,
    },
  };
}

function tableOf({ about, series }: Curve, title: string): TableText {
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
