// GET /dashboard: counts of all queues at a glance. The route alone.

import type { App } from '../../services.ts';
import { problems } from '../openapi/responses.ts';
import { Dashboard } from './counts.ts';
import type { CountsBoard } from './counts-board.ts';

export function registerDashboard(app: App, board: CountsBoard): void {
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
    () => board.latest(),
  );
}
