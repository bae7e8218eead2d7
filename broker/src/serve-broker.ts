// The broker as a part of a program: how it is opened and closed within the life of a process. It loads the whole broker, so what only
// reads a command line must not import it.

import { resolve as absolutePath } from 'node:path';
import { type Life, openTracing, type Served } from '@millrace/options';
import { FlushUnknownError } from '@millrace/storage';
import { type BrokerAddresses, openBroker } from './broker.ts';
import { type GreetingLine, greetingText } from './greeting.ts';
import type { BrokerOptions } from './options/table.ts';
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

/** Of the shutdown's time: a collector that does not answer may not take all of it. */
const TRACING_SHARE = 0.1;

/** Throws StartError. What is beside the broker is opened once the broker answers. */
export async function serveBroker(
  options: BrokerOptions,
  life: Life,
  openBeside?: (addresses: BrokerAddresses) => Promise<Beside>,
): Promise<Served> {
  let beside: Beside | undefined;
  const tracing = await openTracing({
    endpoint: options.otlpEndpoint,
    env: process.env,
    serviceName: 'millrace-broker',
    version: BROKER_VERSION,
    log: life.opened.log,
  });
  const broker = await openBroker(options, {
    tracing,
    version: BROKER_VERSION,
    log: life.opened.log,
    announce: (fields, message) => life.opened.announce(fields, message),
    onHangup: life.onHangup,
    moreMetrics: async () => beside?.metrics() ?? '',
    onFatal: (error) => {
      if (!(error instanceof FlushUnknownError)) return life.onFault(error);
      const message = 'A write or flush failed, or its outcome is unknown: check the disk.';
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
      await tracing?.close(options.shutdownDeadline * TRACING_SHARE);
    },
  };
}
