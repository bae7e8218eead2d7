// Latencies as curves over percentiles, the axis drawn out towards the end, as for HdrHistogram: each step is a tenth
// of the messages before it.

import { formatCount, formatShort } from '../../format.ts';
import type { Latencies } from '../../measure/latency-recorder.ts';
import { linesChart } from '../charts/lines.ts';
import type { Plot } from './section.ts';

export interface LatencyLine {
  readonly name: string;
  readonly isOurs: boolean;
  readonly latencies: Latencies;
  readonly note?: string;
  /** Of the table alone: a line too many makes a plot nobody reads. */
  readonly isDrawn?: boolean;
}

interface LatencyPlot {
  readonly id: string;
  readonly title: string;
  readonly reading: readonly string[];
  readonly lines: readonly LatencyLine[];
}

const HEAD = ['', 'p50', 'p90', 'p99', 'p99.9', 'p99.99', 'max', 'messages'];
/** Percentiles of the ticks, as shares of messages above: 1 in 1, 1 in 2, 1 in 10… */
const TICKS = [1, 2, 10, 100, 1_000, 10_000, 100_000];
/** The last point is the greatest of all: it has no percentile that could be drawn. */
const PERCENTILE_MAX = 99.9995;

export function latencyPlot({ id, title, reading, lines }: LatencyPlot): Plot {
  const drawn = lines
    .filter(({ isDrawn }) => isDrawn !== false)
    .map(({ name, isOurs, latencies }) => ({ name, isOurs, points: pointsOf(latencies) }));
  const hasNotes = lines.some(({ note = '' }) => note !== '');
  const furthest = Math.max(...drawn.flatMap(({ points }) => points.map(([x]) => x)));
  return {
    reading,
    chart: linesChart({
      id,
      title,
      description: reading.join(' '),
      x: {
        name: 'percentile',
        scale: 'log',
        textOf: percentileText,
        ticks: TICKS.filter((tick) => tick <= furthest),
        min: 1,
        max: furthest,
      },
      y: { name: 'ms', scale: 'log', textOf: formatShort },
      lines: drawn,
    }),
    table: {
      caption: `${title}: milliseconds`,
      head: hasNotes ? [...HEAD, 'note'] : HEAD,
      wordsAt: [HEAD.length],
      rows: lines.map(({ name, isOurs, latencies, note = '' }) => {
        const { p50, p90, p99, p999, p9999, max, count } = latencies;
        const cells = [p50, p90, p99, p999, p9999, max].map((ms) => ms.toFixed(3));
        return { isOurs, cells: [name, ...cells, formatCount(count), ...(hasNotes ? [note] : [])] };
      }),
    },
  };
}

function pointsOf({ curve }: Latencies): readonly (readonly [number, number])[] {
  return curve
    .filter(([percentile]) => percentile < PERCENTILE_MAX)
    .map(([percentile, ms]) => [100 / (100 - percentile), ms] as const);
}

/** 1 in 1,000 above is 99.9 %. */
function percentileText(above: number): string {
  return `${Number((100 - 100 / above).toFixed(4))} %`;
}
