// The command line into a workload and its settings, by the two tables. It starts nothing and prints nothing.

import { WORKLOADS } from '../workloads/table.ts';
import type { Workload } from '../workloads/workload.ts';
import { parseChoice, parseNumber, splitLine } from './parse-value.ts';
import {
  flagOf,
  isBatchTooLarge,
  OPTION_NAMES,
  OPTIONS,
  type OptionName,
  recordsWithin,
  type Settings,
  specOf,
} from './table.ts';
import { UsageError } from './usage-error.ts';

export type Parsed =
  | { readonly kind: 'help' }
  | (Chosen & { readonly kind: 'run'; readonly asJson: boolean });

/** A workload with all its settings. */
export interface Chosen {
  readonly workload: Workload;
  readonly settings: Settings;
}

/** Throws UsageError. */
export function parseWorkload(args: readonly string[]): Parsed {
  const flags = OPTION_NAMES.map((name) => [flagOf(name), { type: 'string' }] as const);
  const switches = { help: { type: 'boolean', short: 'h' }, json: { type: 'boolean' } } as const;
  const { values, positionals } = splitLine(args, { ...Object.fromEntries(flags), ...switches });
  if (values['help'] === true) return { kind: 'help' };
  return { kind: 'run', ...chosenOf(positionals, values), asJson: values['json'] === true };
}

type Given = Readonly<Record<string, unknown>>;

/** The one workload that is named, with the options given by their flags. Throws UsageError. */
export function chosenOf(operands: readonly string[], given: Given): Chosen {
  const [name, ...rest] = operands;
  const names = WORKLOADS.map((each) => each.name).join(', ');
  if (name === undefined) throw new UsageError(`name a workload: ${names}`);
  if (rest.length > 0) throw new UsageError(`one workload at a time, not also '${rest.join(' ')}'`);
  const workload = WORKLOADS.find((each) => each.name === name);
  if (workload === undefined) throw new UsageError(`no workload '${name}': there are ${names}`);
  return { workload, settings: settingsOf(workload, given) };
}

/** What is in force where the command line says nothing. */
export function defaultsOf(workload: Workload): Settings {
  const fallbacks = OPTION_NAMES.map((name) => [name, specOf(name).fallback] as const);
  return { ...(Object.fromEntries(fallbacks) as Settings), ...workload.defaults };
}

function settingsOf(workload: Workload, given: Given): Settings {
  const settings: { [N in OptionName]: Settings[OptionName] } = { ...defaultsOf(workload) };
  for (const name of OPTION_NAMES) {
    const text = given[flagOf(name)];
    if (typeof text !== 'string') continue;
    if (!workload.takes.includes(name)) {
      throw new UsageError(`${workload.name} does not take --${flagOf(name)}`);
    }
    settings[name] = parseValue(name, text);
  }
  return sized(settings as Settings, given[flagOf('batch')] !== undefined);
}

function sized(settings: Settings, isBatchGiven: boolean): Settings {
  const { batch, recordBytes } = settings;
  if (!isBatchGiven) return { ...settings, batch: recordsWithin(batch, recordBytes) };
  if (!isBatchTooLarge(settings)) return settings;
  throw new UsageError(`a batch of ${batch} records of ${recordBytes} bytes is above 4 MiB`);
}

function parseValue(name: OptionName, text: string): Settings[OptionName] {
  const spec = OPTIONS[name];
  if (spec.kind === 'choice') return parseChoice(spec.values, flagOf(name), text);
  return parseNumber(spec, flagOf(name), text);
}
