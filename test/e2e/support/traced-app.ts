// The tracing of an application, as its author sets it up: SDK, exporter, context manager; and the client instrumented.
import { type InstrumentOptions, instrument } from '@millrace/client/opentelemetry';
import { type Context, context, propagation, type Span, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';

export class TracedApp {
  readonly #provider: BasicTracerProvider;
  readonly #undo: () => void;

  constructor(collectorUrl: string, options: InstrumentOptions = {}) {
    const exporter = new OTLPTraceExporter({ url: `${collectorUrl}/v1/traces` });
    this.#provider = new BasicTracerProvider({
      resource: resourceFromAttributes({ 'service.name': 'app' }),
      spanProcessors: [new BatchSpanProcessor(exporter, { scheduledDelayMillis: 50 })],
    });
    trace.setGlobalTracerProvider(this.#provider);
    propagation.setGlobalPropagator(new W3CTraceContextPropagator());
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    this.#undo = instrument(options);
  }

  /** Runs it inside a span of this name; gives the trace id. */
  async inside(
    name: string,
    run: (span: Span) => Promise<void>,
    parent?: Context,
  ): Promise<string> {
    const tracer = trace.getTracer('app');
    return tracer.startActiveSpan(name, {}, parent ?? context.active(), async (span) => {
      await run(span);
      span.end();
      return span.spanContext().traceId;
    });
  }

  flush(): Promise<void> {
    return this.#provider.forceFlush();
  }

  async close(): Promise<void> {
    this.#undo();
    await this.#provider.shutdown();
    trace.disable();
    propagation.disable();
    context.disable();
  }
}
