// The SDK of OpenTelemetry as this process uses it: sampled and batched as the standard's environment variables say,
// exported over OTLP. Loaded only where traces are asked for. It registers nothing by itself.

import { randomUUID } from 'node:crypto';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  type SpanExporter,
} from '@opentelemetry/sdk-trace-base';
import { ExportWatch } from './export-watch.ts';
import type { Target, Tracing, TracingSources } from './open-tracing.ts';

export async function startTracing(
  target: Target,
  { serviceName, version, log }: TracingSources,
): Promise<Tracing> {
  const watch = new ExportWatch(await exporterOf(target), log);
  const own = resourceFromAttributes({
    'service.name': serviceName,
    'service.version': version,
    'service.instance.id': randomUUID(),
  });
  const provider = new BasicTracerProvider({
    resource: defaultResource()
      .merge(own)
      .merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [new BatchSpanProcessor(watch)],
  });
  return {
    provider,
    propagator: new W3CTraceContextPropagator(),
    contexts: new AsyncLocalStorageContextManager().enable(),
    close: (timeoutMs) => within(provider.shutdown(), timeoutMs),
  };
}

/** The one for JSON is not loaded with the other. */
async function exporterOf({ url, protocol }: Target): Promise<SpanExporter> {
  const settings = url === undefined ? {} : { url };
  if (protocol === 'http/json') {
    const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-http');
    return new OTLPTraceExporter(settings);
  }
  const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-proto');
  return new OTLPTraceExporter(settings);
}

/** What fails has been told of by the watch. */
async function within(done: Promise<void>, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, timeoutMs);
  });
  await Promise.race([done.catch(() => undefined), late]);
  clearTimeout(timer);
}
