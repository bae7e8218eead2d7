// Turns whatever was thrown into a CliError: which exit code an error of the broker or client means, and what to try.
// Loaded only once something failed, for it loads the error table.

import { ERRORS, type ErrorName, MillraceError } from '@millrace/protocol';
import { CliError } from './cli-error.ts';
import type { ExitName } from './exit-codes.ts';

const EXIT_BY_ERROR: { readonly [N in ErrorName]?: ExitName } = {
  CONNECTION_LOST: 'unreachable',
  OUTCOME_UNKNOWN: 'unreachable',
  DEADLINE_EXCEEDED: 'timeout',
  AUTHENTICATION_REQUIRED: 'denied',
  AUTHENTICATION_FAILED: 'denied',
  NOT_AUTHORIZED: 'denied',
  CODEC_FAILED: 'failed',
  INVALID_REQUEST: 'usage',
  INVALID_NAME: 'usage',
  INVALID_CONFIG: 'usage',
  LIMIT_EXCEEDED: 'usage',
  DLQ_LOOP: 'usage',
  DLQ_NOT_ALLOWED: 'usage',
  OFFSET_OUT_OF_RANGE: 'notFound',
  TOO_MANY_IN_FLIGHT: 'unavailable',
};

const EXIT_BY_HTTP: { readonly [status: number]: ExitName } = {
  404: 'notFound',
  409: 'conflict',
  503: 'unavailable',
  504: 'timeout',
  507: 'unavailable',
};

export function exitOfError(code: ErrorName): ExitName {
  return EXIT_BY_ERROR[code] ?? EXIT_BY_HTTP[ERRORS[code].http] ?? 'failed';
}

const UNREACHABLE_HINTS = [
  'Start a broker with `npm start` in the checkout, or with `millrace-broker`.',
  'Another address: --broker host:port, or the environment variable MILLRACE_BROKER.',
];

const HINTS: { readonly [N in ErrorName]?: string } = {
  UNKNOWN_TOPIC:
    '`broker-cli topics list` shows what there is, `broker-cli topics create` creates one.',
  UNKNOWN_GROUP: '`broker-cli groups list` shows the groups of both kinds.',
  UNKNOWN_TASK: '`broker-cli tasks list` shows what there is.',
  TOPIC_NOT_IN_GROUP: '`broker-cli queue describe` shows the topics of a queue.',
  DLQ_NOT_ALLOWED:
    '`broker-cli topics alter --dead-letter-source` lets a topic take dead letters of another.',
  MESSAGE_LEASED: '`broker-cli queue messages --state leased` shows who has it, and until when.',
  MESSAGE_FRESH: '`broker-cli queue stats` shows how many are before it.',
  TOO_MANY_IN_FLIGHT: '`broker-cli queue alter --max-in-flight` changes how many there may be.',
  PURGE_PENDING: '`broker-cli queue undo-purge` undoes it.',
  UNKNOWN_SCHEDULE: '`broker-cli schedules list` shows what there is.',
  AUTHENTICATION_REQUIRED:
    'Log in: --user NAME, or --token-file FILE. Whoever may read its data directory logs in with admin.token there.',
  NOT_AUTHORIZED:
    '`broker-cli acls check USER OPERATION RESOURCE NAME` tells why; `broker-cli acls add` gives rights.',
  UNKNOWN_USER: '`broker-cli users list` shows what there is.',
  UNKNOWN_TOKEN: '`broker-cli tokens list` shows what there is.',
  UNKNOWN_ACCESS_KEY: '`broker-cli keys list` shows what there is.',
  SECRETS_LOCKED: 'Start the broker with the --secrets-key-file that it had before.',
  GROUP_KIND_MISMATCH: '`broker-cli groups list` shows which kind each group is.',
  GROUP_NOT_EMPTY: 'Stop its members first; `broker-cli groups describe` names them.',
  TOPIC_IN_USE: 'Give that queue another dead-letter topic, or delete the queue first.',
  STALE_LEASE: 'The message was delivered again; only the newest receipt counts.',
  PRODUCER_FENCED: 'Another producer runs under this --producer-name.',
  KEY_REQUIRED:
    'The topic is compacted: give records a key, with --key-path or --format key-value.',
  OUTCOME_UNKNOWN: 'Look before you repeat it: it may have taken effect.',
  DEADLINE_EXCEEDED: 'A longer --timeout may help.',
  STORAGE_FULL: 'Free disk space, or shorten a retention with `broker-cli topics alter`.',
};

function hintsFor(error: MillraceError): readonly string[] {
  if (error.code === 'CONNECTION_LOST') return UNREACHABLE_HINTS;
  const hint = HINTS[error.code];
  return hint === undefined ? [] : [hint];
}

function explainMillraceError(error: MillraceError, broker: string): CliError {
  const { field, limit, retryAfterMs } = error.detail;
  const message =
    error.code === 'CONNECTION_LOST' && !error.message.includes(broker)
      ? `no broker answers at ${broker}: ${error.message}`
      : error.message;
  const detail = {
    ...(field === undefined ? {} : { field }),
    ...(limit === undefined ? {} : { limit }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
  return new CliError(exitOfError(error.code), error.code, message, {
    hints: hintsFor(error),
    detail,
    cause: error,
  });
}

/** A file or stream that could not be opened, read or written. */
function explainSystemError(error: NodeJS.ErrnoException): CliError {
  const exit = error.code === 'ENOENT' ? 'notFound' : 'failed';
  return new CliError(exit, error.code ?? 'SYSTEM', error.message, { cause: error });
}

export function explainError(error: unknown, broker: string): CliError {
  if (error instanceof CliError) return error;
  if (error instanceof MillraceError) return explainMillraceError(error, broker);
  if (error instanceof Error && 'syscall' in error)
    return explainSystemError(error as NodeJS.ErrnoException);
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new CliError('failed', 'INTERNAL', `a fault of broker-cli's own: ${text}`, {
    cause: error,
  });
}
