// The words in which commands are declared, and the types that follow from them. One table per verb gives parsing,
// help, completion and the reference page. Knows nothing of commander, streams or the client.

import type { Context } from './context.ts';
import type { ExitCode } from './errors/exit-codes.ts';

declare const valueType: unique symbol;

/** An argument or option: how it is written, what it means, how its text becomes a value of type T. */
export interface Input<T> {
  readonly kind: 'argument' | 'option';
  /** As commander writes it: `<topic>`, `[file]`, `<receipts...>`, `-p, --partitions <count>`, `--yes`. */
  readonly flags: string;
  readonly about: string;
  readonly parse?: ((text: string) => unknown) | undefined;
  readonly repeated: boolean;
  readonly choices?: readonly string[] | undefined;
  /** The value without the option, and how help and the reference page write it. */
  readonly initial?: unknown;
  readonly initialText?: string | undefined;
  readonly [valueType]?: T;
}

export interface Inputs {
  readonly [name: string]: Input<unknown>;
}
export type ValueOf<I> = I extends Input<infer T> ? T : never;
export type ValuesOf<S extends Inputs> = { readonly [N in keyof S]: ValueOf<S[N]> };

export interface Example {
  readonly line: string;
  readonly about: string;
}

export interface CommandSpec<S extends Inputs> {
  readonly name: string;
  readonly about: string;
  /** More than the sentence of `about`: shown by --help only. */
  readonly details?: string;
  readonly inputs: S;
  readonly examples: readonly Example[];
  run(context: Context, values: ValuesOf<S>): Promise<ExitCode | undefined>;
}

/** A command whose input types are checked already. */
export interface Command {
  readonly name: string;
  readonly about: string;
  readonly details?: string;
  readonly inputs: Inputs;
  readonly examples: readonly Example[];
  run(
    context: Context,
    values: { readonly [name: string]: unknown },
  ): Promise<ExitCode | undefined>;
}

export interface Group {
  readonly name: string;
  readonly commands: readonly Command[];
}

export function command<const S extends Inputs>(spec: CommandSpec<S>): Command {
  return spec;
}

type Parse<T> = (text: string) => T;
const asText: Parse<string> = (text) => text;

function input<T>(
  kind: 'argument' | 'option',
  flags: string,
  about: string,
  rest: Partial<Input<T>> = {},
): Input<T> {
  return { kind, flags, about, repeated: false, ...rest };
}

/** A required argument: `<topic>`. */
export function argument(flags: string, about: string): Input<string>;
export function argument<T>(flags: string, about: string, parse: Parse<T>): Input<T>;
export function argument(flags: string, about: string, parse: Parse<unknown> = asText) {
  return input('argument', flags, about, { parse });
}

/** One argument or more: `<receipts...>`; none are needed where the flags are `[receipts...]`. */
export function variadic(flags: string, about: string): Input<readonly string[]> {
  return input('argument', flags, about, { parse: asText, repeated: true, initial: [] });
}

/** An argument of a fixed list of words. */
export function word<const V extends readonly string[]>(
  flags: string,
  about: string,
  choices: V,
): Input<V[number]> {
  return input('argument', flags, about, { choices });
}

/** An option with a value; undefined where it is not given. */
export function option(flags: string, about: string): Input<string | undefined>;
export function option<T>(flags: string, about: string, parse: Parse<T>): Input<T | undefined>;
export function option(flags: string, about: string, parse: Parse<unknown> = asText) {
  return input('option', flags, about, { parse });
}

/** An option with a value and a default. */
export function optionWith<T>(
  flags: string,
  about: string,
  parse: Parse<T>,
  initial: T,
  initialText = String(initial),
): Input<T> {
  return input('option', flags, about, { parse, initial, initialText });
}

/** An option that may be given several times. */
export function repeated(flags: string, about: string): Input<readonly string[]>;
export function repeated<T>(flags: string, about: string, parse: Parse<T>): Input<readonly T[]>;
export function repeated(flags: string, about: string, parse: Parse<unknown> = asText) {
  return input('option', flags, about, { parse, repeated: true, initial: [] });
}

/** An option whose value is one of a fixed list of words. */
export function choice<const V extends readonly string[]>(
  flags: string,
  about: string,
  choices: V,
): Input<V[number] | undefined> {
  return input('option', flags, about, { choices });
}

export function choiceWith<const V extends readonly string[]>(
  flags: string,
  about: string,
  choices: V,
  initial: V[number],
): Input<V[number]> {
  return input('option', flags, about, { choices, initial, initialText: initial });
}

/** `--dry-run`: false unless given. `--no-follow`: true unless given; `--follow` says the default. */
export function flag(flags: string, about: string): Input<boolean> {
  return input('option', flags, about, { initial: flags.startsWith('--no-') });
}
