// Lets contexts follow what is asynchronous in this thread, and has the client make spans in them. Loaded only where traces
// are exported.

import { instrument } from '@millrace/client/opentelemetry';
import type { Tracing } from '@millrace/options';
import { context } from '@opentelemetry/api';
import { GATEWAY_VERSION } from '../version.ts';
import type { GatewayTracing } from './gateway-tracing.ts';
import { RequestSpans } from './request-spans.ts';

export function startGatewayTracing(tracing: Tracing): GatewayTracing {
  const { provider, propagator, contexts } = tracing;
  const isOurs = context.setGlobalContextManager(contexts);
  const undo = instrument({ tracerProvider: provider, propagator });
  const spans = new RequestSpans(
    provider.getTracer('@millrace/gateway', GATEWAY_VERSION),
    propagator,
  );
  return {
    traceRequests: (app) => spans.install(app),
    traceIdOf: (request) => spans.traceIdOf(request),
    close: async (timeoutMs) => {
      undo();
      if (isOurs) context.disable();
      await tracing.close(timeoutMs);
    },
  };
}
