// Builds the HTTP server: limits and hooks that hold for every request, then the SQS API, the web page and the REST
// routes. It listens
// nowhere and opens no connection.

import { createServer as createPlainServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { type Log, limitConnections, type TlsContext } from '@millrace/options';
import { type FastifyBaseLogger, fastify, LogController } from 'fastify';
import { admitRequests } from './http/admit.ts';
import { answerConnectionError } from './http/connection-errors.ts';
import { type HealthSources, registerHealth } from './http/health.ts';
import { observeRequests, requestIdOf } from './http/observe.ts';
import { ServerLog } from './http/server-log.ts';
import type { GatewayOptions } from './options/table.ts';
import { pageDirectory } from './page/page-files.ts';
import { registerPage } from './page/register-page.ts';
import { sendProblem } from './rest/problem/send-problem.ts';
import { registerRest } from './rest/register-rest.ts';
import type { App, Services } from './services.ts';
import { routedUrl } from './sqs/dispatch/route-choice.ts';
import { registerSqs } from './sqs/register-sqs.ts';
import type { GatewayTracing } from './tracing/gateway-tracing.ts';

/** What only a gateway that listens has. */
export interface Rim {
  readonly log?: Log | undefined;
  /** Undefined: plain HTTP. */
  readonly tls?: TlsContext | undefined;
  readonly health?: HealthSources | undefined;
  /** Undefined: nobody asks for traces. */
  readonly tracing?: GatewayTracing | undefined;
}

const SILENT: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  fatal: () => undefined,
};
/** A receive may be silent for 20 s, a live feed for 15; what is silent for so much longer takes no bytes. */
const STALL_MS = 30_000;
const TIMEOUT_CHECK_MS = 1_000;

export async function buildApp(
  services: Services,
  settings: GatewayOptions,
  rim: Rim = {},
): Promise<App> {
  const { log = SILENT, tls, health, tracing } = rim;
  const app = fastify({
    loggerInstance: new ServerLog(log) as FastifyBaseLogger,
    requestIdHeader: false,
    genReqId: requestIdOf,
    logController: new LogController({
      disableRequestLogging: true,
      requestIdLogLabel: 'requestId',
    }),
    bodyLimit: settings.httpBodyBytes,
    // Running requests are answered; `close` of the gateway bounds their time.
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    rewriteUrl: routedUrl,
    frameworkErrors: sendProblem,
    // Names have up to 249 characters, and each may be escaped.
    routerOptions: { maxParamLength: 1_024 },
    clientErrorHandler: (error, socket) =>
      answerConnectionError(error as NodeJS.ErrnoException, socket, services.metrics),
    serverFactory: (handler) => {
      const server = createServer(handler, settings, tls);
      limitConnections(server, {
        max: settings.httpConnectionsMax,
        maxOfAddress: settings.httpConnectionsPerAddress,
        onRefused: () => services.metrics.requestRefused('connections'),
      });
      return server;
    },
  }).withTypeProvider<TypeBoxTypeProvider>();
  app.setErrorHandler(sendProblem);
  tracing?.traceRequests(app);
  observeRequests(app, services, {
    log,
    traceIdOf: tracing && ((request) => tracing.traceIdOf(request)),
  });
  await admitRequests(app, services, settings);
  if (health !== undefined) registerHealth(app, health);
  await registerSqs(app, services, settings);
  await registerPage(app, pageDirectory());
  await registerRest(app, services);
  return app;
}

function createServer(
  handler: RequestListener,
  settings: GatewayOptions,
  tls: TlsContext | undefined,
): Server {
  const limits = {
    maxHeaderSize: settings.httpHeaderBytes,
    headersTimeout: settings.httpHeadersTimeout,
    requestTimeout: settings.httpRequestTimeout,
    keepAliveTimeout: settings.httpIdleTimeout,
    connectionsCheckingInterval: TIMEOUT_CHECK_MS,
  };
  const server: Server =
    tls === undefined
      ? createPlainServer(limits, handler)
      : createTlsServer({ ...limits, ...tls, ...handshakeOf(settings) }, handler);
  return server.setTimeout(settings.httpIdleTimeout + STALL_MS);
}

/** A certificate that is not trusted is the same as none: it shows nobody. */
function handshakeOf({ httpTlsClientAuth, httpHeadersTimeout }: GatewayOptions) {
  return {
    handshakeTimeout: httpHeadersTimeout,
    requestCert: httpTlsClientAuth !== 'none',
    rejectUnauthorized: httpTlsClientAuth === 'required',
  };
}
