// --help, from the tables of commands, workloads and options.

import type { Command, CommandOption } from '../commands/command.ts';
import type { Workload } from '../workloads/workload.ts';
import { flagOf, nounOf, OPTION_NAMES, OPTIONS, type OptionName, specOf } from './table.ts';

const SWITCHES = [
  ['--json', 'One JSON object on stdout instead of a table.'],
  ['-h, --help', 'This text; behind a command: its options.'],
] as const;

export function helpText(workloads: readonly Workload[], commands: readonly Command[]): string {
  const options = OPTION_NAMES.map((name) => {
    return [`--${flagOf(name)} ${nounOf(specOf(name))}`, OPTIONS[name].about] as const;
  });
  return [
    'Usage: npm run bench -- <workload> [options]',
    '       npm run bench -- <command> [options]',
    '',
    'Each workload starts a broker of its own on a temporary directory (TMPDIR says where) and is its',
    'only client, in one process.',
    '',
    'Commands:',
    ...columns(commands.map((each) => [operandsText(each), each.about])),
    '',
    'Workloads, each with the options it takes and their defaults:',
    ...workloads.flatMap((each) => [
      ...columns([[each.name, each.about]]),
      `    ${takesText(each)}`,
    ]),
    '',
    'Options of workloads:',
    ...columns([...options, ...SWITCHES]),
    '',
    'Exit codes: 0 all runs and all checks passed, 1 one failed, 2 the command line is wrong.',
    '',
  ].join('\n');
}

export function commandHelpText(command: Command): string {
  const options = Object.entries(command.options).map(
    ([name, spec]) => [commandFlagText(name, spec), commandOptionText(spec)] as const,
  );
  const further = command.takesWorkloadOptions === true ? ' [options of the workload]' : '';
  return [
    `Usage: npm run bench -- ${operandsText(command)} [options]${further}`,
    '',
    command.about,
    '',
    'Options:',
    ...columns([...options, ['-h, --help', 'This text.']]),
    '',
  ].join('\n');
}

/** The options a workload takes, as they would stand on its command line. */
export function takesText({ takes, defaults }: Workload): string {
  const defaultOf = (name: OptionName) => defaults[name] ?? specOf(name).fallback;
  return takes.map((name) => `--${flagOf(name)} ${defaultOf(name)}`).join(' ');
}

/** `profile <workload>`. */
export function operandsText({ name, operands }: Command): string {
  return operands === undefined ? name : `${name} ${operands}`;
}

/** More names than these are not listed behind a flag. */
const NAMES_MAX = 9;

/** `--out file`. */
export function commandFlagText(name: string, spec: CommandOption): string {
  const flag = `--${flagOf(name)}`;
  if (spec.kind === 'switch') return flag;
  if (spec.kind === 'text') return `${flag} ${spec.noun}`;
  if (spec.kind !== 'some') return `${flag} ${nounOf(spec)}`;
  const [first, second] = spec.values;
  return `${flag} ${spec.values.length > NAMES_MAX ? `${first},${second},…` : spec.values.join(',')}`;
}

/** What the option is for, with its default. */
export function commandOptionText(spec: CommandOption): string {
  if (spec.kind === 'switch') return spec.about;
  if (spec.kind === 'some') return `${spec.about} Default: all.`;
  return spec.fallback === undefined ? spec.about : `${spec.about} Default: ${spec.fallback}.`;
}

const NAME_WIDTH = 20;

function columns(rows: readonly (readonly [name: string, about: string])[]): string[] {
  return rows.map(([name, about]) => `  ${name.padEnd(NAME_WIDTH)}  ${about}`);
}
