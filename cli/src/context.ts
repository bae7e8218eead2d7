// What a running command works with: settings, output, the client, and the signal that asks it to stop.
// Connects at the first use of `client()`, so that commands without a broker never load the client.

import type { Client } from '@millrace/client';
import { CliError } from './errors/cli-error.ts';
import { EXIT, type ExitCode } from './errors/exit-codes.ts';
import { Output } from './output/output.ts';
import type { Settings } from './settings.ts';
import type { Terminal } from './terminal.ts';

export interface Context {
  readonly settings: Settings;
  readonly terminal: Terminal;
  readonly output: Output;
  /** Aborted by the first SIGINT or SIGTERM, and when stdout's reader is gone. */
  readonly signal: AbortSignal;
  /** Whether, and by what, the command was asked to stop. */
  readonly stopped: 'SIGINT' | 'SIGTERM' | 'output' | undefined;
  client(): Promise<Client>;
  close(): Promise<void>;
}

class RunningContext implements Context {
  readonly settings: Settings;
  readonly terminal: Terminal;
  readonly output: Output;
  stopped: Context['stopped'];
  readonly #abort = new AbortController();
  readonly #offSignal: () => void;
  #client: Promise<Client> | undefined;

  constructor(settings: Settings, terminal: Terminal) {
    this.settings = settings;
    this.terminal = terminal;
    this.output = new Output(settings, terminal, () => this.#stop('output'));
    this.#offSignal = terminal.onSignal((signal) => {
      if (this.stopped === 'SIGINT' || this.stopped === 'SIGTERM') terminal.exitNow(exitOf(signal));
      this.#stop(signal);
    });
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  client(): Promise<Client> {
    this.#client ??= this.#connect();
    return this.#client;
  }

  async close(): Promise<void> {
    this.#offSignal();
    const client = await this.#client?.catch(() => undefined);
    await client?.close({ timeoutMs: 5_000 });
  }

  #stop(by: NonNullable<Context['stopped']>): void {
    this.stopped ??= by;
    this.#abort.abort(new CliError('interrupted', 'INTERRUPTED', `stopped by ${by}`));
  }

  async #connect(): Promise<Client> {
    const { openAccess } = await import('./access.ts');
    const access = await openAccess(this.settings.access, this.terminal, this.signal);
    const { connect } = await import('@millrace/client');
    return connect({
      ...access,
      brokers: this.settings.broker,
      clientName: 'broker-cli',
      requestTimeoutMs: this.settings.timeoutMs,
      connectTimeoutMs: Math.min(this.settings.timeoutMs, 5_000),
      waitForBrokerMs: 0,
      signal: this.signal,
      logger: { warn: (text) => this.output.warn(text), error: (text) => this.output.warn(text) },
    });
  }
}

export function exitOf(signal: 'SIGINT' | 'SIGTERM'): ExitCode {
  return signal === 'SIGINT' ? EXIT.interrupted : EXIT.terminated;
}

export function openContext(settings: Settings, terminal: Terminal): Context {
  return new RunningContext(settings, terminal);
}
