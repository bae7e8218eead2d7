// From the command line and the environment to validated options: a flag beats a variable, which beats the default.
// It reads neither process.argv nor process.env, and prints and ends nothing.

import { Command, CommanderError, Option } from 'commander';
import { StartError } from '../exit-codes.ts';
import { offlineHelp } from '../offline/commands.ts';
import { describeRange, formatValue, type OptionSpec, parseValue } from './option.ts';
import {
  type BrokerOptions,
  flagOf,
  OPTION_NAMES,
  type OptionName,
  specOf,
  variableOf,
} from './table.ts';

export type Environment = Readonly<Record<string, string | undefined>>;
export type OptionSource = 'flag' | 'environment' | 'default';

export type ParsedOptions =
  | {
      readonly kind: 'options';
      readonly options: BrokerOptions;
      readonly sources: Readonly<Record<OptionName, OptionSource>>;
      readonly printConfig: boolean;
    }
  /** --help or --version: print the text, then stop. */
  | { readonly kind: 'text'; readonly text: string };

/** Throws StartError `badOption` that names the option and what it takes. */
export function parseOptions(
  args: readonly string[],
  env: Environment,
  version: string,
): ParsedOptions {
  let printed = '';
  const command = brokerCommand(version).configureOutput({
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
  const values: Partial<Record<OptionName, string | number | boolean>> = {};
  const sources: Partial<Record<OptionName, OptionSource>> = {};
  for (const name of OPTION_NAMES) {
    const { value, source } = resolve(name, flags[name], env[variableOf(name)]);
    values[name] = value;
    sources[name] = source;
  }
  return {
    kind: 'options',
    options: checkRelations(values as BrokerOptions),
    sources: sources as Record<OptionName, OptionSource>,
    printConfig: flags['printConfig'] === true,
  };
}

function resolve(name: OptionName, flag: string | true | undefined, variable: string | undefined) {
  const spec = specOf(name);
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

function checkRelations(options: BrokerOptions): BrokerOptions {
  const adminHost = options.adminHost === '' ? options.host : options.adminHost;
  if (options.port !== 0 && options.port === options.adminPort && options.host === adminHost) {
    throw new StartError('badOption', `--port and --admin-port are both ${options.port}.`);
  }
  return options;
}

function badOption(error: unknown): unknown {
  if (!(error instanceof CommanderError)) return error;
  const [line = error.message] = error.message.split('\n');
  const text = line.replace(/^error: /, '').replace(/\.?$/, '.');
  return new StartError('badOption', `${text} See --help.`);
}

function brokerCommand(version: string): Command {
  const command = new Command('millrace-broker')
    .description(
      'Serves the Millrace protocol from one data directory, until it gets SIGTERM or SIGINT.',
    )
    .usage('[options]')
    .version(version, '--version', 'Print the version.')
    .helpOption('-h, --help', 'Print this text.')
    .addHelpText('after', offlineHelp())
    .addHelpText(
      'after',
      '\nEvery option is also an environment variable: --admin-port is MILLRACE_ADMIN_PORT. A flag beats the variable.',
    )
    .allowExcessArguments(false)
    .exitOverride();
  for (const name of OPTION_NAMES) command.addOption(flagOption(name));
  command.option(
    '--print-config',
    'Print the options in force and where each comes from, as JSON, then stop.',
  );
  return command;
}

function flagOption(name: OptionName): Option {
  const spec = specOf(name);
  const noun = spec.kind === 'text' ? spec.noun : spec.kind;
  const value = spec.kind === 'switch' ? '[true|false]' : `<${noun}>`;
  const fallback = formatValue(spec, spec.fallback);
  const range = spec.kind === 'text' || spec.kind === 'switch' ? '' : `${describeRange(spec)}; `;
  return new Option(
    `${flagOf(name)} ${value}`,
    `${spec.about} (${range}default ${fallback === '' ? 'empty' : fallback})`,
  );
}
