// sight: what metrics and the live feed cost. The command line and the output.

import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { command } from '../commands/command.ts';
import { EXIT } from '../exit.ts';
import { formatBytes, formatCount, formatFigure } from '../format.ts';
import { readEnvironment } from '../measure/environment.ts';
import { OPTIONS } from '../options/table.ts';
import { Progress } from '../report/progress.ts';
import { tableText } from '../report/table-text.ts';
import { produce } from '../workloads/produce.ts';
import { queue } from '../workloads/queue.ts';
import {
  measureSight,
  type SightOutcome,
  type SightSettings,
  type WatchedLoad,
} from './measure-sight.ts';

const WATCHED: readonly WatchedLoad[] = [
  { workload: produce, sessions: 1 },
  { workload: queue, sessions: 2 },
];
const PAIRS_MAX = 1_000;

export const sight = command({
  name: 'sight',
  about:
    'What metrics and the live feed cost: one load cut into windows, every second one with a scrape each second and a WebSocket that follows all queues; then the same windows without a load.',
  options: {
    only: {
      kind: 'some',
      values: WATCHED.map(({ workload }) => workload.name),
      about: 'These workloads.',
    },
    pairs: {
      kind: 'count',
      min: 1,
      max: PAIRS_MAX,
      fallback: 25,
      about: 'Pairs of windows under load: one alone, one watched.',
    },
    idlePairs: {
      kind: 'count',
      min: 1,
      max: PAIRS_MAX,
      fallback: 10,
      about: 'Pairs of windows without load, for the CPU time that watching takes by itself.',
    },
    window: { ...OPTIONS.duration, fallback: 2, about: 'Length of a window.' },
    warmup: { ...OPTIONS.warmup, fallback: 3 },
    watchWarmup: {
      ...OPTIONS.warmup,
      fallback: 30,
      about:
        'Seconds that it is watched for before the first window: until then its code is still being compiled.',
    },
    queues: {
      kind: 'count',
      min: 0,
      max: 10_000,
      fallback: 50,
      about: 'Queues beside the one at work, which are scraped and followed as well.',
    },
    sync: OPTIONS.sync,
    json: { kind: 'switch', about: 'One JSON object on stdout instead of a table.' },
    out: { kind: 'text', noun: 'file', about: 'Writes the JSON object to this file, too.' },
  },
  async run({ values }) {
    const { only, json, out, ...settings } = values;
    const progress = new Progress(process.stderr.isTTY && !json);
    const outcomes: SightOutcome[] = [];
    for (const load of WATCHED.filter(({ workload }) => only.includes(workload.name))) {
      outcomes.push(await measureSight(load, settings, progress));
    }
    const environment = readEnvironment(tmpdir());
    const text = `${JSON.stringify({ environment, settings, outcomes }, null, 2)}\n`;
    if (out !== undefined) writeFileSync(out, text);
    process.stdout.write(json ? text : peopleText(outcomes, settings));
    return EXIT.passed;
  },
});

export function peopleText(
  outcomes: readonly SightOutcome[],
  { pairs, idlePairs, window, queues }: SightSettings,
): string {
  const about = `${pairs} pairs of windows of ${window} s under load, ${idlePairs} without; ${queues} queues beside; a scrape each second and a live feed`;
  return [
    about,
    `Lost under load (95 % of the median, then the pairs)\n\n${tableText(LOST_HEAD, outcomes.map(lostRow))}`,
    `CPU time of the broker, cores\n\n${tableText(COST_HEAD, outcomes.map(costRow))}`,
    '',
  ].join('\n\n');
}

const LOST_HEAD = ['', 'alone/s', 'watched/s', 'lost', '95 %', 'middle half', 'all'];

function lostRow({ workload, alone, watched, lost }: SightOutcome): string[] {
  const range = (from: number, to: number) => `${percent(from)} to ${percent(to)}`;
  return [
    workload,
    formatCount(Math.round(alone.median)),
    formatCount(Math.round(watched.median)),
    percent(lost.median),
    range(lost.low, lost.high),
    range(...lost.quartiles),
    range(lost.spread.min, lost.spread.max),
  ];
}

const COST_HEAD = ['', 'at peak', 'watching', '95 %', 'share of peak', 'scrape ms', 'bytes'];

function costRow(outcome: SightOutcome): string[] {
  const { workload, peakCores, watchingCores, share, scrapeMs, scrapeBytes } = outcome;
  return [
    workload,
    peakCores === null ? '-' : formatFigure(peakCores),
    watchingCores === null ? '-' : watchingCores.median.toFixed(3),
    watchingCores === null
      ? '-'
      : `${watchingCores.low.toFixed(3)} to ${watchingCores.high.toFixed(3)}`,
    share === null ? '-' : percent(share),
    formatFigure(scrapeMs.median),
    formatBytes(scrapeBytes),
  ];
}

/** 0.0123 -> 1.2 %; less than nothing was lost where the watched ones were faster. */
const percent = (part: number) => `${(part * 100).toFixed(1)} %`;
