// The outcome of a bench for people: a table of figures, what was checked, and where the figures come from.

import { formatCount, formatMebibytes } from '../format.ts';
import type { Environment } from '../measure/environment.ts';
import { type Spread, spreadOf } from '../measure/spread.ts';
import { flagOf, type OptionName, specOf } from '../options/table.ts';
import type { Verdict } from '../workloads/workload.ts';
import type { Report } from './report.ts';
import { tableText } from './table-text.ts';

/** File systems that live in memory: a flush there costs nothing. */
const IN_MEMORY = new Set(['tmpfs', 'ramfs']);

const PERCENTILES = [
  ['p50', 'p50'],
  ['p90', 'p90'],
  ['p95', 'p95'],
  ['p99', 'p99'],
  ['p999', 'p99.9'],
  ['p9999', 'p99.99'],
  ['max', 'max'],
] as const;

export function peopleText(report: Report, verdict: Verdict | null): string {
  const { environment, latencyMs, latencyOf, verified } = report;
  const sections = [
    `${report.workload}: ${settingsText(environment.settings)}`,
    tableText(['', 'median', 'min', 'max'], rateRows(report)),
  ];
  if (latencyMs !== null) {
    const row = ['latency ms', ...PERCENTILES.map(([name]) => latencyMs[name].toFixed(3))];
    const head = ['', ...PERCENTILES.map(([, title]) => title)];
    sections.push(`${tableText(head, [row])}\n  ${latencyOf}`);
  }
  sections.push(tableText(['', 'broker', 'client'], costRows(report)));
  if (verdict) sections.push(tableText(verdict.table.head, verdict.table.rows), verdict.text);
  sections.push(`checked: ${verified}`, environmentText(environment) + machineText(report));
  return `${sections.join('\n\n')}\n`;
}

function settingsText(settings: Report['environment']['settings']): string {
  const pairs = Object.entries(settings) as [OptionName, string | number][];
  const unitOf = (name: OptionName) => (specOf(name).kind === 'seconds' ? ' s' : '');
  return pairs.map(([name, value]) => `${flagOf(name)} ${count(value)}${unitOf(name)}`).join(', ');
}

function rateRows({
  recordsPerSecond,
  megabytesPerSecond,
  baseline,
  baselineRatio,
}: Report): string[][] {
  const row = (name: string, { median, min, max }: Spread) => [
    name,
    ...[median, min, max].map(count),
  ];
  const rows = [row('records/s', recordsPerSecond), row('MB/s', megabytesPerSecond)];
  if (baseline === undefined) return rows;
  return [
    ...rows,
    row('MB/s stored', baseline.storedMegabytesPerSecond),
    row('MB/s bare committer', baseline.committerMegabytesPerSecond),
    ['ratio to its best', String(baselineRatio), '', ''],
  ];
}

function costRows({ broker, client }: Report): string[][] {
  const cpu = 'CPU s a million records';
  const clientCpu = client.cpuSecondsPerMillion.toFixed(2);
  if (broker === null) return [[cpu, 'not known here', clientCpu]];
  return [
    [cpu, broker.cpuSecondsPerMillion.toFixed(2), clientCpu],
    ['memory, resident MiB', formatMebibytes(broker.residentBytes), ''],
    ['  its own, without the file', formatMebibytes(broker.anonymousBytes), ''],
    ['  resident at most', formatMebibytes(broker.residentBytesMax), ''],
  ];
}

/** How fast the machine was, and what else it did during the runs; nothing of what is not known. */
function machineText({ runs, pace }: Report): string {
  const cores = runs.map(({ otherCores }) => otherCores).filter((each) => each !== null);
  const lines: string[] = [];
  if (pace !== undefined) {
    const { computationMs, flushedWriteMs } = pace;
    lines.push(
      `pace of the machine: ${computationMs.median.toFixed(2)} ms a fixed computation, ${flushedWriteMs.median.toFixed(3)} ms a flushed write`,
    );
  }
  if (cores.length > 0) {
    const { median, max } = spreadOf(cores);
    lines.push(`other work during the runs: ${median.toFixed(2)} cores, ${max.toFixed(2)} at most`);
  }
  return lines.map((line) => `\n${line}`).join('');
}

function environmentText(environment: Environment): string {
  const { cpu, cores, memoryBytes, kernel, node, fileSystem, versions, commit } = environment;
  const gibibytes = (memoryBytes / 2 ** 30).toFixed(1);
  const disk =
    fileSystem === null ? 'file system not known' : `${fileSystem.type} on ${fileSystem.device}`;
  const libraries = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const lines = [
    `${cpu}, ${cores} cores, ${gibibytes} GiB; ${kernel}; ${disk}`,
    `node ${node}, ${libraries.join(', ')}; commit ${commit ?? 'not known'}`,
    `load average before: ${environment.loadAverage.toFixed(2)}`,
  ];
  if (IN_MEMORY.has(fileSystem?.type ?? '')) {
    lines.push(
      'The data directory is in memory: a flush costs nothing there. TMPDIR names another place.',
    );
  }
  return lines.join('\n');
}

function count(value: number | string): string {
  return typeof value === 'string' ? value : formatCount(value);
}
