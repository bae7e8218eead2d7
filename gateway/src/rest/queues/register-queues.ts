// All routes of queues and of the broker's tasks.

import type { App, Services } from '../../services.ts';
import { perSession } from '../../sessions/per-session.ts';
import { QueuePlaces } from './queue-places.ts';
import { registerQueueAdmin } from './register-queue-admin.ts';
import { registerQueueLook } from './register-queue-look.ts';
import { registerQueueOperations } from './register-queue-operations.ts';
import { registerQueueWork } from './register-queue-work.ts';

export function registerQueues(app: App, services: Services): void {
  const placesOf = perSession(({ client }) => new QueuePlaces(client));
  registerQueueAdmin(app, services, placesOf);
  registerQueueWork(app, services, placesOf);
  registerQueueLook(app, services, placesOf);
  registerQueueOperations(app, services, placesOf);
}
