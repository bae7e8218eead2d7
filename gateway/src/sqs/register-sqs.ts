// Puts the SQS API on the server: the handlers of its actions behind its one route.

import type { IncomingMessage } from 'node:http';
import type { App, Services, Session } from '../services.ts';
import { perSession } from '../sessions/per-session.ts';
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
  const bySession = perSession(handlersFor);
  const handlersOf = (request: IncomingMessage) => bySession(services.sessionOf(request));
  await registerSqsRoute(app, { ...services, handlersOf, settings });
}

function handlersFor(session: Session): SqsHandlers {
  const directory = createQueueDirectory(session);
  return {
    ...createQueueHandlers(session, directory),
    ...createMessageHandlers(session, directory),
  };
}
