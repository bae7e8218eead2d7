// What the log may say: the table of its events. Types of the log, the reference page and the tests come from it, and from
// the table of fields. It writes nothing.

import type { LogField } from './log-fields.ts';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'fatal'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface LogEventSpec {
  readonly levels: readonly LogLevel[];
  /** Those that it may have. */
  readonly fields: readonly LogField[];
  readonly about: string;
  /** How floods are kept away. */
  readonly bounded?: string;
  /** It may have further fields. */
  readonly isOpen?: true;
}

const TEN_SECONDS = 'Of one kind a line at once, then one in 10 s with the `count`.';

export const LOG_EVENTS = {
  listening: {
    levels: ['info'],
    fields: [
      'host',
      'port',
      'adminHost',
      'adminPort',
      'httpHost',
      'httpPort',
      'broker',
      'dataDir',
      'pid',
    ],
    about: 'The process answers requests. Written whatever the level.',
  },
  start_failed: {
    levels: ['fatal'],
    fields: ['err', 'exitCode'],
    about: 'The process cannot start, and ends.',
  },
  stopping: {
    levels: ['info'],
    fields: ['signal'],
    about: 'A signal came: everything is ended in order.',
  },
  stopped: { levels: ['info'], fields: [], about: 'Everything is ended; the process ends.' },
  stop_failed: { levels: ['fatal'], fields: ['err'], about: 'The shutdown met a fault.' },
  forced: {
    levels: ['error'],
    fields: ['signal', 'deadlineMs'],
    about: 'The shutdown took too long, or a second signal came: the process ends at once.',
  },
  fatal: {
    levels: ['fatal'],
    fields: ['err', 'exitCode'],
    about: 'Nothing more may leave this process: it ends at once.',
  },
  tls_reloaded: {
    levels: ['info'],
    fields: ['certificate', 'expiresAt'],
    about: 'New files of TLS are in force.',
  },
  tls_reload_failed: {
    levels: ['error'],
    fields: ['err'],
    about: 'New files of TLS do not work: the old ones stay in force.',
    bounded: 'Once for each fault.',
  },
  tls_expiry: {
    levels: ['warn'],
    fields: ['certificate', 'expiresAt'],
    about: 'The certificate expires soon, or has.',
    bounded: 'Once a day.',
  },
  tls_handshake_failed: {
    levels: ['warn'],
    fields: ['code', 'remoteAddress', 'failures'],
    about: 'Somebody tried to connect and failed at TLS.',
    bounded: 'One line in 10 s.',
  },
  tls_certificate_refused: {
    levels: ['warn'],
    fields: ['code', 'remoteAddress', 'failures'],
    about:
      'A client showed a certificate of nobody who is trusted, or one that has ended or was revoked.',
    bounded: 'Of each code one line at once, then one in 10 s.',
  },
  tracing_failed: {
    levels: ['warn'],
    fields: ['err', 'droppedSpans'],
    about: 'Traces cannot be exported: their spans are dropped.',
    bounded: 'One line a minute.',
  },
  tracing_recovered: {
    levels: ['info'],
    fields: ['droppedSpans'],
    about: 'Traces are exported again.',
  },
  audit_failed: {
    levels: ['error'],
    fields: ['err', 'path'],
    about: 'The audit log cannot be written.',
  },
  admin_token_made: {
    levels: ['info'],
    fields: ['path'],
    about: 'The administrator’s token was made: who shows it may do everything.',
  },
  admin_token_exposed: {
    levels: ['warn'],
    fields: ['path'],
    about: 'Others could read the administrator’s token; now they cannot.',
  },
  secrets_locked: {
    levels: ['warn'],
    fields: ['accessKeys'],
    about: 'Secrets of access keys cannot be read: their key file is missing, or another one.',
  },
  secrets_resealed: {
    levels: ['info'],
    fields: ['accessKeys'],
    about:
      'Secrets of access keys were encrypted with a previous key, and are with the new one now.',
  },
  admin_page_failed: {
    levels: ['error'],
    fields: ['err', 'path'],
    about: 'Metrics or health met a fault.',
  },
  accept_failed: {
    levels: ['error'],
    fields: ['err'],
    about: 'The system refuses new connections, for instance for lack of file descriptors.',
  },
  connections_refused: {
    levels: ['warn'],
    fields: ['err', 'remoteAddress'],
    about: 'There are as many connections as there may be.',
    bounded: 'One line for a wave of them.',
  },
  connection_ended: {
    levels: ['warn'],
    fields: ['err', 'connectionId', 'remoteAddress', 'clientName', 'linesLeftOut'],
    about: 'A connection is ended for what it sent.',
    bounded: '`linesLeftOut` counts what is not written.',
  },
  client_cut_off: {
    levels: ['warn'],
    fields: ['reason', 'connectionId', 'remoteAddress', 'clientName', 'unsentBytes'],
    about: 'A client takes no replies and is cut off.',
  },
  socket_error: {
    levels: ['debug'],
    fields: ['err', 'connectionId'],
    about: 'A connection was lost.',
  },
  request_fault: {
    levels: ['error'],
    fields: ['err', 'api', 'apiVersion', 'correlationId', 'connectionId', 'clientName'],
    about: 'A request of the protocol met a fault of the broker: INTERNAL.',
  },
  commit_aborted: {
    levels: ['error'],
    fields: ['err', 'tookMs'],
    about: 'A commit was aborted; memory was loaded anew from the store.',
  },
  batch_quarantined: {
    levels: ['error'],
    fields: ['topicId', 'partition', 'baseOffset', 'lastOffset', 'deadMessages', 'fault'],
    about: 'A batch on the disk is damaged: it was set aside, and its offsets are a gap.',
  },
  background_failed: {
    levels: ['error'],
    fields: ['err', 'job'],
    about: 'Background work failed; it is tried again.',
  },
  dead_lettered: {
    levels: ['info'],
    fields: ['topic', 'count', 'messageIds'],
    about: 'Messages went to a dead-letter topic.',
    bounded: `${TEN_SECONDS} The kind: the dead-letter topic.`,
  },
  event_loop_held_up: {
    levels: ['warn'],
    fields: ['heldUpMs'],
    about: 'The event loop was held up: nobody was answered meanwhile.',
    bounded: 'One line in 10 s.',
  },
  heap_high: {
    levels: ['warn'],
    fields: ['usedBytes', 'warningBytes', 'limitBytes'],
    about: 'The heap is nearly used up.',
    bounded: 'Once, until `heap_calm`.',
  },
  heap_calm: {
    levels: ['info'],
    fields: ['usedBytes', 'warningBytes', 'limitBytes'],
    about: 'The heap has room again.',
  },
  gateway_failed: {
    levels: ['error'],
    fields: ['err', 'restartInMs'],
    about: 'The gateway beside the broker met a fault and is started again.',
  },
  http_answered: {
    levels: ['debug'],
    fields: ['requestId', 'method', 'route', 'status', 'durationMs', 'traceId'],
    about: 'A request over HTTP was answered.',
  },
  http_failed: {
    levels: ['warn'],
    fields: ['requestId', 'method', 'route', 'status', 'durationMs', 'traceId', 'err', 'count'],
    about: 'A request over HTTP was answered with 500 or more.',
    bounded: `${TEN_SECONDS} The kind: method, route and status. The other fields are those of the first.`,
  },
  http_fault: {
    levels: ['error'],
    fields: ['requestId', 'err', 'action'],
    about: 'A request over HTTP met a fault of the gateway.',
  },
  websocket_failed: {
    levels: ['debug'],
    fields: ['requestId', 'err'],
    about: 'A WebSocket met a fault.',
  },
  http_server: {
    levels: ['debug', 'warn', 'error', 'fatal'],
    fields: ['requestId', 'err'],
    about: 'What the HTTP server’s library says for itself.',
    isOpen: true,
  },
  client: {
    levels: ['debug', 'info', 'warn', 'error'],
    fields: ['broker', 'brokers', 'reason', 'error', 'group', 'topic', 'id'],
    about:
      'What the gateway’s client of the broker says: connections lost and found, and the like.',
    isOpen: true,
  },
} as const satisfies Record<string, LogEventSpec>;

export type LogEvent = keyof typeof LOG_EVENTS;

type FieldsOf<E extends LogEvent> = (typeof LOG_EVENTS)[E] extends { isOpen: true }
  ? Readonly<Record<string, unknown>>
  : { readonly [F in (typeof LOG_EVENTS)[E]['fields'][number]]?: unknown };

/** The fields of a line of one event: its name, and what it may have. */
export type LineOf<E extends LogEvent> = { readonly event: E } & FieldsOf<E>;

/** The fields of a line that may be written at this level. */
export type LineAt<L extends LogLevel> = {
  [E in LogEvent]: L extends (typeof LOG_EVENTS)[E]['levels'][number] ? LineOf<E> : never;
}[LogEvent];
