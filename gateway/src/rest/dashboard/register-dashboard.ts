// GET /dashboard: counts of all queues at a glance. The route alone.

import type { App, Services } from '../../services.ts';
import { problems } from '../openapi/responses.ts';
import { Dashboard } from './counts.ts';
import type { BoardOf } from './counts-board.ts';

export function registerDashboard(app: App, { sessionOf }: Services, boardOf: BoardOf): void {
  app.get(
    '/dashboard',
    {
      schema: {
        operationId: 'dashboard',
        tags: ['dashboard'],
        summary:
          'Counts of all queues, in all and by queue and topic; at most a second old, of thousands of queues up to five',
        response: { 200: Dashboard, ...problems() },
      },
    },
    async ({ raw }) => boardOf(sessionOf(raw)).latest(),
  );
}
