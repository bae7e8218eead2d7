// Every workload of a report as a row.

import { markdownTable } from '@millrace/harness';
import { workloadLabel } from '../page/workload-label.ts';
import type { Report } from '../report.ts';
import { figureText } from './figure-text.ts';

const HEAD = [
  'workload',
  'records/s, median (lowest to highest)',
  'p50 / p99 ms',
  'CPU s a million: broker, client',
  'of the bare committer',
];

export function workloadsTable(reports: readonly Report[]): string {
  return markdownTable(HEAD, reports.map(cellsOf));
}

function cellsOf(report: Report): readonly string[] {
  const { recordsPerSecond, latencyMs, broker, client, baselineRatio } = report;
  const { median, min, max } = recordsPerSecond;
  const costs = [broker?.cpuSecondsPerMillion, client.cpuSecondsPerMillion];
  return [
    `\`${workloadLabel(report)}\``,
    `${figureText(median)} (${figureText(min)} to ${figureText(max)})`,
    latencyMs === null ? '' : [latencyMs.p50, latencyMs.p99].map(figureText).join(' / '),
    costs.map((seconds) => (seconds === undefined ? 'not known' : figureText(seconds))).join(', '),
    baselineRatio === undefined ? '' : baselineRatio.toFixed(2),
  ];
}
