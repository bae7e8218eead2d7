// The one error class of the command line: a message for people, a code for programs, an exit code, and what to try.

import type { ExitName } from './exit-codes.ts';

export class CliError extends Error {
  override readonly name = 'CliError';
  readonly exit: ExitName;
  readonly code: string;
  /** What the user may try, one line each. */
  readonly hints: readonly string[];
  /** More for programs: the field at fault, a limit, a line number. */
  readonly detail: { readonly [name: string]: unknown };

  constructor(
    exit: ExitName,
    code: string,
    message: string,
    rest: {
      hints?: readonly string[];
      detail?: { readonly [name: string]: unknown };
      cause?: unknown;
    } = {},
  ) {
    super(message, rest.cause === undefined ? undefined : { cause: rest.cause });
    this.exit = exit;
    this.code = code;
    this.hints = rest.hints ?? [];
    this.detail = rest.detail ?? {};
  }
}

/** The command line or the input is wrong. */
export function usage(message: string, ...hints: readonly string[]): CliError {
  return new CliError('usage', 'USAGE', message, { hints });
}
