// The comparison over HTTP for people: rates, latencies and costs of each server, the bare route first.

import { formatCount, formatFigure } from '../format.ts';
import { tableText } from '../report/table-text.ts';
import type { ComparedServer, HttpSettings, Measured } from './compare.ts';
import { SQS_LOADS } from './sqs-loads.ts';

const SECOND_MS = 1_000;

export interface HttpComparison {
  readonly settings: HttpSettings;
  readonly servers: readonly ComparedServer[];
}

const CELLS: readonly (readonly [head: string, cell: (measured: Measured) => string])[] = [
  ['messages/s', ({ messagesPerSecond }) => formatCount(Math.round(messagesPerSecond.median))],
  [
    'p50/p99 ms',
    ({ latencyMs }) =>
      latencyMs === null ? '-' : `${formatFigure(latencyMs.p50)}/${formatFigure(latencyMs.p99)}`,
  ],
  [
    'CPU s/M',
    ({ cpuSecondsPerMillion }) =>
      cpuSecondsPerMillion === null ? '-' : formatFigure(cpuSecondsPerMillion),
  ],
];

export function httpComparisonText({ settings, servers }: HttpComparison): string {
  const { durationMs, runs, connections, recordBytes } = settings;
  const lengths = `${runs} runs of ${durationMs / SECOND_MS} s`;
  const bare = servers.find(({ name }) => name === 'bare')?.loads.send;
  const sections = SQS_LOADS.map((load) => {
    const rows = servers.flatMap(({ title, durability, loads }) => {
      const measured = loads[load];
      if (measured === undefined) return [];
      const part = bare && measured.messagesPerSecond.median / bare.messagesPerSecond.median;
      const cells = CELLS.map(([, cell]) => cell(measured));
      return [[title, ...cells, part === undefined ? '-' : formatFigure(part), durability]];
    });
    const head = ['', ...CELLS.map(([name]) => name), 'of the bare route', 'an answer means'];
    return `${load}\n${tableText(head, rows)}`;
  });
  const skipped = servers.flatMap(({ title, skipped: reason }) =>
    reason === undefined ? [] : [`${title}: ${reason}`],
  );
  const about = `SQS over HTTP: ${lengths}, ${connections} connections, bodies of ${recordBytes} bytes`;
  return `${[about, ...sections, skipped.join('\n')].filter(Boolean).join('\n\n')}\n`;
}
