// How each metric of the gateway is read when somebody scrapes. It records nothing.

import {
  countValues,
  createRegistry,
  histogramValues,
  type MetricReaders,
  type MetricsRegistry,
  type MetricValue,
} from '@millrace/options';
import { GATEWAY_VERSION } from '../version.ts';
import type { GatewayMetrics } from './gateway-metrics.ts';
import { METRICS } from './table.ts';

/** Where the values come from. */
export interface GatewayGauges {
  readonly metrics: GatewayMetrics;
  readonly isReady: () => boolean;
  readonly connections: () => number;
  readonly waitingReceives: () => number;
  readonly receiveConnections: () => number;
  readonly sessions: () => number;
}

const one = (value: number): readonly MetricValue[] => [{ value }];

const READERS: MetricReaders<typeof METRICS, GatewayGauges> = {
  millrace_gateway_build_info: () => [
    { value: 1, labels: { version: GATEWAY_VERSION, node: process.version } },
  ],
  millrace_gateway_ready: ({ isReady }) => one(isReady() ? 1 : 0),
  millrace_http_requests_total: ({ metrics }) =>
    [...metrics.routes.values()].flatMap(({ method, route, statuses }) =>
      [...statuses].map(([status, value]) => ({ value, labels: { method, route, status } })),
    ),
  millrace_http_request_duration_seconds: ({ metrics }) =>
    [...metrics.routes.values()].flatMap(({ method, route, duration }) =>
      histogramValues('millrace_http_request_duration_seconds', duration, { method, route }),
    ),
  millrace_http_requests_in_flight: ({ metrics }) => one(metrics.inFlight),
  millrace_http_body_bytes: ({ metrics }) => one(metrics.bodyBytes),
  millrace_http_refused_requests_total: ({ metrics }) => countValues(metrics.refused, 'reason'),
  millrace_http_connections: ({ connections }) => one(connections()),
  millrace_http_feeds: ({ metrics }) => countValues(metrics.feeds, 'kind'),
  millrace_http_waiting_receives: ({ waitingReceives }) => one(waitingReceives()),
  millrace_gateway_receive_connections: ({ receiveConnections }) => one(receiveConnections()),
  millrace_gateway_sessions: ({ sessions }) => one(sessions()),
  millrace_sqs_requests_total: ({ metrics }) =>
    [...metrics.actions].flatMap(([action, outcomes]) =>
      [...outcomes].map(([outcome, value]) => ({ value, labels: { action, outcome } })),
    ),
};

export function createGatewayRegistry(gauges: GatewayGauges): MetricsRegistry {
  return createRegistry({
    table: METRICS,
    readers: READERS,
    look: () => gauges,
    prefix: 'millrace_gateway_',
  });
}
