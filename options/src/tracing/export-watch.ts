// Tells of exports that fail, in one line a minute at most, and when they work again. The spans of a failed export are
// dropped: what waits is bounded by the SDK's queue.

import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base';
import type { Log } from '../process/log.ts';

type Done = Parameters<SpanExporter['export']>[1];

const LINE_EVERY_MS = 60_000;

export class ExportWatch implements SpanExporter {
  readonly #exporter: SpanExporter;
  readonly #log: Log;
  readonly #nowMs: () => number;
  /** Since the last line. */
  #dropped = 0;
  /** Undefined: the last export worked. */
  #saidAtMs: number | undefined;

  constructor(exporter: SpanExporter, log: Log, nowMs = () => performance.now()) {
    this.#exporter = exporter;
    this.#log = log;
    this.#nowMs = nowMs;
  }

  export(spans: ReadableSpan[], done: Done): void {
    this.#exporter.export(spans, (result) => {
      if (result.error === undefined) this.#worked();
      else this.#failed(spans.length, result.error);
      done(result);
    });
  }

  async forceFlush(): Promise<void> {
    await this.#exporter.forceFlush?.();
  }

  shutdown(): Promise<void> {
    return this.#exporter.shutdown();
  }

  #failed(spans: number, err: Error): void {
    this.#dropped += spans;
    const nowMs = this.#nowMs();
    if (this.#saidAtMs !== undefined && nowMs - this.#saidAtMs < LINE_EVERY_MS) return;
    this.#saidAtMs = nowMs;
    const fields = { event: 'tracing_failed' as const, err, droppedSpans: this.#dropped };
    this.#log.warn(fields, 'Traces cannot be exported: their spans are dropped.');
    this.#dropped = 0;
  }

  #worked(): void {
    if (this.#saidAtMs === undefined) return;
    const fields = { event: 'tracing_recovered' as const, droppedSpans: this.#dropped };
    this.#saidAtMs = undefined;
    this.#dropped = 0;
    this.#log.info(fields, 'Traces are exported again.');
  }
}
