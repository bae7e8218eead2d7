// Routes of operators: purge and its undo, redrive of dead letters, and the broker's tasks.

import { APIS, LIMITS, MillraceError, type RequestInput } from '@millrace/protocol';
import type { Static } from 'typebox';
import type { App, Services } from '../../services.ts';
import { BODY_PROBLEMS, problems } from '../openapi/responses.ts';
import { inField, outItem } from '../schemas/from-fields.ts';
import { closed, orNull } from '../schemas/shapes.ts';
import { Type } from '../schemas/type.ts';
import { type PlacesOf, type QueuePlaces, topicOf } from './queue-places.ts';
import { NO_QUEUE, QueueParams, TopicQuery } from './queue-schemas.ts';

const Purge = closed(
  {
    dryRun: Type.Optional(
      Type.Boolean({ description: 'Count and change nothing; default false.' }),
    ),
    undoMs: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: LIMITS.undoMsMax,
        description: 'It can be undone for so long; default an hour.',
      }),
    ),
  },
  { examples: [{ dryRun: true }] },
);

const PurgedCount = Type.Integer({
  description: 'Messages of all topics of the queue, or of the one named.',
});
const Purged = closed({
  messages: PurgedCount,
  undoUntilMs: orNull(
    Type.Integer({
      description: 'Until when it can be undone, ms since 1970; null: a dry run.',
    }),
  ),
});
export type Purged = Static<typeof Purged>;

type RedriveFilter = NonNullable<RequestInput<'StartRedrive'>['filter']>;
const RedriveFilter = Type.Unsafe<RedriveFilter>(inField(APIS.StartRedrive.request.filter));
const Redrive = closed(
  {
    to: Type.Optional(
      Type.String({
        maxLength: LIMITS.topicNameBytesMax,
        description: 'A topic that gets them; default: back to where each died.',
      }),
    ),
    filter: Type.Optional(RedriveFilter),
    ratePerSecond: Type.Optional(inField(APIS.StartRedrive.request.ratePerSecond)),
    dryRun: Type.Optional(
      Type.Boolean({ description: 'Count what would be moved and move nothing.' }),
    ),
  },
  { examples: [{ dryRun: true }, { filter: { reason: 'exhausted' }, ratePerSecond: 100 }] },
);

export type Redrive = Static<typeof Redrive>;

const Task = outItem(APIS.ListTasks.response.tasks);
export type Task = Static<typeof Task>;
const TaskId = Type.Integer({ minimum: 1, maximum: 0xffff_ffff, description: 'Id of the task.' });
const TaskParams = closed({ taskId: TaskId });

export function registerQueueOperations(app: App, services: Services, placesOf: PlacesOf): void {
  registerPurge(app, services);
  registerRedrive(app, services, placesOf);
  registerTasks(app, services);
}

function registerPurge(app: App, { sessionOf }: Services): void {
  const taken = { ...problems(...BODY_PROBLEMS, ...NO_QUEUE, 'UNKNOWN_TOPIC', 'PURGE_PENDING') };
  app.post(
    '/queues/:queue/purge',
    {
      schema: {
        operationId: 'purgeQueue',
        summary: 'Take all unresolved messages away from a queue, at once and exactly',
        tags: ['queues'],
        params: QueueParams,
        querystring: TopicQuery,
        body: Purge,
        response: {
          200: Purged,
          ...taken,
        },
      },
    },
    async ({ raw, params: { queue }, query: { topic }, body: { dryRun, undoMs } }) => {
      const { messages, undoUntilMs } = await sessionOf(raw).client.admin.purge({
        group: queue,
        topic,
        ...(dryRun === undefined ? {} : { dryRun }),
        ...(undoMs === undefined ? {} : { undoMs }),
      });
      return { messages, undoUntilMs };
    },
  );
  app.post(
    '/queues/:queue/purge/undo',
    {
      schema: {
        operationId: 'undoPurge',
        summary: 'Bring back what a purge took, as far as the log holds it',
        tags: ['queues'],
        params: QueueParams,
        querystring: TopicQuery,
        response: {
          200: closed({ messages: PurgedCount }),
          ...problems('INVALID_REQUEST', ...NO_QUEUE, 'NOTHING_TO_UNDO'),
        },
      },
    },
    async ({ raw, params: { queue }, query: { topic } }) => {
      const { admin } = sessionOf(raw).client;
      const { messages } = await admin.undoPurge({ group: queue, topic });
      return { messages };
    },
  );
}

function registerRedrive(app: App, { sessionOf }: Services, placesOf: PlacesOf): void {
  app.post(
    '/queues/:queue/redrive',
    {
      schema: {
        operationId: 'redriveQueue',
        summary: 'Give the messages of a dead-letter queue another chance: starts a task',
        description:
          'The path names the queue that holds the dead letters, or the dead-letter topic where it has no queue yet.',
        tags: ['queues'],
        params: QueueParams,
        querystring: TopicQuery,
        body: Redrive,
        response: {
          202: closed({ taskId: TaskId }),
          ...problems(
            ...BODY_PROBLEMS,
            'GROUP_KIND_MISMATCH',
            'TOPIC_NOT_IN_GROUP',
            'UNKNOWN_TOPIC',
          ),
        },
      },
    },
    async ({ raw, params: { queue }, query, body: { to, ...rest } }, reply) => {
      const session = sessionOf(raw);
      const from = await deadLettersOf(placesOf(session), queue, query.topic);
      const { taskId } = await session.client.admin.startRedrive({ ...from, ...rest, target: to });
      return reply.code(202).header('location', `/tasks/${taskId}`).send({ taskId });
    },
  );
}

async function deadLettersOf(
  places: QueuePlaces,
  queue: string,
  wanted: string | undefined,
): Promise<{ readonly topic: string; readonly group?: string }> {
  try {
    return { topic: topicOf(await places.find(queue), wanted).topic, group: queue };
  } catch (error) {
    const isNoQueue = error instanceof MillraceError && error.code === 'UNKNOWN_GROUP';
    if (isNoQueue && wanted === undefined) return { topic: queue };
    throw error;
  }
}

function registerTasks(app: App, { sessionOf }: Services): void {
  app.get(
    '/tasks',
    {
      schema: {
        operationId: 'listTasks',
        summary: 'Tasks that run and those that ended lately, the newest first',
        tags: ['queues'],
        response: { 200: closed({ tasks: Type.Array(Task) }), ...problems() },
      },
    },
    async ({ raw }) => ({ tasks: await sessionOf(raw).client.admin.tasks() }),
  );
  app.get(
    '/tasks/:taskId',
    {
      schema: {
        operationId: 'describeTask',
        summary: 'State and progress of a task',
        tags: ['queues'],
        params: TaskParams,
        response: { 200: Task, ...problems('INVALID_REQUEST', 'UNKNOWN_TASK') },
      },
    },
    async ({ raw, params: { taskId } }) => {
      const [task] = await sessionOf(raw).client.admin.tasks([taskId]);
      if (task === undefined) throw new MillraceError('UNKNOWN_TASK');
      return task;
    },
  );
  app.delete(
    '/tasks/:taskId',
    {
      schema: {
        operationId: 'cancelTask',
        summary: 'Stop a task; what it moved stays moved',
        tags: ['queues'],
        params: TaskParams,
        response: {
          200: closed({ moved: Type.Integer({ description: 'Messages moved until then.' }) }),
          ...problems('INVALID_REQUEST', 'UNKNOWN_TASK', 'TASK_ENDED'),
        },
      },
    },
    async ({ raw, params: { taskId } }) => sessionOf(raw).client.admin.cancelTask(taskId),
  );
}
