// The log: pino, one JSON object a line, or lines for people. Credentials are redacted, bytes are written as their
// length only: no line ever holds a payload.

import { MillraceError } from '@millrace/protocol';
import { destination, type LevelWithSilent, pino, stdTimeFunctions } from 'pino';
import { StartError } from './exit-codes.ts';
import type { LineAt } from './log-events.ts';
import { textLine } from './log-text.ts';

type Fields = Readonly<Record<string, unknown>>;

/** What modules log with: the event and its fields, as the table has them, then a sentence for people. */
export interface Log {
  debug(fields: LineAt<'debug'>, message: string): void;
  info(fields: LineAt<'info'>, message: string): void;
  warn(fields: LineAt<'warn'>, message: string): void;
  error(fields: LineAt<'error'>, message: string): void;
  fatal(fields: LineAt<'fatal'>, message: string): void;
}

export interface LogOptions {
  readonly level: LevelWithSilent;
  readonly format: 'json' | 'text';
  /** Takes whole lines instead of stdout (json) or stderr (text). */
  readonly sink?: { write(line: string): void } | undefined;
}

export interface OpenLog {
  readonly log: Log;
  /** Writes an info line whatever the level: for what other programs wait for. */
  announce(fields: Fields, message: string): void;
  /** Takes a line that another thread's log made. */
  passOn(line: string): void;
  /** Writes what waits and takes no more lines; gives up on a reader that does not read. */
  close(): Promise<void>;
  /** Writes what waits, now: for a process that ends in this very turn. */
  flushNow(): void;
}

/** A reader that has stopped reading costs us at most this many bytes of waiting lines; further ones are dropped. */
const WAITING_BYTES_MAX = 1024 * 1024;
const CLOSE_WAIT_MS = 500;

const SECRET_NAMES = ['credentials', 'password', 'authorization', 'secret', 'apiKey', 'accessKey'];
const SECRET_PATHS = SECRET_NAMES.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);

export function openLog(options: LogOptions): OpenLog {
  const outlet = options.sink === undefined ? openOutlet(options.format) : unbuffered(options.sink);
  const sink =
    options.format === 'text' ? { write: (line: string) => outlet.write(textLine(line)) } : outlet;
  const log = pino(
    {
      level: options.level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      redact: { paths: SECRET_PATHS, censor: '[redacted]' },
      formatters: { level: (label) => ({ level: label }), log: describeFields },
      serializers: { err: describeError },
    },
    sink,
  );
  const announcer = log.child({}, { level: 'info' });
  return {
    log,
    announce: (fields, message) => announcer.info(fields, message),
    passOn: (line) => sink.write(line),
    close: () => outlet.close(),
    flushNow: () => outlet.flushNow(),
  };
}

interface Outlet {
  write(line: string): void;
  close(): Promise<void>;
  flushNow(): void;
}

function unbuffered(sink: { write(line: string): void }): Outlet {
  return {
    write: (line) => sink.write(line),
    close: async () => undefined,
    flushNow: () => undefined,
  };
}

/** Lines leave through the thread pool: a reader that has stopped must not hold up the event loop. */
function openOutlet(format: 'json' | 'text'): Outlet {
  let retriesAtEnd = 5;
  let ending = false;
  const stream = destination({
    fd: format === 'json' ? 1 : 2,
    sync: false,
    maxLength: WAITING_BYTES_MAX,
    retryEAGAIN: () => !ending || retriesAtEnd-- > 0,
  });
  // A closed pipe or a full disk under the log must not end the process.
  stream.on('error', () => undefined);
  const flushNow = () => {
    ending = true;
    try {
      stream.flushSync();
    } catch {
      // Its reader is gone or does not read: there is nobody to tell.
    }
  };
  const close = () =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, CLOSE_WAIT_MS);
      stream.once('close', () => {
        clearTimeout(timer);
        resolve();
      });
      stream.end();
    });
  const write = (line: string) => {
    try {
      stream.write(line);
    } catch {
      // Closed: this line comes too late.
    }
  };
  return { write, close, flushNow };
}

function describeFields(fields: Record<string, unknown>): Record<string, unknown> {
  const described: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    described[name] = value instanceof Uint8Array ? `<${value.length} bytes>` : value;
  }
  return described;
}

/** Our own refusals without a stack; anything else with it, and with its causes. */
function describeError(error: unknown): unknown {
  if (error instanceof MillraceError) {
    return { code: error.code, message: error.message, ...error.detail };
  }
  if (error instanceof StartError) return { code: error.exit, message: error.message };
  if (!(error instanceof Error)) return { message: String(error) };
  const cause = error.cause === undefined ? {} : { cause: describeError(error.cause) };
  return { name: error.name, message: error.message, stack: error.stack, ...cause };
}
