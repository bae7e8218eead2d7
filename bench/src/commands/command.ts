// What a command is to the bench: a row of the table, with its options, and a run that ends in an exit code. The types
// of an option's value derive from its row. It parses nothing.

import type { ChoiceOption, NumberOption } from '../options/table.ts';

interface TextOption {
  readonly kind: 'text';
  /** What stands behind the flag in help. */
  readonly noun: string;
  /** May be given several times. */
  readonly isMany?: true;
  readonly fallback?: string;
  readonly about: string;
}

/** Several of a few names, with commas between them; all of them where it is not given. */
interface SomeOption {
  readonly kind: 'some';
  readonly values: readonly string[];
  readonly about: string;
}

interface SwitchOption {
  readonly kind: 'switch';
  readonly about: string;
}

type MaybeFallback<S extends { readonly fallback: unknown }> = Omit<S, 'fallback'> & {
  readonly fallback?: S['fallback'] | undefined;
};

export type CommandOption =
  | MaybeFallback<NumberOption>
  | ChoiceOption
  | TextOption
  | SomeOption
  | SwitchOption;

export type CommandOptions = Readonly<Record<string, CommandOption>>;

type OrNothing<S, V> = S extends { readonly fallback: V } ? V : V | undefined;

type ValueOf<S extends CommandOption> = S extends { readonly kind: 'count' | 'seconds' }
  ? OrNothing<S, number>
  : S extends { readonly kind: 'choice'; readonly values: readonly (infer V)[] }
    ? V
    : S extends { readonly kind: 'some'; readonly values: readonly (infer V)[] }
      ? readonly V[]
      : S extends { readonly kind: 'text'; readonly isMany: true }
        ? readonly string[]
        : S extends { readonly kind: 'text' }
          ? OrNothing<S, string>
          : boolean;

export interface CommandLine<O extends CommandOptions> {
  readonly values: { readonly [N in keyof O]: ValueOf<O[N]> };
  /** What stands behind the name of the command, without its options. */
  readonly operands: readonly string[];
  /** Options of workloads as they were given, by their flags; nothing unless the command takes them. */
  readonly workloadOptions: Readonly<Record<string, string>>;
}

export interface Command<O extends CommandOptions = CommandOptions> {
  readonly name: string;
  /** One line, for help and the reference page. */
  readonly about: string;
  /** What it takes behind its name: `<workload>`. Without it, nothing. */
  readonly operands?: string;
  /** By name: `outFile` is the flag `--out-file`. */
  readonly options: O;
  /** Takes every option of workloads beside its own. */
  readonly takesWorkloadOptions?: true;
  /** It listens to SIGINT and SIGTERM itself, since it has more to end than an exit would. */
  readonly endsItself?: true;
  /** Resolves with the exit code; an Error fails it, a UsageError says that the command line is wrong. */
  run(line: CommandLine<O>): Promise<number>;
}

/** The same command, for a table of commands with different options. */
export function command<const O extends CommandOptions>(row: Command<O>): Command {
  return row;
}

/** Of an option of workloads: the same, but nothing where it is not given. */
export function withoutFallback<const S extends NumberOption>(spec: S): Omit<S, 'fallback'> {
  const { fallback: _, ...rest } = spec;
  return rest;
}
