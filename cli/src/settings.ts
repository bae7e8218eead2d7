// The global options, and how they, the environment and the terminal become settings.

import { ACCESS_INPUTS, type AccessSettings, accessFrom } from './access.ts';
import { flag, type Input, option, type ValuesOf } from './command.ts';
import { usage } from './errors/cli-error.ts';
import { DEFAULT_PORT, parseAddress } from './input/address.ts';
import { parseDuration } from './input/duration.ts';
import type { Terminal } from './terminal.ts';

const DEFAULT_BROKER = `127.0.0.1:${DEFAULT_PORT}`;
const DEFAULT_TIMEOUT_MS = 30_000;

export const GLOBAL_INPUTS = {
  broker: option(
    '-b, --broker <host:port>',
    `the broker's address (environment MILLRACE_BROKER; default ${DEFAULT_BROKER})`,
    parseAddress,
  ),
  json: flag('--json', 'for programs: JSON on stdout, errors as JSON on stderr'),
  timeout: option(
    '--timeout <duration>',
    'how long a request may take (default 30s)',
    positiveDuration,
  ),
  color: flag('--no-color', 'no colours (also environment NO_COLOR)'),
  quiet: flag('-q, --quiet', 'no notes, no progress; only what was asked for'),
  ...ACCESS_INPUTS,
} satisfies { readonly [name: string]: Input<unknown> };

export interface Settings {
  readonly broker: string;
  readonly json: boolean;
  readonly timeoutMs: number;
  /** Colours on stdout. */
  readonly color: boolean;
  readonly quiet: boolean;
  readonly access: AccessSettings;
}

function positiveDuration(text: string): number {
  const ms = parseDuration(text);
  if (ms < 1) throw usage(`'${text}' is too short a time`);
  return ms;
}

export function settingsFrom(given: ValuesOf<typeof GLOBAL_INPUTS>, terminal: Terminal): Settings {
  const { env } = terminal;
  const isPlain = (env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb';
  return {
    broker: given.broker ?? brokerFrom(env['MILLRACE_BROKER']),
    json: given.json,
    timeoutMs: given.timeout ?? DEFAULT_TIMEOUT_MS,
    color: given.color && !given.json && !isPlain && terminal.stdout.isTTY === true,
    quiet: given.quiet,
    access: accessFrom(given, env),
  };
}

function brokerFrom(text: string | undefined): string {
  if (text === undefined || text.trim() === '') return DEFAULT_BROKER;
  try {
    return parseAddress(text);
  } catch (error) {
    throw usage(`environment variable MILLRACE_BROKER: ${(error as Error).message}`);
  }
}
