// Routes that decide about many messages of a queue at once, which nobody has leased. Each has its own outcome.

import type { Admin, ChangeResult, MessageTarget } from '@millrace/client';
import { LIMITS } from '@millrace/protocol';
import type { Static } from 'typebox';
import type { App, Services } from '../../services.ts';
import { BODY_PROBLEMS, problems } from '../openapi/responses.ts';
import { itemProblem } from '../problem/send-problem.ts';
import { closed, ItemError } from '../schemas/shapes.ts';
import { Type } from '../schemas/type.ts';
import { QueueParams } from './queue-schemas.ts';

const IDS_MAX = 1_000;
const MessageId = Type.String({ description: 'A message id.', maxLength: 64 });

const Ids = closed(
  { ids: Type.Array(MessageId, { minItems: 1, maxItems: IDS_MAX, uniqueItems: true }) },
  { examples: [{ ids: ['00000001-0000-8000-8000-000000000000'] }] },
);

const IdsAndDelay = closed(
  {
    ...Ids.properties,
    delayMs: Type.Integer({ minimum: 0, maximum: LIMITS.delayMsMax, description: 'From now.' }),
  },
  { examples: [{ ids: ['00000001-0000-8000-8000-000000000000'], delayMs: 60_000 }] },
);

const Result = Type.Union([
  closed({ ok: Type.Literal(true), id: MessageId }),
  closed({ ok: Type.Literal(false), id: MessageId, ...ItemError.properties }),
]);

export const Changed = closed(
  {
    failed: Type.Integer({ minimum: 0, description: 'How many stayed as they were.' }),
    results: Type.Array(Result, { description: 'In the order of the ids.' }),
  },
  { title: 'ChangedMessages' },
);
export type Changed = Static<typeof Changed>;

type Change = (
  admin: Admin,
  group: string,
  targets: readonly MessageTarget[],
) => Promise<ChangeResult>;

const CHANGES = {
  retry: {
    operationId: 'retryMessages',
    summary: 'Make many ready now, whatever they wait for',
    change: (admin, group, targets) => admin.retryMessages(group, targets),
  },
  cancel: {
    operationId: 'cancelMessages',
    summary: 'Give many up, without copies in the dead-letter topic',
    change: (admin, group, targets) => admin.cancelMessages(group, targets),
  },
  'dead-letter': {
    operationId: 'deadLetterMessages',
    summary: 'Give many up, with copies in the dead-letter topic where there is one',
    change: (admin, group, targets) => admin.deadLetterMessages(group, targets),
  },
} as const satisfies Record<string, { operationId: string; summary: string; change: Change }>;

export function registerQueueChanges(app: App, services: Services): void {
  registerReschedule(app, services);
  const { sessionOf } = services;
  for (const [name, { operationId, summary, change }] of Object.entries(CHANGES)) {
    app.post(
      `/queues/:queue/messages/${name}`,
      {
        schema: {
          operationId,
          summary,
          description: 'Each has its own outcome: look at `failed`.',
          tags: ['queues'],
          params: QueueParams,
          body: Ids,
          response: {
            200: Changed,
            ...problems(...BODY_PROBLEMS, 'UNKNOWN_GROUP', 'GROUP_KIND_MISMATCH'),
          },
        },
      },
      async ({ raw, params: { queue }, body: { ids } }) => {
        const done = await change(sessionOf(raw).client.admin, queue, ids);
        return changedShape(ids, done);
      },
    );
  }
}

function registerReschedule(app: App, { sessionOf }: Services): void {
  app.post(
    '/queues/:queue/messages/reschedule',
    {
      schema: {
        operationId: 'rescheduleMessages',
        summary: 'Make many ready after a delay',
        description: 'Each has its own outcome: look at `failed`.',
        tags: ['queues'],
        params: QueueParams,
        body: IdsAndDelay,
        response: {
          200: Changed,
          ...problems(...BODY_PROBLEMS, 'UNKNOWN_GROUP', 'GROUP_KIND_MISMATCH'),
        },
      },
    },
    async ({ raw, params: { queue }, body: { ids, delayMs } }) => {
      const done = await sessionOf(raw).client.admin.rescheduleMessages(queue, ids, delayMs);
      return changedShape(ids, done);
    },
  );
}

function changedShape(ids: readonly string[], { refused, outcomes }: ChangeResult): Changed {
  const results = outcomes.map(({ error }, at) => {
    const id = ids[at] ?? '';
    return error === null
      ? { ok: true as const, id }
      : { ok: false as const, id, ...itemProblem(error) };
  });
  return { failed: refused, results };
}
