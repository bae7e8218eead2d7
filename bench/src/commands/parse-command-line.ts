// The line behind the name of a command into its values, by the table of its options. It starts nothing.

import {
  type FlagKind,
  parseChoice,
  parseNumber,
  type Split,
  splitLine,
} from '../options/parse-value.ts';
import { flagOf, OPTION_NAMES } from '../options/table.ts';
import { UsageError } from '../options/usage-error.ts';
import type { Command, CommandLine, CommandOption, CommandOptions } from './command.ts';

/** 'help' where help is asked for. Throws UsageError. */
export function parseCommandLine(
  command: Command,
  args: readonly string[],
): CommandLine<CommandOptions> | 'help' {
  const { values: given, positionals } = splitLine(args, flagsOf(command));
  if (given['help'] === true) return 'help';
  if (command.operands === undefined && positionals.length > 0) {
    throw new UsageError(`${command.name} takes options only, not '${positionals.join(' ')}'`);
  }
  const values = Object.entries(command.options).map(([name, spec]) => {
    return [name, valueFrom(spec, flagOf(name), given[flagOf(name)])] as const;
  });
  return {
    values: Object.fromEntries(values),
    operands: positionals,
    workloadOptions: workloadOptionsOf(command, given),
  };
}

function flagsOf({ options, takesWorkloadOptions }: Command): Record<string, FlagKind> {
  const own = Object.entries(options).map(([name, spec]) => {
    const type = spec.kind === 'switch' ? 'boolean' : 'string';
    const multiple = spec.kind === 'text' && spec.isMany === true;
    return [flagOf(name), { type, multiple }] as const;
  });
  const ofWorkloads = takesWorkloadOptions === true ? OPTION_NAMES : [];
  return {
    ...Object.fromEntries(ofWorkloads.map((name) => [flagOf(name), { type: 'string' }] as const)),
    ...Object.fromEntries(own),
    help: { type: 'boolean', short: 'h' },
  };
}

type Given = Split['values'][string];
type Value = CommandLine<CommandOptions>['values'][string];

function valueFrom(spec: CommandOption, flag: string, given: Given): Value {
  if (spec.kind === 'switch') return given === true;
  if (spec.kind === 'text' && spec.isMany === true) return textsOf(given);
  if (typeof given !== 'string') return spec.kind === 'some' ? spec.values : spec.fallback;
  if (spec.kind === 'text') return given;
  if (spec.kind === 'choice') return parseChoice(spec.values, flag, given);
  if (spec.kind === 'some') {
    return given.split(',').map((name) => parseChoice(spec.values, flag, name.trim()));
  }
  return parseNumber(spec, flag, given);
}

function textsOf(given: Given): readonly string[] {
  return typeof given === 'object' ? given.filter((each) => typeof each === 'string') : [];
}

function workloadOptionsOf(command: Command, given: Split['values']): Record<string, string> {
  if (command.takesWorkloadOptions !== true) return {};
  const flags = OPTION_NAMES.map(flagOf).filter((flag) => !(flag in command.options));
  return Object.fromEntries(
    flags.flatMap((flag) => {
      const text = given[flag];
      return typeof text === 'string' ? [[flag, text] as const] : [];
    }),
  );
}
