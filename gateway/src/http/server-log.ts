// The log of the process in the shape that fastify wants: what it says of a request carries the request's id.

import type { Log } from '@millrace/options';
import type { FastifyBaseLogger } from 'fastify';

type Fields = Readonly<Record<string, unknown>>;

export class ServerLog implements FastifyBaseLogger {
  level = 'info';
  readonly #log: Log;
  readonly #fields: Fields;

  constructor(log: Log, fields: Fields = {}) {
    this.#log = log;
    this.#fields = fields;
  }

  child(fields: Fields): FastifyBaseLogger {
    return new ServerLog(this.#log, { ...this.#fields, ...fields });
  }

  readonly trace = () => undefined;
  readonly silent = () => undefined;
  readonly debug = (first: unknown, text?: string): void => this.#say('debug', first, text);
  /** What fastify says of its own is told by us already. */
  readonly info = (first: unknown, text?: string): void => this.#say('debug', first, text);
  readonly warn = (first: unknown, text?: string): void => this.#say('warn', first, text);
  readonly error = (first: unknown, text?: string): void => this.#say('error', first, text);
  readonly fatal = (first: unknown, text?: string): void => this.#say('fatal', first, text);

  #say(
    level: 'debug' | 'warn' | 'error' | 'fatal',
    first: unknown,
    text: string | undefined,
  ): void {
    if (typeof first === 'string') {
      this.#log[level](this.#fields, first);
      return;
    }
    const fields = first instanceof Error ? { err: first } : (first as Fields);
    this.#log[level]({ ...this.#fields, ...fields }, text ?? 'server');
  }
}
