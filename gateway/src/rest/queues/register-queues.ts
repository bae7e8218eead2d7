// All routes of queues and of the broker's tasks.

import type { App, Services } from '../../services.ts';
import { perSession } from '../../sessions/per-session.ts';
import { registerDeadLetters } from '../dead-letters/register-dead-letters.ts';
import { QueuePlaces } from './queue-places.ts';
import { registerQueueAdmin } from './register-queue-admin.ts';
import { registerQueueChanges } from './register-queue-changes.ts';
import { registerQueueHeld } from './register-queue-held.ts';
import { registerQueueLook } from './register-queue-look.ts';
import { registerQueueOperations } from './register-queue-operations.ts';
import { registerQueueReplace } from './register-queue-replace.ts';
import { registerQueueWork } from './register-queue-work.ts';

export function registerQueues(app: App, services: Services): void {
  const placesOf = perSession(({ client }) => new QueuePlaces(client));
  registerQueueAdmin(app, services, placesOf);
  registerQueueWork(app, services, placesOf);
  registerQueueLook(app, services, placesOf);
  registerQueueHeld(app, services, placesOf);
  registerQueueChanges(app, services);
  registerQueueReplace(app, services);
  registerQueueOperations(app, services, placesOf);
  registerDeadLetters(app, services, placesOf);
}
