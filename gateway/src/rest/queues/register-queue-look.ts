// Routes of those who look at a queue's messages and decide about them: nothing of it leases anything.

import type { Admin, ChangeResult, Client, MessageTarget } from '@millrace/client';
import { LIMITS, MESSAGE_STATES, MillraceError } from '@millrace/protocol';
import type { App, Services } from '../../services.ts';
import { BODY_PROBLEMS, problems } from '../openapi/responses.ts';
import { closed, orNull, Partition, word } from '../schemas/shapes.ts';
import { Type } from '../schemas/type.ts';
import { type Listing, listPage } from './list-messages.ts';
import { PageFrom, placeOf, placeText } from './page-places.ts';
import { type PlacesOf, topicOf } from './queue-places.ts';
import {
  MessageParams,
  NO_QUEUE,
  QueuedDetails,
  QueuedSchema,
  QueueParams,
  TopicQuery,
} from './queue-schemas.ts';
import { detailsShape, findMessage } from './queued-shape.ts';

const LIMIT_DEFAULT = 100;

const ListQuery = closed({
  ...TopicQuery.properties,
  state: Type.Optional(
    word(MESSAGE_STATES, {
      description: 'Only those in this state; default: all that the log holds.',
    }),
  ),
  partition: Type.Optional(Partition),
  from: Type.Optional(PageFrom),
  limit: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: LIMITS.listRangesMax,
      description: `At most so many; default ${LIMIT_DEFAULT}. A page may have fewer: look at \`next\`.`,
    }),
  ),
  content: Type.Optional(
    Type.Boolean({ description: 'With the messages themselves; default true.' }),
  ),
});

const MESSAGE_PROBLEMS = ['INVALID_REQUEST', 'OFFSET_OUT_OF_RANGE', ...NO_QUEUE] as const;

export function registerQueueLook(app: App, services: Services, placesOf: PlacesOf): void {
  registerList(app, services, placesOf);
  registerGet(app, services);
  registerChanges(app, services);
}

function registerList(app: App, { sessionOf }: Services, placesOf: PlacesOf): void {
  app.get(
    '/queues/:queue/messages',
    {
      schema: {
        operationId: 'listQueuedMessages',
        summary: 'Look at messages and what they are in this queue',
        tags: ['queues'],
        params: QueueParams,
        querystring: ListQuery,
        response: {
          200: closed({
            messages: Type.Array(QueuedSchema),
            next: orNull(
              Type.String({ description: 'Give it as `from` for the next page; null: no more.' }),
            ),
          }),
          ...problems('INVALID_REQUEST', 'UNKNOWN_PARTITION', ...NO_QUEUE),
        },
      },
    },
    async ({ raw, params: { queue }, query }) => {
      const session = sessionOf(raw);
      const { client } = session;
      const place = topicOf(await placesOf(session).find(queue), query.topic);
      const partitions = await partitionsOf(client, place.topic, query.partition);
      const listing: Listing = {
        group: queue,
        topic: place.topic,
        topicId: place.topicId,
        partitions,
        state: query.state,
        limit: query.limit ?? LIMIT_DEFAULT,
        hasContent: query.content ?? true,
      };
      const { messages, next } = await listPage(client, listing, placeOf(query.from));
      return { messages, next: next === null ? null : placeText(next) };
    },
  );
}

async function partitionsOf(
  client: Client,
  topic: string,
  only: number | undefined,
): Promise<readonly number[]> {
  const { partitions } = await client.admin.describeTopic(topic);
  const numbers = partitions.map(({ partition }) => partition);
  if (only === undefined) return numbers;
  if (numbers.includes(only)) return [only];
  const text = `Topic '${topic}' has no partition ${only}, it has ${numbers.length}.`;
  throw new MillraceError('UNKNOWN_PARTITION', text, { field: 'partition' });
}

function registerGet(app: App, { sessionOf }: Services): void {
  app.get(
    '/queues/:queue/messages/:id',
    {
      schema: {
        operationId: 'describeQueuedMessage',
        summary: 'One message: what it is in this queue, its result, and itself',
        tags: ['queues'],
        params: MessageParams,
        response: { 200: QueuedDetails, ...problems(...MESSAGE_PROBLEMS) },
      },
    },
    async ({ raw, params: { queue, id } }) =>
      detailsShape(await findMessage(sessionOf(raw).client, queue, id)),
  );
}

const CHANGE_PROBLEMS = [...MESSAGE_PROBLEMS, 'MESSAGE_LEASED', 'ALREADY_RESOLVED'] as const;
const CHANGES = {
  retry: 'Make it ready now, whatever it waits for; deliveries of a stopped one count anew',
  cancel: 'Give it up, without a copy in the dead-letter topic',
  'dead-letter': 'Give it up, with a copy in the dead-letter topic where there is one',
} as const;

type Change = (
  admin: Admin,
  group: string,
  targets: readonly MessageTarget[],
) => Promise<ChangeResult>;

function registerChanges(app: App, { sessionOf }: Services): void {
  const changes: { readonly [N in keyof typeof CHANGES]: Change } = {
    retry: (admin, group, targets) => admin.retryMessages(group, targets),
    cancel: (admin, group, targets) => admin.cancelMessages(group, targets),
    'dead-letter': (admin, group, targets) => admin.deadLetterMessages(group, targets),
  };
  for (const [name, change] of Object.entries(changes) as [keyof typeof CHANGES, Change][]) {
    const operationId = name === 'dead-letter' ? 'deadLetterMessage' : `${name}Message`;
    app.post(
      `/queues/:queue/messages/:id/${name}`,
      {
        schema: {
          operationId,
          summary: CHANGES[name],
          tags: ['queues'],
          params: MessageParams,
          response: {
            204: Type.Null({ description: 'It is done.' }),
            // One that was never delivered can be given up, and is as ready as can be.
            ...problems(
              ...CHANGE_PROBLEMS,
              ...(name === 'retry' ? (['MESSAGE_FRESH'] as const) : []),
            ),
          },
        },
      },
      async ({ raw, params: { queue, id } }, reply) => {
        mustBeDone(await change(sessionOf(raw).client.admin, queue, [id]));
        return reply.code(204).send(null);
      },
    );
  }
  app.post(
    '/queues/:queue/messages/:id/reschedule',
    {
      schema: {
        operationId: 'rescheduleMessage',
        summary: 'Make it ready after a delay',
        tags: ['queues'],
        params: MessageParams,
        body: closed(
          {
            delayMs: Type.Integer({
              minimum: 0,
              maximum: LIMITS.delayMsMax,
              description: 'From now.',
            }),
          },
          { examples: [{ delayMs: 60_000 }] },
        ),
        response: {
          204: Type.Null({ description: 'It is done.' }),
          ...problems(...BODY_PROBLEMS, ...CHANGE_PROBLEMS, 'MESSAGE_FRESH'),
        },
      },
    },
    async ({ raw, params: { queue, id }, body: { delayMs } }, reply) => {
      const { admin } = sessionOf(raw).client;
      mustBeDone(await admin.rescheduleMessages(queue, [id], delayMs));
      return reply.code(204).send(null);
    },
  );
}

/** Throws why the one message was not changed. */
function mustBeDone({ outcomes }: ChangeResult): void {
  const error = outcomes[0]?.error;
  if (error !== undefined && error !== null) throw error;
}
