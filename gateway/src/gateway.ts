// Opens a gateway and closes it again in the opposite order: connection to the broker, server, port. It knows neither
// processes nor threads.

import type { Server as TlsServer } from 'node:https';
import type { AddressInfo, Server, Socket } from 'node:net';
import type { Logger } from '@millrace/client';
import {
  ClientCertificates,
  formatAddress,
  type LoadedTls,
  type Log,
  listenFault,
  readTls,
  TlsReloader,
} from '@millrace/options';
import { buildApp } from './app.ts';
import {
  checkGatewayOptions,
  checkHttpExposure,
  HTTP_TLS_FLAGS,
  httpTlsPaths,
} from './http/exposure.ts';
import { createGatewayRegistry } from './metrics/registry.ts';
import { type OpenServices, openServices } from './open-services.ts';
import type { GatewayOptions } from './options/table.ts';
import type { App } from './services.ts';
import type { BrokerAccess } from './sessions/broker-access.ts';
import { loginFault } from './sessions/login-fault.ts';
import type { GatewayTracing } from './tracing/gateway-tracing.ts';

/** Connections that the system may keep waiting until we accept them. */
const BACKLOG = 1_024;
const IDLE_CHECK_MS = 20;
/** Everything is answered by then: the client has this part of the same time again. */
const CLIENT_SHARE = 4;

export interface GatewaySources {
  readonly options: GatewayOptions;
  readonly broker: BrokerAccess;
  /** Listen beyond loopback though the broker asks nobody. */
  readonly allowAnonymous: boolean;
  /** Keeps trying for this long before the first connection stands, ms. */
  readonly waitForBrokerMs: number;
  readonly log: Log;
  /** Undefined: nobody asks for traces. Who opened it closes it. */
  readonly tracing?: GatewayTracing | undefined;
  /** Ends the attempts to connect. */
  readonly signal?: AbortSignal | undefined;
}

export interface Gateway {
  readonly address: AddressInfo;
  /** For people: `http://127.0.0.1:7651`. */
  readonly url: string;
  /** In the Prometheus text format. */
  metrics(): Promise<string>;
  /** Looks at once whether the files of TLS have changed. */
  reloadTls(): void;
  /**
   * Waiting receives are answered empty, running requests are answered, connections are closed; those that are left after
   * this time are cut.
   */
  close(drainMs: number): Promise<void>;
}

/** Throws StartError, and MillraceError where the broker does not answer. */
export async function openGateway(sources: GatewaySources): Promise<Gateway> {
  const { options, broker, allowAnonymous, waitForBrokerMs, log, signal, tracing } = sources;
  checkGatewayOptions(options);
  const loaded = readTls(HTTP_TLS_FLAGS, httpTlsPaths(options));
  const open = await openServices({
    broker,
    waitForBrokerMs,
    waitingMax: options.httpWaitingMax,
    logger: clientLogger(log),
    signal,
  }).catch((error: unknown) => {
    throw loginFault(error);
  });
  let app: App | undefined;
  try {
    checkHttpExposure(options, { isRequired: open.sessions !== undefined, allowAnonymous });
    let connections: ReadonlySet<Socket> = new Set();
    const registry = registryOf(open, () => connections.size);
    const health = { isReady: open.isReady, registry };
    app = await buildApp(open.services, options, { log, tls: loaded?.context, health, tracing });
    connections = watchConnections(app.server);
    const address = await listen(app, options);
    const reloader = loaded && reloadTls(app, options, loaded, log);
    const host = formatAddress(reachable(address.address), address.port);
    return {
      address,
      url: `${loaded === undefined ? 'http' : 'https'}://${host}`,
      metrics: () => registry.scrape(),
      reloadTls: () => reloader?.look(),
      close: (drainMs) => {
        reloader?.close();
        return closeGateway(open, app as App, connections, drainMs);
      },
    };
  } catch (error) {
    await app?.close();
    await open.close();
    throw error;
  }
}

function registryOf({ services, tally, sessions, isReady }: OpenServices, count: () => number) {
  return createGatewayRegistry({
    metrics: services.metrics,
    isReady,
    connections: count,
    waitingReceives: () => tally.waiting,
    receiveConnections: () => tally.connections,
    sessions: () => sessions?.count ?? 0,
  });
}

function reloadTls(
  app: App,
  options: GatewayOptions,
  loaded: LoadedTls,
  log: Log,
): Pick<TlsReloader, 'look' | 'close'> {
  const paths = httpTlsPaths(options);
  const server = app.server as unknown as TlsServer;
  const certificates = new ClientCertificates(log);
  server.on('secureConnection', (socket) => certificates.watch(socket));
  const apply = (context: LoadedTls['context'], isTrustChanged: boolean) => {
    server.setSecureContext(context);
    if (isTrustChanged) certificates.endAll();
  };
  const reloader = new TlsReloader({ flags: HTTP_TLS_FLAGS, paths, loaded, log, apply });
  return {
    look: () => reloader.look(),
    close: () => {
      reloader.close();
      certificates.close();
    },
  };
}

async function listen(app: App, options: GatewayOptions): Promise<AddressInfo> {
  const { httpHost: host, httpPort: port } = options;
  try {
    await app.listen({ host, port, backlog: BACKLOG });
  } catch (error) {
    const at = { host, port, hostFlag: '--http-host', portFlag: '--http-port', rival: 'gateway' };
    throw listenFault(error as NodeJS.ErrnoException, at);
  }
  return app.server.address() as AddressInfo;
}

async function closeGateway(
  open: OpenServices,
  app: App,
  connections: ReadonlySet<Socket>,
  drainMs: number,
): Promise<void> {
  const { server } = app;
  open.stopWaiting();
  // A connection that has just been answered is idle then, and would keep the server open.
  const sweeper = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS);
  const cutter = setTimeout(() => {
    for (const socket of connections) socket.destroy();
  }, drainMs);
  await app.close();
  clearInterval(sweeper);
  clearTimeout(cutter);
  await open.close(drainMs / CLIENT_SHARE);
}

/** Nobody can connect to a wildcard address. */
function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  return host === '::' ? '::1' : host;
}

function clientLogger(log: Log): Logger {
  return {
    debug: (text, fields) => log.debug({ ...fields, event: 'client' }, text),
    info: (text, fields) => log.info({ ...fields, event: 'client' }, text),
    warn: (text, fields) => log.warn({ ...fields, event: 'client' }, text),
    error: (text, fields) => log.error({ ...fields, event: 'client' }, text),
  };
}

/** Also those that the HTTP server has let go of: WebSockets. */
function watchConnections(server: Server): ReadonlySet<Socket> {
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    if (open.has(socket)) return;
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  return open;
}
