// Builds the HTTP server: limits and hooks that hold for every request, then the SQS API and the REST routes. It listens
// nowhere and opens no connection.

import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { fastify } from 'fastify';
import type { GatewayOptions } from './options/table.ts';
import { sendProblem } from './rest/problem/send-problem.ts';
import { registerRest } from './rest/register-rest.ts';
import type { App, Services } from './services.ts';
import { routedUrl } from './sqs/dispatch/route-choice.ts';
import { registerSqs } from './sqs/register-sqs.ts';

export async function buildApp(services: Services, settings: GatewayOptions): Promise<App> {
  const app = fastify({
    logger: false,
    bodyLimit: settings.httpBodyBytes,
    keepAliveTimeout: settings.httpIdleTimeout,
    requestTimeout: settings.httpRequestTimeout,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    rewriteUrl: routedUrl,
    frameworkErrors: sendProblem,
    routerOptions: { maxParamLength: 1_024 },
    http: {
      maxHeaderSize: settings.httpHeaderBytes,
      headersTimeout: settings.httpHeadersTimeout,
      connectionsCheckingInterval: 1_000,
    },
  }).withTypeProvider<TypeBoxTypeProvider>();
  app.server.maxConnections = settings.httpConnectionsMax;
  await registerSqs(app, services, settings);
  await registerRest(app, services);
  return app;
}
