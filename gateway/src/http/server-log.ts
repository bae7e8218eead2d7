// The log of the process in the shape that fastify wants: what it says of a request carries the request's id. There is one
// a request, so it is no more than two fields.

import type { Log } from '@millrace/options';
import type { FastifyBaseLogger } from 'fastify';

type Fields = Readonly<Record<string, unknown>>;
/** What our own code says through it names another event of the table. */
type ServerLine = Fields & { readonly event: 'http_server' };
type Level = 'debug' | 'warn' | 'error' | 'fatal';

const NONE: Fields = {};

export class ServerLog implements FastifyBaseLogger {
  private readonly log: Log;
  private readonly fields: Fields;

  constructor(log: Log, fields: Fields = NONE) {
    this.log = log;
    this.fields = fields;
  }

  get level(): string {
    return 'info';
  }

  child(fields: Fields): FastifyBaseLogger {
    return new ServerLog(this.log, this.fields === NONE ? fields : { ...this.fields, ...fields });
  }

  trace(): void {
    // Nobody reads so much.
  }

  silent(): void {
    // As it says.
  }

  debug(first: unknown, text?: string): void {
    this.say('debug', first, text);
  }

  /** What fastify says of its own is told by us already. */
  info(first: unknown, text?: string): void {
    this.say('debug', first, text);
  }

  warn(first: unknown, text?: string): void {
    this.say('warn', first, text);
  }

  error(first: unknown, text?: string): void {
    this.say('error', first, text);
  }

  fatal(first: unknown, text?: string): void {
    this.say('fatal', first, text);
  }

  private say(level: Level, first: unknown, text: string | undefined): void {
    if (typeof first === 'string') {
      this.log[level]({ event: 'http_server', ...this.fields }, first);
      return;
    }
    const fields = first instanceof Error ? { err: first } : (first as Fields);
    const line = { event: 'http_server', ...this.fields, ...fields } as ServerLine;
    this.log[level](line, text ?? 'server');
  }
}
