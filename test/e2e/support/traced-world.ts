// Broker and gateway that export traces, an application that does, and the collector that gets them all: what tests of
// traces look at.
import { type Client, connect } from '@millrace/client';
import { MillraceProcess, TemporaryDirectory } from '@millrace/harness';
import { SpanKind } from '@opentelemetry/api';
import { afterAll, beforeAll, vi } from 'vitest';
import { type CollectedSpan, OtlpCollector } from './otlp-collector.ts';
import { TracedApp } from './traced-app.ts';

/** Kinds of the protocol, which begin at 1. */
export const KIND = {
  internal: SpanKind.INTERNAL + 1,
  server: SpanKind.SERVER + 1,
  client: SpanKind.CLIENT + 1,
  producer: SpanKind.PRODUCER + 1,
  consumer: SpanKind.CONSUMER + 1,
} as const;
/** Status of a span. */
export const FAILED = 2;

export const placeOf = ({ traceId, spanId }: CollectedSpan) => `${traceId}/${spanId}`;

export async function until<T>(found: () => T | undefined): Promise<T> {
  for (const giveUpAt = performance.now() + 20_000; ; ) {
    const value = found();
    if (value !== undefined) return value;
    if (performance.now() > giveUpAt) throw new Error(`never: ${found.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export class TracedWorld {
  readonly directory = new TemporaryDirectory('millrace-tracing-');
  collector!: OtlpCollector;
  app!: TracedApp;
  server!: MillraceProcess;
  client!: Client;

  /** For all tests of a file. */
  static shared(): TracedWorld {
    const world = new TracedWorld();
    beforeAll(() => world.open(), 60_000);
    afterAll(() => world.close(), 60_000);
    return world;
  }

  async open(): Promise<void> {
    this.collector = await OtlpCollector.open();
    vi.stubEnv('OTEL_BSP_SCHEDULE_DELAY', '50');
    const flags = ['--otlp-endpoint', this.collector.url];
    this.server = await MillraceProcess.launch({ dataDir: this.directory.path, flags });
    this.app = new TracedApp(this.collector.url);
    this.client = await connect({
      brokers: this.server.address,
      logger: null,
      clientName: 'shop',
    });
  }

  async close(): Promise<void> {
    await this.client.close();
    await this.app.close();
    await this.server.end('SIGTERM');
    await this.collector.close();
    this.directory.remove();
  }

  /** A topic with a share group of its name. */
  async queue(name: string, config = {}): Promise<void> {
    await this.client.admin.createTopic({ name });
    await this.client.admin.createShareGroup({ group: name, topics: [name], config });
  }

  named(traceId: string, name: string): CollectedSpan[] {
    return this.collector.trace(traceId).filter((span) => span.name === name);
  }

  /** So many spans of a trace with this name, as soon as they have come. */
  async spans(traceId: string, name: string, count: number): Promise<CollectedSpan[]> {
    return until(() => {
      const found = this.named(traceId, name);
      return found.length >= count ? found : undefined;
    });
  }

  async span(traceId: string, name: string): Promise<CollectedSpan> {
    const [span] = await this.spans(traceId, name, 1);
    return span as CollectedSpan;
  }
}
