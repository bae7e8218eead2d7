// Pages for probes and scrapers. They tell of this process only.

import type { MetricsRegistry } from '@millrace/options';
import type { App } from '../services.ts';

const NOT_DOCUMENTED = { hide: true } as const;

export interface HealthSources {
  /** The broker is reachable, and the gateway is not shutting down. */
  readonly isReady: () => boolean;
  readonly registry: MetricsRegistry;
}

export function registerHealth(app: App, { isReady, registry }: HealthSources): void {
  app.get('/healthz', { schema: NOT_DOCUMENTED }, (_request, reply) => {
    reply.header('cache-control', 'no-store').send({ status: 'ok' });
  });
  app.get('/readyz', { schema: NOT_DOCUMENTED }, (_request, reply) => {
    const ready = isReady();
    reply
      .code(ready ? 200 : 503)
      .header('cache-control', 'no-store')
      .send({ status: ready ? 'ready' : 'not ready' });
  });
  app.get('/metrics', { schema: NOT_DOCUMENTED }, async (_request, reply) => {
    const text = await registry.scrape();
    return reply
      .header('cache-control', 'no-store')
      .header('content-type', registry.contentType)
      .send(text);
  });
}
