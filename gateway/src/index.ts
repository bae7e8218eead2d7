// The public surface of @millrace/gateway.

export { checkGatewayOptions, checkHttpExposure } from './http/exposure.ts';
export { renderGatewayMetrics } from './metrics/table.ts';
export {
  GATEWAY_OPTIONS,
  type GatewayOptions,
  renderGatewayOptions,
} from './options/table.ts';
export type { App, Receiver, Services, Session } from './services.ts';
export type { QueueAction, SqsCall, SqsHandlers } from './sqs/handler.ts';
export type { FromWorker, OwnBroker, ToWorker, WorkerSettings } from './worker-messages.ts';
export { WORKER_URL } from './worker-url.ts';
