// Options that every process takes, whatever it serves.

import type { OptionTable } from '../option-table.ts';

export const PROCESS_OPTIONS = {
  shutdownDeadline: {
    kind: 'duration',
    min: 100,
    max: 600_000,
    fallback: 10_000,
    about: 'A shutdown that takes longer is forced, with exit code 71.',
  },
  logLevel: {
    kind: 'choice',
    values: ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'],
    fallback: 'info',
    about: 'The least serious log lines to write.',
  },
  logFormat: {
    kind: 'choice',
    values: ['auto', 'json', 'text'],
    fallback: 'auto',
    about:
      'json: one JSON object a line, on stdout. text: lines for people, greeting on stdout and log on stderr. auto: text where stdout is a terminal.',
  },
  otlpEndpoint: {
    kind: 'text',
    noun: 'url',
    fallback: '',
    about:
      'Export traces over OTLP/HTTP to this collector, such as http://127.0.0.1:4318; empty: as OTEL_EXPORTER_OTLP_ENDPOINT says, and without that no traces.',
  },
} as const satisfies OptionTable;

/** Text where a person looks, JSON for everything else. */
export function logFormatOf(chosen: 'auto' | 'json' | 'text'): 'json' | 'text' {
  if (chosen !== 'auto') return chosen;
  return process.stdout.isTTY ? 'text' : 'json';
}
