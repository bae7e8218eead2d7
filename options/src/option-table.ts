// A table of options, whatever program it is of: the type of its values, and the names of flags and variables.

import type { OptionSpec, OptionValue } from './option.ts';

export type OptionTable = Readonly<Record<string, OptionSpec>>;

/** Sizes in bytes, times in milliseconds. */
export type OptionsOf<T extends OptionTable> = { readonly [N in keyof T]: OptionValue<T[N]> };

/** `adminPort` as a flag: `--admin-port`. */
export function flagOf(name: string): string {
  return `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** `adminPort` in the environment: `MILLRACE_ADMIN_PORT`. */
export function variableOf(name: string): string {
  return `MILLRACE${flagOf(name).slice(1).replaceAll('-', '_').toUpperCase()}`;
}

export function namesOf<T extends OptionTable>(table: T): (keyof T & string)[] {
  return Object.keys(table);
}

/** The table with every option at its default. */
export function defaultsOf<T extends OptionTable>(table: T): OptionsOf<T> {
  const entries = Object.entries(table).map(([name, { fallback }]) => [name, fallback]);
  return Object.fromEntries(entries) as OptionsOf<T>;
}
