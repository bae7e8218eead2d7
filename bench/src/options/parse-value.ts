// Flags and the text behind them, by the row of an option: what workloads and commands have in common.

import { parseArgs } from 'node:util';
import type { NumberOption } from './table.ts';
import { UsageError } from './usage-error.ts';

export interface FlagKind {
  readonly type: 'string' | 'boolean';
  readonly short?: string;
  readonly multiple?: boolean;
}

export interface Split {
  readonly values: Readonly<
    Record<string, string | boolean | readonly (string | boolean)[] | undefined>
  >;
  readonly positionals: readonly string[];
}

/** Throws UsageError with what is wrong, without the advice of the library. */
export function splitLine(
  args: readonly string[],
  options: Readonly<Record<string, FlagKind>>,
): Split {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new UsageError((error as Error).message.replace(/\.(?: To specify|\n).*$/s, ''));
  }
}

/** Throws UsageError. */
export function parseNumber(
  spec: Omit<NumberOption, 'fallback'>,
  flag: string,
  text: string,
): number {
  const isNumber = (spec.kind === 'count' ? /^\d+$/ : /^\d+(?:\.\d+)?$/).test(text);
  const noun = spec.kind === 'count' ? 'a whole number' : 'a number of seconds';
  if (!isNumber) throw new UsageError(`--${flag} is ${noun}, not '${text}'`);
  const value = Number(text);
  if (value >= spec.min && value <= spec.max) return value;
  throw new UsageError(`--${flag} is from ${spec.min} to ${spec.max}, not ${text}`);
}

/** Throws UsageError. */
export function parseChoice<V extends string>(values: readonly V[], flag: string, text: string): V {
  const value = values.find((each) => each === text);
  if (value !== undefined) return value;
  throw new UsageError(`--${flag} is ${values.join(' or ')}, not '${text}'`);
}
