// Traces of a gateway, where its process or thread exports any: requests become spans, and the gateway's client makes those
// of messages below them. Where nobody asks for traces nothing of it is loaded.

import { type Log, openTracing } from '@millrace/options';
import type { FastifyRequest } from 'fastify';
import type { App } from '../services.ts';
import { GATEWAY_VERSION } from '../version.ts';

export interface TracingSettings {
  /** Empty: as the environment says. */
  readonly otlpEndpoint: string;
  readonly log: Log;
}

export interface GatewayTracing {
  /** To come before all other hooks: their time belongs to the request. */
  traceRequests(app: App): void;
  /** Undefined: the request has no span. */
  traceIdOf(request: FastifyRequest): string | undefined;
  /** Exports what waits, and gives up after this time. */
  close(timeoutMs: number): Promise<void>;
}

/** Undefined: nobody asks for traces. Throws StartError `badOption`. Once a thread. */
export async function openGatewayTracing(
  settings: TracingSettings,
): Promise<GatewayTracing | undefined> {
  const tracing = await openTracing({
    endpoint: settings.otlpEndpoint,
    env: process.env,
    serviceName: 'millrace-gateway',
    version: GATEWAY_VERSION,
    log: settings.log,
  });
  if (tracing === undefined) return undefined;
  const { startGatewayTracing } = await import('./start-gateway-tracing.ts');
  return startGatewayTracing(tracing);
}
