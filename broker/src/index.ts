// The public surface of @millrace/broker: the tables that the reference pages are made from.

export { renderMetricsReference } from './metrics/table.ts';
export { renderOptionsReference } from './options/print-options.ts';
