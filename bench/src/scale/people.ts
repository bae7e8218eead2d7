// Scaling curves for people: a table each, and what is missing.

import Table from 'cli-table3';
import { formatCount, formatMebibytes } from '../format.ts';
import type { Curve, Point } from '../results/results.ts';
import type { Measured } from './measure-curves.ts';

const HEAD = [
  'records/s',
  'of the first',
  'min',
  'max',
  'MB/s',
  'p50 ms',
  'p99 ms',
  'broker s/M',
  'client s/M',
  'broker MiB',
];

export function curvesText({ curves, failures }: Measured): string {
  const sections = curves.map(curveText);
  if (failures.length > 0) {
    const lines = failures.map(({ part, reason }) => `  ${part}: ${reason}`);
    sections.push(['left out:', ...lines].join('\n'));
  }
  return `${sections.join('\n\n')}\n`;
}

function curveText({ curve, about, series }: Curve): string {
  const table = new Table({
    head: ['', about, ...HEAD],
    style: { head: [], border: [], compact: true },
  });
  for (const { workload, points } of series) {
    const first = points[0]?.recordsPerSecond.median ?? Number.NaN;
    for (const point of points)
      table.push([workload, formatCount(point.at), ...cells(point, first)]);
  }
  return `${curve}\n${table.toString()}`;
}

function cells(point: Point, first: number): string[] {
  const { recordsPerSecond, latencyMs, brokerCpuSecondsPerMillion, brokerAnonymousBytes } = point;
  const { median, min, max } = recordsPerSecond;
  return [
    ...[median].map(formatCount),
    `${Math.round((100 * median) / first)} %`,
    ...[min, max].map(formatCount),
    point.megabytesPerSecond.toFixed(1),
    latencyMs?.p50.toFixed(2) ?? '',
    latencyMs?.p99.toFixed(2) ?? '',
    brokerCpuSecondsPerMillion?.toFixed(2) ?? '',
    point.clientCpuSecondsPerMillion.toFixed(2),
    brokerAnonymousBytes === null ? '' : formatMebibytes(brokerAnonymousBytes),
  ];
}
