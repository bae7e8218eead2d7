// The broker as a program: its command line, and what it takes to serve once the options are right. The broker itself is loaded
// only then: `--help`, `--version` and a wrong option are answered without it.

import { type Life, type Program, runProgram, type Served } from '@millrace/options';
import type { BrokerAddresses } from './broker.ts';
import { offlineHelp } from './offline/commands.ts';
import { type BrokerOptions, checkBrokerOptions, OPTIONS } from './options/table.ts';
import type { Beside } from './serve-broker.ts';
import { BROKER_VERSION } from './version.ts';

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

/** Loads the broker and opens it. Throws StartError. What is beside the broker is opened once the broker answers. */
export async function serveBroker(
  options: BrokerOptions,
  life: Life,
  openBeside?: (addresses: BrokerAddresses) => Promise<Beside>,
): Promise<Served> {
  keepToOwner();
  const loaded = await import('./serve-broker.ts');
  return loaded.serveBroker(options, life, openBeside);
}

/** Loads the offline commands and runs one. Resolves with the exit code. */
export async function runOffline(args: readonly string[]): Promise<number> {
  keepToOwner();
  const loaded = await import('./offline/run-offline.ts');
  return loaded.runOffline(args);
}

/** Of what this process makes, data, copies and sockets, nobody else reads anything, whoever may enter the directory. */
function keepToOwner(): void {
  process.umask(0o077);
}
