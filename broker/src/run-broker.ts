// The life of the broker process: options, log, start, ready line, signals, end. Every way out goes through `end`, so
// that the exit code and the last line are always the documented ones.

import { writeSync } from 'node:fs';
import { resolve as absolutePath } from 'node:path';
import { FlushUnknownError } from '@millrace/storage';
import { type Broker, openBroker } from './broker.ts';
import { EXITS, type ExitName, StartError } from './exit-codes.ts';
import { greetingText } from './greeting.ts';
import { type OpenLog, openLog } from './log.ts';
import { type Environment, parseOptions } from './options/parse-options.ts';
import { renderConfig } from './options/print-options.ts';
import type { BrokerOptions } from './options/table.ts';
import { Shutdown } from './shutdown.ts';
import { BROKER_VERSION } from './version.ts';

export async function runBroker(args: readonly string[], env: Environment): Promise<void> {
  // A closed terminal or pipe must not end the broker, nor its help.
  process.stdout.on('error', () => undefined);
  let options: BrokerOptions;
  try {
    const parsed = parseOptions(args, env, BROKER_VERSION);
    if (parsed.kind === 'text') return void process.stdout.write(parsed.text);
    if (parsed.printConfig) {
      return void process.stdout.write(renderConfig(parsed.options, parsed.sources));
    }
    options = parsed.options;
  } catch (error) {
    return failBeforeStart(error);
  }
  const format = chooseFormat(options);
  await serve(options, format, openLog({ level: options.logLevel, format }));
}

function chooseFormat({ logFormat }: BrokerOptions): 'json' | 'text' {
  if (logFormat !== 'auto') return logFormat;
  return process.stdout.isTTY ? 'text' : 'json';
}

async function serve(
  options: BrokerOptions,
  format: 'json' | 'text',
  opened: OpenLog,
): Promise<void> {
  const { log } = opened;
  const end = (name: ExitName) => void opened.close().finally(() => process.exit(EXITS[name].code));
  /** Nothing more may leave this process, not even a reply. */
  const endNow = (name: ExitName, error: unknown, message: string): never => {
    log.fatal({ err: error, event: 'fatal', exitCode: EXITS[name].code }, message);
    tellPeople(message);
    opened.flushNow();
    process.exit(EXITS[name].code);
  };
  const onFault = (error: unknown) =>
    endNow(
      'internalFault',
      error,
      'The broker met a fault of its own and ends; its log says more.',
    );
  process.on('uncaughtException', onFault);

  let hasStarted: (broker: Broker) => void = () => undefined;
  const started = new Promise<Broker>((resolve) => {
    hasStarted = resolve;
  });
  const shutdown = new Shutdown({
    close: async () => (await started).close(),
    deadlineMs: options.shutdownDeadline,
    log,
    exit: end,
  });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => shutdown.signalled(signal));
  }

  try {
    const broker = await openBroker(options, {
      version: BROKER_VERSION,
      log,
      onFatal: (error) => {
        if (error instanceof FlushUnknownError)
          endNow(
            'flushUnknown',
            error,
            'A flush failed or its outcome is unknown: check the disk.',
          );
        else onFault(error);
      },
    });
    hasStarted(broker);
    announce(broker, options, format, opened);
  } catch (error) {
    failStart(error, format, opened, end);
  }
}

/** What other programs and people wait for: the form is documented in docs/operations.md. */
function announce(
  { protocolAddress, adminAddress }: Broker,
  options: BrokerOptions,
  format: 'json' | 'text',
  opened: OpenLog,
): void {
  const addresses = {
    host: protocolAddress.address,
    port: protocolAddress.port,
    adminHost: adminAddress.address,
    adminPort: adminAddress.port,
    dataDir: absolutePath(options.dataDir),
  };
  if (format === 'json') {
    opened.announce({ event: 'listening', ...addresses, pid: process.pid }, 'listening');
  } else {
    const greeting = { version: BROKER_VERSION, sync: options.sync, ...addresses };
    process.stdout.write(`${greetingText(greeting)}\n`);
  }
}

function failStart(
  error: unknown,
  format: 'json' | 'text',
  { log }: OpenLog,
  end: (name: ExitName) => void,
): void {
  const isExpected = error instanceof StartError;
  const name = isExpected ? error.exit : 'internalFault';
  const message = isExpected ? error.message : `the start met a fault: ${String(error)}`;
  if (format === 'json' || !isExpected) {
    log.fatal(
      { err: error, event: 'start_failed', exitCode: EXITS[name].code },
      'The start failed.',
    );
  }
  tellPeople(message);
  end(name);
}

function failBeforeStart(error: unknown): void {
  if (!(error instanceof StartError)) throw error;
  tellPeople(error.message);
  process.exitCode = error.exitCode;
}

/** One line on stderr, at once. */
function tellPeople(message: string): void {
  try {
    writeSync(2, `millrace-broker: ${message}\n`);
  } catch {
    // Nobody listens.
  }
}
