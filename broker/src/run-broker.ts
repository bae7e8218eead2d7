// The broker as a program, and as a part of one: its command line, and how it is opened within the life of a process.

import { resolve as absolutePath } from 'node:path';
import { type Life, type Program, runProgram, type Served } from '@millrace/options';
import { FlushUnknownError } from '@millrace/storage';
import { type BrokerAddresses, openBroker } from './broker.ts';
import { type GreetingLine, greetingText } from './greeting.ts';
import { offlineHelp } from './offline/commands.ts';
import { type BrokerOptions, checkBrokerOptions, OPTIONS } from './options/table.ts';
import { BROKER_VERSION } from './version.ts';

/** What a program runs beside the broker. */
export interface Beside {
  /** Added to the ready line. */
  readonly ready: Readonly<Record<string, string | number>>;
  /** Added to the greeting. */
  readonly greeting: readonly GreetingLine[];
  /** Added to what the broker's admin page shows, in the Prometheus text format. */
  metrics(): Promise<string>;
  /** Comes before the broker closes, and must not take all of the shutdown's time. */
  close(): Promise<void>;
}

export const BROKER_PROGRAM: Program<typeof OPTIONS> = {
  name: 'millrace-broker',
  description:
    'Serves the Millrace protocol from one data directory, until it gets SIGTERM or SIGINT.',
  version: BROKER_VERSION,
  table: OPTIONS,
  helpAfter: offlineHelp(),
  check: checkBrokerOptions,
  open: (options, life) => serveBroker(options, life),
};

export function runBroker(args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  return runProgram(BROKER_PROGRAM, args, env);
}

/** Throws StartError. What is beside the broker is opened once the broker answers. */
export async function serveBroker(
  options: BrokerOptions,
  life: Life,
  openBeside?: (addresses: BrokerAddresses) => Promise<Beside>,
): Promise<Served> {
  let beside: Beside | undefined;
  const broker = await openBroker(options, {
    version: BROKER_VERSION,
    log: life.opened.log,
    announce: (fields, message) => life.opened.announce(fields, message),
    onHangup: life.onHangup,
    moreMetrics: async () => beside?.metrics() ?? '',
    onFatal: (error) => {
      if (!(error instanceof FlushUnknownError)) return life.onFault(error);
      const message = 'A flush failed or its outcome is unknown: check the disk.';
      return life.endNow('flushUnknown', error, message);
    },
  });
  try {
    beside = await openBeside?.(broker);
  } catch (error) {
    await broker.close();
    throw error;
  }
  const { protocolAddress, adminAddress } = broker;
  const ready = {
    host: protocolAddress.address,
    port: protocolAddress.port,
    adminHost: adminAddress.address,
    adminPort: adminAddress.port,
    ...beside?.ready,
    dataDir: absolutePath(options.dataDir),
  };
  const { sync } = options;
  return {
    ready,
    greeting: greetingText({ version: BROKER_VERSION, sync, ...ready }, beside?.greeting ?? []),
    close: async () => {
      await beside?.close();
      await broker.close();
    },
  };
}
