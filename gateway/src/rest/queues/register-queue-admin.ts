// Routes that make, list, describe and delete queues.

import type { Client } from '@millrace/client';
import { MillraceError } from '@millrace/protocol';
import type { App, Services } from '../../services.ts';
import { BODY_PROBLEMS, problems } from '../openapi/responses.ts';
import { closed, Next, PageQuery, pageOf } from '../schemas/shapes.ts';
import { Type } from '../schemas/type.ts';
import { createQueue } from './create-queue.ts';
import type { PlacesOf } from './queue-places.ts';
import { QueueParams } from './queue-schemas.ts';
import {
  NewQueue,
  QueueDescription,
  QueueSummary,
  STATE_NAMES,
  type States,
  summaryOf,
  undoOf,
} from './queue-settings.ts';

export function registerQueueAdmin(app: App, services: Services, placesOf: PlacesOf): void {
  registerCreate(app, services, placesOf);
  registerLook(app, services);
  registerDelete(app, services, placesOf);
}

function registerCreate(app: App, { sessionOf }: Services, placesOf: PlacesOf): void {
  app.post(
    '/queues',
    {
      schema: {
        operationId: 'createQueue',
        summary: 'Create a queue: a topic and a share group over it',
        description:
          'A topic that is there already is taken as it is, unless the request asks for other settings.',
        tags: ['queues'],
        body: NewQueue,
        response: {
          201: QueueSummary,
          ...problems(
            ...BODY_PROBLEMS,
            'INVALID_NAME',
            'INVALID_CONFIG',
            'GROUP_EXISTS',
            'DLQ_LOOP',
            'DLQ_NOT_ALLOWED',
          ),
        },
      },
    },
    async ({ raw, body }, reply) => {
      const session = sessionOf(raw);
      const { client } = session;
      await createQueue(client, body);
      placesOf(session).forget(body.name);
      const summary = summaryOf(await client.admin.describeShareGroup(body.name));
      const location = `/queues/${encodeURIComponent(body.name)}`;
      return reply.code(201).header('location', location).send(summary);
    },
  );
}

function registerLook(app: App, { sessionOf }: Services): void {
  app.get(
    '/queues',
    {
      schema: {
        operationId: 'listQueues',
        summary: 'All queues, by name',
        tags: ['queues'],
        querystring: closed(PageQuery),
        response: {
          200: closed({ queues: Type.Array(QueueSummary), next: Next }),
          ...problems('INVALID_REQUEST'),
        },
      },
    },
    async ({ raw, query }) => {
      const all = (await sessionOf(raw).client.admin.listShareGroups()).map(summaryOf);
      const { page, next } = pageOf(all, query);
      return { queues: page, next };
    },
  );
  app.get(
    '/queues/:queue',
    {
      schema: {
        operationId: 'describeQueue',
        summary: 'Settings of a queue, with exact counts, rates and the age of its oldest message',
        tags: ['queues'],
        params: QueueParams,
        response: {
          200: QueueDescription,
          ...problems('INVALID_REQUEST', 'UNKNOWN_GROUP', 'GROUP_KIND_MISMATCH'),
        },
      },
    },
    async ({ raw, params: { queue } }) => {
      const { client } = sessionOf(raw);
      const [group, { totals, partitions, rates }] = await Promise.all([
        client.admin.describeShareGroup(queue),
        client.admin.counters(queue),
      ]);
      const states = Object.fromEntries(STATE_NAMES.map((name) => [name, totals[name]])) as States;
      const oldestMs = totals.oldestUnresolvedMs;
      const oldestAgeMs = oldestMs === null ? null : Math.max(0, Date.now() - oldestMs);
      const undo = undoOf(partitions, Date.now());
      return { ...summaryOf(group), states, oldestAgeMs, rates, undo };
    },
  );
}

function registerDelete(app: App, { sessionOf }: Services, placesOf: PlacesOf): void {
  app.delete(
    '/queues/:queue',
    {
      schema: {
        operationId: 'deleteQueue',
        summary: 'Delete a queue; with it its topic, where that has the same name',
        description: 'A topic of another name stays, with its messages.',
        tags: ['queues'],
        params: QueueParams,
        querystring: closed({
          keepTopic: Type.Optional(
            Type.Boolean({ description: 'The topic and its messages stay; default false.' }),
          ),
        }),
        response: {
          204: Type.Null({ description: 'It is gone.' }),
          ...problems('INVALID_REQUEST', 'UNKNOWN_GROUP', 'GROUP_KIND_MISMATCH', 'TOPIC_IN_USE'),
        },
      },
    },
    async ({ raw, params: { queue }, query: { keepTopic = false } }, reply) => {
      const session = sessionOf(raw);
      const { client } = session;
      const group = await client.admin.describeShareGroup(queue);
      const isOwn = !keepTopic && group.topics.some(({ topic }) => topic === queue);
      if (isOwn) await mustBeUnused(client, queue);
      await client.admin.deleteShareGroup(queue);
      placesOf(session).forget(queue);
      if (isOwn) await client.admin.deleteTopic(queue);
      return reply.code(204).send(null);
    },
  );
}

/** Before the group is gone: nothing is done by halves. */
async function mustBeUnused(client: Client, topic: string): Promise<void> {
  const groups = await client.admin.listShareGroups();
  const user = groups.find(({ group, topics }) => {
    return group !== topic && topics.some(({ deadLetterTopic }) => deadLetterTopic === topic);
  });
  if (user === undefined) return;
  throw new MillraceError('TOPIC_IN_USE', `Queue '${user.group}' sends its dead letters there.`);
}
