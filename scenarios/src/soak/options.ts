// What the soak can be told on its command line.

import { parseArgs } from 'node:util';
import { PLANTS } from './plants.ts';

export interface SoakOptions {
  readonly minutes: number;
  readonly killEverySeconds: number;
  /** Of the peak. */
  readonly part: number;
  /** Records a second of each kind of work; 0: a part of the peak, which is measured first. */
  readonly rate: number;
  readonly peakSeconds: number;
  readonly recordBytes: number;
  readonly seed: number;
  /** Name of a fault put in on purpose; empty: none. */
  readonly plant: string;
}

export interface CommandLine {
  readonly options: SoakOptions;
  readonly json: boolean;
  /** A file of results that the page is made of, instead of a run; empty: run. */
  readonly page: string;
  readonly help: boolean;
}

/** Name, default, range, about. */
const NUMBERS = {
  minutes: [60, 0.5, 10_000, 'How long, beside the search for the peak and the end.'],
  'kill-every': [180, 2, 100_000, 'Seconds between kills, by half more or less.'],
  part: [0.5, 0.01, 1, 'Of the peak.'],
  rate: [0, 0, 10_000_000, 'Records a second of each kind of work; 0: by the peak.'],
  'peak-seconds': [20, 2, 600, 'How long the peak is measured.'],
  'record-bytes': [100, 16, 200_000, 'Size of a record.'],
  seed: [1, 0, 0xffff_ffff, 'Of the times of the kills.'],
} as const;

type NumberName = keyof typeof NUMBERS;

export const HELP = [
  'npm run soak -- [options]',
  ...Object.entries(NUMBERS).map(
    ([name, [fallback, , , about]]) => `  --${name} N  ${about} Default ${fallback}.`,
  ),
  `  --plant NAME  Puts a fault in, to see it found: ${Object.keys(PLANTS).join(', ')}.`,
  '  --json  The result as one JSON object on stdout.',
  '  --page FILE  No run: writes docs/reliability.md from the JSON of one.',
].join('\n');

/** Throws TypeError or RangeError for what it does not take. */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const numbers = Object.keys(NUMBERS) as NumberName[];
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...Object.fromEntries(numbers.map((name) => [name, { type: 'string' as const }])),
      plant: { type: 'string', default: '' },
      page: { type: 'string', default: '' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const given = values as Partial<Record<string, string | boolean>>;
  const number = (name: NumberName) => numberOf(name, given[name]);
  const plant = String(given['plant']);
  if (plant !== '' && !Object.hasOwn(PLANTS, plant))
    throw new RangeError(`--plant: there are ${Object.keys(PLANTS).join(', ')}, not '${plant}'`);
  return {
    options: {
      minutes: number('minutes'),
      killEverySeconds: number('kill-every'),
      part: number('part'),
      rate: number('rate'),
      peakSeconds: number('peak-seconds'),
      recordBytes: number('record-bytes'),
      seed: number('seed'),
      plant,
    },
    json: given['json'] === true,
    page: String(given['page']),
    help: given['help'] === true,
  };
}

function numberOf(name: NumberName, text: string | boolean | undefined): number {
  const [fallback, min, max] = NUMBERS[name];
  if (typeof text !== 'string') return fallback;
  const value = Number(text);
  if (text.trim() !== '' && value >= min && value <= max) return value;
  throw new RangeError(`--${name} is a number from ${min} to ${max}, not '${text}'`);
}
