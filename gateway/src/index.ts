// The public surface of @millrace/gateway.

export type { App, Receiver, Services } from './services.ts';
export type { QueueAction, SqsCall, SqsHandlers } from './sqs/handler.ts';
