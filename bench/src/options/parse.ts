// The command line into a workload and its settings, by the two tables. It starts nothing and prints nothing.

import { parseArgs } from 'node:util';
import { WORKLOADS } from '../workloads/table.ts';
import type { Workload } from '../workloads/workload.ts';
import { helpText } from './help.ts';
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

/** The command line is wrong: one line says why. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export type Parsed =
  | { readonly kind: 'help'; readonly text: string }
  | {
      readonly kind: 'run';
      readonly workload: Workload;
      readonly settings: Settings;
      readonly asJson: boolean;
    };

type Value = Settings[OptionName];

/** Throws UsageError. */
export function parseCommand(args: readonly string[]): Parsed {
  const { values, positionals } = split(args);
  if (values['help'] === true) return { kind: 'help', text: helpText(WORKLOADS) };
  const [name, ...rest] = positionals;
  const names = WORKLOADS.map((each) => each.name).join(', ');
  if (name === undefined) throw new UsageError(`name a workload: ${names}`);
  if (rest.length > 0) throw new UsageError(`one workload at a time, not also '${rest.join(' ')}'`);
  const workload = WORKLOADS.find((each) => each.name === name);
  if (workload === undefined) throw new UsageError(`no workload '${name}': there are ${names}`);
  const settings = settingsOf(workload, values);
  return { kind: 'run', workload, settings, asJson: values['json'] === true };
}

/** What is in force where the command line says nothing. */
export function defaultsOf(workload: Workload): Settings {
  const fallbacks = OPTION_NAMES.map((name) => [name, specOf(name).fallback] as const);
  return { ...(Object.fromEntries(fallbacks) as Settings), ...workload.defaults };
}

type Given = Readonly<Record<string, string | boolean | undefined>>;

function split(args: readonly string[]): { values: Given; positionals: string[] } {
  const flags = OPTION_NAMES.map((name) => [flagOf(name), { type: 'string' }] as const);
  const switches = { help: { type: 'boolean', short: 'h' }, json: { type: 'boolean' } } as const;
  try {
    const options = { ...Object.fromEntries(flags), ...switches };
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new UsageError((error as Error).message.replace(/\.(?: To specify|\n).*$/s, ''));
  }
}

function settingsOf(workload: Workload, given: Given): Settings {
  const settings: { [N in OptionName]: Value } = { ...defaultsOf(workload) };
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

function parseValue(name: OptionName, text: string): Value {
  const spec = OPTIONS[name];
  const flag = `--${flagOf(name)}`;
  if (spec.kind === 'choice') {
    const value = spec.values.find((each) => each === text);
    if (value !== undefined) return value;
    throw new UsageError(`${flag} is ${spec.values.join(' or ')}, not '${text}'`);
  }
  const isNumber = (spec.kind === 'count' ? /^\d+$/ : /^\d+(?:\.\d+)?$/).test(text);
  const noun = spec.kind === 'count' ? 'a whole number' : 'a number of seconds';
  if (!isNumber) throw new UsageError(`${flag} is ${noun}, not '${text}'`);
  const value = Number(text);
  if (value >= spec.min && value <= spec.max) return value;
  throw new UsageError(`${flag} is from ${spec.min} to ${spec.max}, not ${text}`);
}
