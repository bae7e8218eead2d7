// Puts the SQS API on the server: the handlers of its actions behind its one route.

import type { App, Services } from '../services.ts';
import type { CallSettings } from './dispatch/call.ts';
import { registerSqsRoute } from './dispatch/sqs-route.ts';
import type { SqsHandlers } from './handler.ts';
import { createMessageHandlers } from './messages/message-handlers.ts';
import { createQueueDirectory } from './queues/directory.ts';
import { createQueueHandlers } from './queues/queue-handlers.ts';

export async function registerSqs(
  app: App,
  services: Services,
  settings: CallSettings,
): Promise<void> {
  const directory = createQueueDirectory(services);
  const handlers: SqsHandlers = {
    ...createQueueHandlers(services, directory),
    ...createMessageHandlers(services, directory),
  };
  await registerSqsRoute(app, { ...services, handlers, settings });
}
