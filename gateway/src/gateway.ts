// Opens a gateway and closes it again in the opposite order: connection to the broker, server, port. It knows neither
// processes nor threads.

import type { AddressInfo } from 'node:net';
import type { Logger } from '@millrace/client';
import { formatAddress, type ListenAt, type Log, listenFault } from '@millrace/options';
import { buildApp } from './app.ts';
import { openServices } from './open-services.ts';
import type { GatewayOptions } from './options/table.ts';

export interface GatewaySources {
  readonly options: GatewayOptions;
  /** host:port, several by comma. */
  readonly brokers: string;
  /** Keeps trying for this long before the first connection stands, ms. */
  readonly waitForBrokerMs: number;
  readonly log: Log;
  /** Ends the attempts to connect. */
  readonly signal?: AbortSignal | undefined;
}

export interface Gateway {
  readonly address: AddressInfo;
  /** For people: `http://127.0.0.1:7651`. */
  readonly url: string;
  /** In the Prometheus text format. */
  metrics(): Promise<string>;
  /**
   * Waiting receives are answered empty, running requests are answered, connections are closed; those that are left after
   * this time are cut.
   */
  close(drainMs: number): Promise<void>;
}

/** Throws StartError `addressTaken`, and MillraceError where the broker does not answer. */
export async function openGateway(sources: GatewaySources): Promise<Gateway> {
  const { options, brokers, waitForBrokerMs, log, signal } = sources;
  const open = await openServices({
    brokers,
    waitForBrokerMs,
    waitingMax: options.httpWaitingMax,
    logger: clientLogger(log),
    signal,
  });
  const app = await buildApp(open.services, options);
  const at: ListenAt = {
    host: options.httpHost,
    port: options.httpPort,
    hostFlag: '--http-host',
    portFlag: '--http-port',
    rival: 'gateway',
  };
  try {
    await app.listen({ host: at.host, port: at.port, backlog: 1_024 });
  } catch (error) {
    await open.close();
    throw listenFault(error as NodeJS.ErrnoException, at);
  }
  const address = app.server.address() as AddressInfo;
  return {
    address,
    url: `http://${formatAddress(reachable(address.address), address.port)}`,
    metrics: async () => '',
    close: async (drainMs) => {
      open.stopWaiting();
      const timer = setTimeout(() => app.server.closeAllConnections(), drainMs);
      await app.close();
      clearTimeout(timer);
      await open.close();
    },
  };
}

/** Nobody can connect to a wildcard address. */
function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  return host === '::' ? '::1' : host;
}

function clientLogger(log: Log): Logger {
  return {
    debug: (text, fields) => log.debug({ ...fields }, text),
    info: (text, fields) => log.info({ ...fields }, text),
    warn: (text, fields) => log.warn({ ...fields }, text),
    error: (text, fields) => log.error({ ...fields }, text),
  };
}
