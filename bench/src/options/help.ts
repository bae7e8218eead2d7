// --help, from the table of workloads and the table of options.

import type { Workload } from '../workloads/workload.ts';
import { flagOf, nounOf, OPTION_NAMES, OPTIONS, type OptionName, specOf } from './table.ts';

const SWITCHES = [
  ['--json', 'One JSON object on stdout instead of a table.'],
  ['-h, --help', 'This text.'],
] as const;

export function helpText(workloads: readonly Workload[]): string {
  const options = OPTION_NAMES.map((name) => {
    return [`--${flagOf(name)} ${nounOf(specOf(name))}`, OPTIONS[name].about] as const;
  });
  return [
    'Usage: npm run bench -- <workload> [options]',
    '',
    'Each workload starts a broker of its own on a temporary directory (TMPDIR says where) and is its',
    'only client, in one process.',
    '',
    'Workloads, each with the options it takes and their defaults:',
    ...workloads.flatMap((each) => [
      ...columns([[each.name, each.about]]),
      `    ${takesText(each)}`,
    ]),
    '',
    'Options:',
    ...columns([...options, ...SWITCHES]),
    '',
    'Exit codes: 0 all runs and all checks passed, 1 one failed, 2 the command line is wrong.',
    '',
  ].join('\n');
}

/** The options a workload takes, as they would stand on its command line. */
export function takesText({ takes, defaults }: Workload): string {
  const defaultOf = (name: OptionName) => defaults[name] ?? specOf(name).fallback;
  return takes.map((name) => `--${flagOf(name)} ${defaultOf(name)}`).join(' ');
}

const NAME_WIDTH = 20;

function columns(rows: readonly (readonly [name: string, about: string])[]): string[] {
  return rows.map(([name, about]) => `  ${name.padEnd(NAME_WIDTH)}  ${about}`);
}
