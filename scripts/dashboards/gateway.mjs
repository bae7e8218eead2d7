// The dashboard of HTTP gateways: REST and the SQS API.

import { GATEWAY_VARIABLE } from './variables.mjs';

const R = '[$__rate_interval]';

/** @type {import('./panels.mjs').DashboardRow} */
export const gateway = {
  uid: 'millrace-gateway',
  title: 'Millrace / HTTP gateway',
  about:
    'Requests of REST and of the SQS API, what is turned away, live feeds, and the gateway’s own thread.',
  variables: [GATEWAY_VARIABLE],
  rows: [
    {
      title: 'Now',
      panels: [
        {
          title: 'Ready',
          about: '1: it has its broker.',
          kind: 'number',
          unit: 'none',
          queries: [['millrace_gateway_ready{$I}', '{{instance}}']],
          entry: 'gateway-not-ready',
        },
        {
          title: 'Requests',
          about: 'A second.',
          kind: 'number',
          unit: 'reqps',
          queries: [[`sum(rate(millrace_http_requests_total{$I}${R}))`]],
        },
        {
          title: 'Errors',
          about: 'Share that was answered with 5xx.',
          kind: 'number',
          unit: 'percentunit',
          queries: [
            [
              `(sum(rate(millrace_http_requests_total{$I, status=~"5.."}${R})) or vector(0)) / sum(rate(millrace_http_requests_total{$I}${R}))`,
            ],
          ],
          levels: [[0.01, 'red']],
          entry: 'http-errors',
        },
        {
          title: 'Waiting receives',
          about: 'Long polls that wait for messages at the broker.',
          kind: 'number',
          unit: 'none',
          queries: [['sum(millrace_http_waiting_receives{$I})']],
        },
        {
          title: 'Connections',
          about: 'Open.',
          kind: 'number',
          unit: 'none',
          queries: [['sum(millrace_http_connections{$I})']],
        },
        {
          title: 'Users',
          about:
            'With a connection of their own to the broker; none where nobody is asked who they are.',
          kind: 'number',
          unit: 'none',
          queries: [['sum(millrace_gateway_sessions{$I})']],
        },
      ],
    },
    {
      title: 'Requests',
      panels: [
        {
          title: 'By route',
          about: '(sqs): the Amazon SQS API. (none): no route.',
          unit: 'reqps',
          queries: [
            [
              `sum by (method, route) (rate(millrace_http_requests_total{$I}${R}))`,
              '{{method}} {{route}}',
            ],
          ],
        },
        {
          title: 'By status',
          about: '4xx is the caller’s, 5xx ours.',
          unit: 'reqps',
          isStacked: true,
          queries: [[`sum by (status) (rate(millrace_http_requests_total{$I}${R}))`, '{{status}}']],
          entry: 'http-errors',
        },
        {
          title: 'Duration, p99',
          about: 'By route; waiting for messages counts.',
          unit: 's',
          queries: [
            [
              `histogram_quantile(0.99, sum by (method, route, le) (rate(millrace_http_request_duration_seconds_bucket{$I}${R})))`,
              '{{method}} {{route}}',
            ],
          ],
        },
        {
          title: 'SQS actions',
          about: 'By outcome.',
          unit: 'reqps',
          queries: [
            [
              `sum by (action, outcome) (rate(millrace_sqs_requests_total{$I}${R}))`,
              '{{action}}: {{outcome}}',
            ],
          ],
        },
        {
          title: 'Turned away',
          about: 'Before their route, by reason.',
          unit: 'reqps',
          queries: [
            [`sum by (reason) (rate(millrace_http_refused_requests_total{$I}${R}))`, '{{reason}}'],
          ],
          entry: 'http-refused',
        },
        {
          title: 'On their way',
          about: 'Requests without an answer yet, those that wait for messages, and live feeds.',
          unit: 'none',
          queries: [
            ['sum(millrace_http_requests_in_flight{$I})', 'requests'],
            ['sum(millrace_http_waiting_receives{$I})', 'waiting receives'],
            ['sum by (kind) (millrace_http_feeds{$I})', 'feeds: {{kind}}'],
          ],
        },
      ],
    },
    {
      title: 'Its thread',
      panels: [
        {
          title: 'Event loop',
          about: 'Delay since the scrape before.',
          unit: 's',
          queries: [
            [
              'max by (instance) (millrace_gateway_nodejs_eventloop_lag_p99_seconds{$I})',
              '{{instance}} p99',
            ],
            [
              'max by (instance) (millrace_gateway_nodejs_eventloop_lag_max_seconds{$I})',
              '{{instance}} max',
            ],
          ],
          entry: 'event-loop-held-up',
        },
        {
          title: 'Heap',
          about: 'Of the thread, beside the broker’s.',
          unit: 'bytes',
          queries: [
            [
              'sum by (instance) (millrace_gateway_nodejs_heap_size_used_bytes{$I})',
              '{{instance}} used',
            ],
          ],
          entry: 'memory-high',
        },
        {
          title: 'Connections to the broker',
          about: 'That receives go over.',
          unit: 'none',
          queries: [
            ['sum by (instance) (millrace_gateway_receive_connections{$I})', '{{instance}}'],
          ],
        },
        {
          title: 'Version',
          about: 'What runs.',
          kind: 'table',
          wide: 12,
          unit: 'none',
          columns: ['gateways'],
          queries: [['count by (instance, version, node) (millrace_gateway_build_info{$I})']],
        },
      ],
    },
  ],
};
