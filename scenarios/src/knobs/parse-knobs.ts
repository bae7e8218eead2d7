// From a command line and the environment to values: a flag beats a variable, which beats the default. It prints nothing and
// ends nothing.

import { Command, CommanderError, Option } from 'commander';
import {
  flagOf,
  formatKnob,
  type Knob,
  KnobError,
  type KnobsOf,
  type KnobTable,
  rangeOf,
  readKnob,
  variableOf,
} from './knob.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** A program whose command line is a table of knobs. */
export interface KnobProgram<T extends KnobTable> {
  readonly name: string;
  readonly about: string;
  readonly table: T;
  /** What --help says behind the knobs. */
  readonly helpAfter: string;
  /** What knobs have to do with each other. Throws KnobError. */
  readonly check: (knobs: KnobsOf<T>) => void;
}

export type ParsedKnobs<T extends KnobTable> =
  | { readonly kind: 'knobs'; readonly knobs: KnobsOf<T> }
  /** --help or --print-knobs: print the text, then stop. */
  | { readonly kind: 'text'; readonly text: string };

/** Throws KnobError that names the flag or the variable, and what it takes. */
export function parseKnobs<T extends KnobTable>(
  program: KnobProgram<T>,
  args: readonly string[],
  environment: Environment,
): ParsedKnobs<T> {
  let printed = '';
  const command = commandOf(program).configureOutput({
    writeOut: (text) => {
      printed += text;
    },
    writeErr: () => undefined,
  });
  try {
    command.parse([...args], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { kind: 'text', text: printed };
    throw new KnobError(error.message.replace(/^error: /, ''));
  }
  const flags = command.opts<Record<string, string | true | undefined>>();
  const values = Object.entries(program.table).map(([name, knob]) => {
    const flag = flags[name];
    const variable = variableOf(name, knob);
    const told = environment[variable];
    if (flag !== undefined) return [name, readKnob(flagOf(name), knob, String(flag))];
    if (told !== undefined && told !== '') return [name, readKnob(variable, knob, told)];
    return [name, knob.fallback];
  });
  const knobs = Object.fromEntries(values) as KnobsOf<T>;
  program.check(knobs);
  if (flags['printKnobs'] === true) return { kind: 'text', text: `${JSON.stringify(knobs)}\n` };
  return { kind: 'knobs', knobs };
}

/** The other way round: what has to be on a command line for these values. */
export function knobFlags<T extends KnobTable>(table: T, knobs: Partial<KnobsOf<T>>): string[] {
  return Object.entries(knobs)
    .filter(([name, value]) => value !== undefined && Object.hasOwn(table, name))
    .map(([name, value]) => `${flagOf(name)}=${String(value)}`);
}

/** What each is called in the environment. */
export function knobVariables(table: KnobTable): string[] {
  return Object.entries(table).map(([name, knob]) => variableOf(name, knob));
}

/** The table in Markdown, a row a knob. */
export function knobRows(table: KnobTable): string {
  const rows = Object.entries(table).map(([name, knob]) => {
    const fallback = formatKnob(knob, knob.fallback);
    const shown = fallback === '' ? 'none' : `\`${fallback}\``;
    const names = `\`${flagOf(name)}\` | \`${variableOf(name, knob)}\``;
    return `| ${names} | ${rangeOf(knob)} | ${shown} | ${knob.about} |`;
  });
  const head = [
    '| flag | variable | values | default | what it does |',
    '| --- | --- | --- | --- | --- |',
  ];
  return [...head, ...rows].join('\n');
}

function commandOf<T extends KnobTable>({
  name,
  about,
  table,
  helpAfter,
}: KnobProgram<T>): Command {
  const command = new Command(name)
    .description(about)
    .usage('[knobs]')
    .helpOption('-h, --help', 'Print this text.')
    .allowExcessArguments(false)
    .exitOverride()
    .addHelpText('after', `\n${helpAfter}`);
  for (const [knobName, knob] of Object.entries(table)) command.addOption(optionOf(knobName, knob));
  return command.option('--print-knobs', 'Print the knobs as they would be, as JSON, then stop.');
}

function optionOf(name: string, knob: Knob): Option {
  const value = knob.kind === 'switch' ? '[true|false]' : `<${nounOf(knob)}>`;
  const fallback = formatKnob(knob, knob.fallback);
  const range = knob.kind === 'text' || knob.kind === 'switch' ? '' : `${rangeOf(knob)}; `;
  const variable = variableOf(name, knob);
  const about = `${knob.about} (${variable}; ${range}default ${fallback === '' ? 'none' : fallback})`;
  return new Option(`${flagOf(name)} ${value}`, about);
}

function nounOf(knob: Knob): string {
  if (knob.kind === 'text') return knob.noun;
  return knob.kind === 'choice' ? 'choice' : 'number';
}
