// Every metric of the HTTP gateway, once: names, labels and meaning. The registry and docs/reference/metrics.md derive
// from this table.

import { type MetricTable, renderMetricRows } from '@millrace/options';

/** Seconds, from a send to a long poll. */
const SECONDS = [
  0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20,
];

export const METRICS = {
  millrace_gateway_build_info: {
    type: 'gauge',
    labels: ['version', 'node'],
    about: 'Always 1; its labels say what runs.',
  },
  millrace_gateway_ready: {
    type: 'gauge',
    labels: [],
    about: '1 while the gateway has its connection to the broker and is not shutting down.',
  },
  millrace_http_requests_total: {
    type: 'counter',
    labels: ['method', 'route', 'status'],
    about:
      'Requests answered, by method, pattern of the route and status. Route `(sqs)`: the Amazon SQS API; `(none)`: no route.',
  },
  millrace_http_request_duration_seconds: {
    type: 'histogram',
    labels: ['method', 'route'],
    buckets: SECONDS,
    about: 'From the head of a request to the end of its answer, waiting for messages included.',
  },
  millrace_http_requests_in_flight: {
    type: 'gauge',
    labels: [],
    about: 'Requests that are not answered yet, those that wait for messages included.',
  },
  millrace_http_body_bytes: {
    type: 'gauge',
    labels: [],
    about:
      'Bodies above 16 KiB of requests that are not answered yet; at most `--http-bodies-bytes`.',
  },
  millrace_http_refused_requests_total: {
    type: 'counter',
    labels: ['reason'],
    about:
      'Requests turned away before their route, by reason: `origin` (a page from elsewhere), `host` (a name that is not ours), `credentials`, `rate`, `headers` (too large), `timeout` (sent too slowly), `malformed`, `handshake` (TLS failed or took too long), `connections` (a connection beyond those that may be, closed unread), `memory` (bodies take all they may).',
  },
  millrace_http_connections: { type: 'gauge', labels: [], about: 'Open connections.' },
  millrace_http_feeds: {
    type: 'gauge',
    labels: ['kind'],
    about: 'Open live feeds, by kind: `websocket`, `sse`.',
  },
  millrace_http_waiting_receives: {
    type: 'gauge',
    labels: [],
    about: 'Receives that wait for messages at the broker.',
  },
  millrace_gateway_receive_connections: {
    type: 'gauge',
    labels: [],
    about: 'Connections to the broker that receives go over.',
  },
  millrace_gateway_sessions: {
    type: 'gauge',
    labels: [],
    about:
      'Callers (a user at an address) with a connection of their own to the broker; 0 where nobody is asked who they are.',
  },
  millrace_sqs_requests_total: {
    type: 'counter',
    labels: ['action', 'outcome'],
    about: 'Requests of the Amazon SQS API, by action and outcome: `ok` or the name of the error.',
  },
} as const satisfies MetricTable;

/** The gateway's metrics as a table in Markdown. */
export function renderGatewayMetrics(): string {
  return renderMetricRows(METRICS);
}
