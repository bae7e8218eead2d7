// docs/reference/metrics.md: the broker's metrics and those of the HTTP gateway, from their two tables.

import { renderBrokerMetrics } from '../../broker/dist/index.js';
import { renderGatewayMetrics } from '../../gateway/dist/index.js';

export function renderMetricsReference() {
  return [
    '# Metrics',
    '',
    '<!-- Generated from broker/src/metrics/table.ts and gateway/src/metrics/table.ts by `npm run docs`. -->',
    '',
    '`GET /metrics` on the admin port, in the Prometheus text format. Times are in seconds, sizes in bytes. Where the HTTP',
    'gateway runs beside the broker, its metrics are there too; they also are at `/metrics` of the gateway itself.',
    '',
    '## The broker',
    '',
    renderBrokerMetrics(),
    '',
    'Metrics of the process and of Node.js follow under `millrace_process_` (CPU, memory, open files) and',
    '`millrace_nodejs_`: heap, garbage collection, and the delay of the event loop as',
    '`millrace_nodejs_eventloop_lag_{mean,p50,p90,p99,max}_seconds`, measured since the scrape before.',
    '',
    '## The HTTP gateway',
    '',
    renderGatewayMetrics(),
    '',
    "The same of Node.js follows under `millrace_gateway_nodejs_`, for the gateway's own thread, and under",
    '`millrace_gateway_process_` for the process it is in.',
    '',
  ].join('\n');
}
