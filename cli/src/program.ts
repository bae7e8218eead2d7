// Builds the commander program from the registry: names, options, help, suggestions. Runs nothing itself: it hands the
// parsed command and its values to `execute`.

import { readFileSync } from 'node:fs';
import { Argument, Command as Commander, InvalidArgumentError, Option } from 'commander';
import type { Command, Input, ValuesOf } from './command.ts';
import { CliError } from './errors/cli-error.ts';
import { ENTRIES, type Entry, isGroup } from './registry.ts';
import { GLOBAL_INPUTS } from './settings.ts';

export type GlobalValues = ValuesOf<typeof GLOBAL_INPUTS>;
export type Values = { readonly [name: string]: unknown };
export type Execute = (command: Command, values: Values, globals: GlobalValues) => Promise<void>;

export interface ProgramOutput {
  readonly writeOut: (text: string) => void;
  readonly writeErr: (text: string) => void;
  readonly columns: number | undefined;
}

/** The program for these arguments: groups that the arguments do not name are there by name only. */
export async function buildProgram(
  argv: readonly string[],
  output: ProgramOutput,
  execute: Execute,
): Promise<Commander> {
  const program = new Commander('broker-cli');
  program
    .description('The command line of Millrace, a broker whose topics are logs and queues.')
    .usage('[options] <command>')
    .version(readVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command...]', 'print help of a command')
    .exitOverride()
    .configureOutput({
      ...output,
      getOutHelpWidth: () => output.columns ?? 100,
      getErrHelpWidth: () => output.columns ?? 100,
    })
    .addHelpText('after', ROOT_EXAMPLES)
    .addHelpText('after', OFFLINE_HELP);
  for (const each of Object.values(GLOBAL_INPUTS)) addOption(program, each);
  for (const entry of ENTRIES) await addEntry(program, entry, argv, execute);
  return program;
}

const OFFLINE_HELP =
  '\nWithout a broker: `millrace-broker inspect`, `backup` and `restore` work on a data directory.';

const ROOT_EXAMPLES = examplesText([
  { line: 'broker-cli topics create flights --partitions 4', about: 'create a topic' },
  { line: 'broker-cli produce flights --file flights.ndjson --key-path origin', about: 'fill it' },
  { line: 'broker-cli consume flights --max 3', about: 'read it' },
  { line: 'broker-cli queue create jobs', about: 'create a queue' },
]);

async function addEntry(
  parent: Commander,
  entry: Entry,
  argv: readonly string[],
  execute: Execute,
): Promise<void> {
  if (!argv.includes(entry.name)) {
    parent.command(entry.name).description(entry.about);
    return;
  }
  const loaded = await entry.load();
  if (!isGroup(loaded)) {
    addCommand(parent, loaded, execute);
    return;
  }
  const group = parent.command(entry.name).description(entry.about).usage('<command>');
  group.helpCommand(false);
  for (const command of loaded.commands) addCommand(group, command, execute);
}

function addCommand(parent: Commander, spec: Command, execute: Execute): void {
  const command = parent.command(spec.name).summary(spec.about);
  const details = spec.details === undefined ? '' : `\n\n${spec.details}`;
  command.description(`${spec.about}${details}`);
  const names = Object.keys(spec.inputs);
  const order = names.filter((name) => spec.inputs[name]?.kind === 'argument');
  const options = new Map<string, Option>();
  for (const [name, each] of Object.entries(spec.inputs)) {
    if (each.kind === 'argument') command.addArgument(commanderArgument(each));
    else options.set(name, addOption(command, each));
  }
  command.addHelpText('after', examplesText(spec.examples)).addHelpText('after', GLOBAL_HELP);
  command.action(async () => {
    const given = command.opts<Values>();
    const values: { [name: string]: unknown } = {};
    for (const [at, name] of order.entries()) values[name] = command.processedArgs[at];
    for (const [name, made] of options) values[name] = given[made.attributeName()];
    for (const [name, each] of Object.entries(spec.inputs)) values[name] ??= each.initial;
    await execute(spec, values, globalValues(rootOf(command)));
  });
}

const GLOBAL_HELP =
  '\nGlobal options: --broker, --json, --timeout, --no-color, --quiet; --user, --token-file and --tls to log in\n(see broker-cli --help)';

function rootOf(command: Commander): Commander {
  return command.parent === null ? command : rootOf(command.parent);
}

/** The global options as far as they are parsed: also used when the rest of the command line is wrong. */
export function globalValues(program: Commander): GlobalValues {
  const given = program.opts<Values>();
  const values = Object.entries(GLOBAL_INPUTS).map(
    ([name, { initial }]: [string, Input<unknown>]) => [name, given[name] ?? initial],
  );
  return Object.fromEntries(values) as GlobalValues;
}

function examplesText(examples: Command['examples']): string {
  if (examples.length === 0) return '';
  const lines = examples.map(({ line, about }) => `  # ${about}\n  ${line}`);
  return `\nExamples:\n${lines.join('\n')}`;
}

function commanderArgument(input: Input<unknown>): Argument {
  const argument = new Argument(input.flags, input.about);
  if (input.choices !== undefined) argument.choices(input.choices);
  else argument.argParser(parserOf(input));
  return argument;
}

/** Beside `--no-follow` there is `--follow`, which says the default. */
function addOption(command: Commander, input: Input<unknown>): Option {
  const option = commanderOption(input);
  command.addOption(option);
  if (option.negate) command.addOption(new Option(`--${option.attributeName()}`).hideHelp());
  return option;
}

function commanderOption(input: Input<unknown>): Option {
  const about =
    input.initialText === undefined ? input.about : `${input.about} (default ${input.initialText})`;
  const option = new Option(input.flags, about);
  if (input.choices !== undefined) option.choices(input.choices);
  else if (input.parse !== undefined) option.argParser(parserOf(input));
  return option;
}

type CommanderParser = (text: string, previous: unknown) => unknown;

/** The parser with its refusals in commander's words, collecting where the input may be given several times. */
function parserOf({ parse, repeated }: Input<unknown>): CommanderParser {
  return (text, previous) => {
    try {
      const value = parse === undefined ? text : parse(text);
      if (!repeated) return value;
      return Array.isArray(previous) ? [...(previous as unknown[]), value] : [value];
    } catch (error) {
      if (error instanceof CliError) throw new InvalidArgumentError(error.message);
      throw error;
    }
  };
}

export function readVersion(): string {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
