// All routes of queues and of the broker's tasks.

import type { App, Services } from '../../services.ts';
import { QueuePlaces } from './queue-places.ts';
import { registerQueueAdmin } from './register-queue-admin.ts';
import { registerQueueLook } from './register-queue-look.ts';
import { registerQueueOperations } from './register-queue-operations.ts';
import { registerQueueWork } from './register-queue-work.ts';

export function registerQueues(app: App, services: Services): void {
  const places = new QueuePlaces(services.client);
  registerQueueAdmin(app, services, places);
  registerQueueWork(app, services, places);
  registerQueueLook(app, services, places);
  registerQueueOperations(app, services, places);
}
