// From the command line and the environment to validated options: a flag beats a variable, which beats the default.
// It reads neither process.argv nor process.env, and prints and ends nothing.

import { Command, CommanderError, Option } from 'commander';
import { describeRange, formatValue, type OptionSpec, parseValue } from './option.ts';
import { flagOf, namesOf, type OptionsOf, type OptionTable, variableOf } from './option-table.ts';
import { StartError } from './process/exit-codes.ts';

export type Environment = Readonly<Record<string, string | undefined>>;
export type OptionSource = 'flag' | 'environment' | 'default';

/** A program's command line. */
export interface CommandLine<T extends OptionTable> {
  readonly name: string;
  readonly description: string;
  readonly version: string;
  readonly table: T;
  /** What --help says behind the options. */
  readonly helpAfter?: string | undefined;
  /** What options have to do with each other. Throws StartError `badOption`. */
  readonly check?: ((options: OptionsOf<T>) => void) | undefined;
}

export type ParsedOptions<T extends OptionTable> =
  | {
      readonly kind: 'options';
      readonly options: OptionsOf<T>;
      readonly sources: Readonly<Record<keyof T, OptionSource>>;
      readonly printConfig: boolean;
    }
  /** --help or --version: print the text, then stop. */
  | { readonly kind: 'text'; readonly text: string };

/** Throws StartError `badOption` that names the option and what it takes. */
export function parseOptions<T extends OptionTable>(
  line: CommandLine<T>,
  args: readonly string[],
  env: Environment,
): ParsedOptions<T> {
  let printed = '';
  const command = commandOf(line).configureOutput({
    writeOut: (text) => {
      printed += text;
    },
    writeErr: () => undefined,
  });
  try {
    command.parse([...args], { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0)
      return { kind: 'text', text: printed };
    throw badOption(error);
  }
  const flags = command.opts<Record<string, string | true | undefined>>();
  const values: Record<string, string | number | boolean> = {};
  const sources: Record<string, OptionSource> = {};
  for (const [name, spec] of Object.entries<OptionSpec>(line.table)) {
    const { value, source } = resolve(name, spec, flags[name], env[variableOf(name)]);
    values[name] = value;
    sources[name] = source;
  }
  const options = values as OptionsOf<T>;
  line.check?.(options);
  return {
    kind: 'options',
    options,
    sources: sources as Record<keyof T, OptionSource>,
    printConfig: flags['printConfig'] === true,
  };
}

function resolve(
  name: string,
  spec: OptionSpec,
  flag: string | true | undefined,
  variable: string | undefined,
) {
  if (flag !== undefined) {
    const text = flag === true ? 'true' : flag;
    return { value: read(flagOf(name), spec, text), source: 'flag' } as const;
  }
  if (variable !== undefined && variable !== '') {
    return { value: read(variableOf(name), spec, variable), source: 'environment' } as const;
  }
  return { value: spec.fallback, source: 'default' } as const;
}

function read(label: string, spec: OptionSpec, text: string): string | number | boolean {
  const parsed = parseValue(spec, text);
  if ('fault' in parsed) throw new StartError('badOption', `${label} ${parsed.fault}.`);
  return parsed.value;
}

function badOption(error: unknown): unknown {
  if (!(error instanceof CommanderError)) return error;
  const [line = error.message] = error.message.split('\n');
  const text = line.replace(/^error: /, '').replace(/\.?$/, '.');
  return new StartError('badOption', `${text} See --help.`);
}

function commandOf<T extends OptionTable>(line: CommandLine<T>): Command {
  const { name, description, version, table, helpAfter } = line;
  const command = new Command(name)
    .description(description)
    .usage('[options]')
    .version(version, '--version', 'Print the version.')
    .helpOption('-h, --help', 'Print this text.')
    .allowExcessArguments(false)
    .exitOverride();
  if (helpAfter !== undefined) command.addHelpText('after', helpAfter);
  const [example = ''] = namesOf(table);
  command.addHelpText(
    'after',
    `\nEvery option is also an environment variable: ${flagOf(example)} is ${variableOf(example)}. A flag beats the variable.`,
  );
  for (const [option, spec] of Object.entries<OptionSpec>(table)) {
    command.addOption(flagOption(option, spec));
  }
  command.option(
    '--print-config',
    'Print the options in force and where each comes from, as JSON, then stop.',
  );
  return command;
}

function flagOption(name: string, spec: OptionSpec): Option {
  const noun = spec.kind === 'text' ? spec.noun : spec.kind;
  const value = spec.kind === 'switch' ? '[true|false]' : `<${noun}>`;
  const fallback = formatValue(spec, spec.fallback);
  const range = spec.kind === 'text' || spec.kind === 'switch' ? '' : `${describeRange(spec)}; `;
  return new Option(
    `${flagOf(name)} ${value}`,
    `${spec.about} (${range}default ${fallback === '' ? 'empty' : fallback})`,
  );
}
