// Every workload by itself, with all that was measured of it.

import { formatCount, formatMebibytes, formatShort } from '../../format.ts';
import { barsChart } from '../charts/bars.ts';
import type { Report } from '../report.ts';
import { html } from './html.ts';
import { barOfSpread } from './peer-table.ts';
import { plotHtml, type Section } from './section.ts';
import { tableHtml } from './table-html.ts';
import { workloadLabel } from './workload-label.ts';

export function workloadsSection(reports: readonly Report[]): Section {
  const sorted = reports.toSorted((a, b) => b.recordsPerSecond.median - a.recordsPerSecond.median);
  const first = sorted[0];
  const last = sorted.at(-1);
  const spoken = (report: Report | undefined) =>
    report && `${workloadLabel(report)} (${formatShort(report.recordsPerSecond.median)}/s)`;
  const reading = [
    `Of ${reports.length} workloads ${spoken(first)} moves most messages, ${spoken(last)} fewest.`,
  ];
  return {
    id: 'workloads',
    title: 'Workloads of Millrace',
    body: html`${plotHtml({
      reading,
      chart: barsChart({
        id: 'workloads-rate',
        title: 'Messages a second',
        description: reading.join(' '),
        axis: 'messages a second, logarithmic',
        scale: 'log',
        series: ['messages a second'],
        groups: reports.map((report) => ({
          name: workloadLabel(report),
          isOurs: report.environment.settings.sync !== 'os',
          bars: [barOfSpread(report.recordsPerSecond)],
        })),
        textOf: formatShort,
      }),
      table: rateTable(reports),
    })}${tableHtml(costTable(reports))}${tableHtml(checkTable(reports))}`,
  };
}

function rateTable(reports: readonly Report[]) {
  return {
    caption: 'Rates over all runs; latencies in milliseconds',
    head: ['workload', 'messages/s', 'slowest run', 'fastest run', 'MB/s', 'p50', 'p99', 'p99.9'],
    rows: reports.map((report) => {
      const { recordsPerSecond, megabytesPerSecond, latencyMs } = report;
      const { median, min, max } = recordsPerSecond;
      return {
        cells: [
          workloadLabel(report),
          ...[median, min, max].map((value) => formatCount(Math.round(value))),
          megabytesPerSecond.median.toFixed(1),
          ...[latencyMs?.p50, latencyMs?.p99, latencyMs?.p999].map((ms) => ms?.toFixed(3) ?? '–'),
        ],
      };
    }),
  };
}

function costTable(reports: readonly Report[]) {
  return {
    caption:
      "CPU seconds a million messages; memory of the broker in MiB; stored bytes over the bare committer's",
    head: [
      'workload',
      'CPU broker',
      'CPU client',
      'own memory',
      'resident',
      'resident at most',
      'of the bare committer',
    ],
    rows: reports.map((report) => {
      const { broker, client, baselineRatio } = report;
      const memory = [broker?.anonymousBytes, broker?.residentBytes, broker?.residentBytesMax];
      return {
        cells: [
          workloadLabel(report),
          broker?.cpuSecondsPerMillion.toFixed(3) ?? '–',
          client.cpuSecondsPerMillion.toFixed(3),
          ...memory.map((bytes) => (bytes === undefined ? '–' : formatMebibytes(bytes))),
          baselineRatio?.toFixed(2) ?? '–',
        ],
      };
    }),
  };
}

function checkTable(reports: readonly Report[]) {
  return {
    caption: 'What a latency is, and what was checked against the broker after each run',
    head: ['workload', 'latency', 'checked'],
    wordsAt: [1, 2],
    rows: reports.map((report) => ({
      cells: [workloadLabel(report), report.latencyOf, report.verified],
    })),
  };
}
