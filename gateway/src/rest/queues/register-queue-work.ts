// Routes of those who work with a queue: enqueue, receive, acknowledge, extend.

import { LIMITS, MillraceError } from '@millrace/protocol';
import type { Static } from 'typebox';
import type { App, Services } from '../../services.ts';
import { AckItem, AckResults, acknowledgeAll } from '../consume/acknowledge.ts';
import { ReceiveQuery } from '../consume/consume.ts';
import { receiveFor } from '../consume/receive-for.ts';
import { BODY_PROBLEMS, problems } from '../openapi/responses.ts';
import { BatchResults, sendRecords } from '../produce/produce-batch.ts';
import { sentShape } from '../produce/sent.ts';
import {
  LeasedSchema,
  NEW_MESSAGE,
  NewMessage,
  outgoingOf,
  SentSchema,
} from '../schemas/message.ts';
import { closed } from '../schemas/shapes.ts';
import { Type } from '../schemas/type.ts';
import { type PlacesOf, topicOf } from './queue-places.ts';
import { NO_QUEUE, QueueParams, TopicQuery } from './queue-schemas.ts';

const ENQUEUE_MAX = 1_000;
const RECEIPTS_MAX = 1_000;

const Receipt = AckItem.properties.receipt;

const Enqueue = closed(
  {
    ...NEW_MESSAGE,
    messages: Type.Optional(
      Type.Array(NewMessage, {
        minItems: 1,
        maxItems: ENQUEUE_MAX,
        description: 'Several messages, in place of one: each gets an outcome of its own.',
      }),
    ),
  },
  {
    examples: [
      { payload: { to: 'bob' } },
      { messages: [{ payload: 1 }, { payload: 2, delayMs: 60_000 }] },
    ],
  },
);

const Receive = closed(
  {
    ...ReceiveQuery,
    attemptId: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: LIMITS.attemptIdBytesMax,
        description:
          'Names this attempt: asked for again, it gives the same leases, while they last.',
      }),
    ),
  },
  { examples: [{ max: 10, waitMs: 5_000 }] },
);

const Acknowledge = closed(
  {
    receipts: Type.Optional(
      Type.Array(Receipt, { description: 'To accept.', minItems: 1, maxItems: RECEIPTS_MAX }),
    ),
    items: Type.Optional(
      Type.Array(AckItem, { description: 'To say more.', minItems: 1, maxItems: RECEIPTS_MAX }),
    ),
  },
  { minProperties: 1, examples: [{ receipts: ['mails:r1.2.0.-.0.0.1'] }] },
);

const Extend = closed(
  {
    items: Type.Array(
      closed({
        receipt: Receipt,
        visibilityTimeoutMs: Type.Integer({
          minimum: 0,
          maximum: LIMITS.visibilityTimeoutMsMax,
          description: 'The lease ends so long from now; 0: the message can be received at once.',
        }),
      }),
      { minItems: 1, maxItems: RECEIPTS_MAX },
    ),
  },
  { examples: [{ items: [{ receipt: 'mails:r1.2.0.-.0.0.1', visibilityTimeoutMs: 60_000 }] }] },
);

export function registerQueueWork(app: App, services: Services, placesOf: PlacesOf): void {
  registerEnqueue(app, services, placesOf);
  registerReceive(app, services, placesOf);
  registerAcknowledge(app, services);
}

function registerEnqueue(app: App, { sessionOf }: Services, placesOf: PlacesOf): void {
  app.post(
    '/queues/:queue/messages',
    {
      schema: {
        operationId: 'enqueue',
        summary: 'Put a message into a queue, or several',
        tags: ['queues'],
        params: QueueParams,
        querystring: TopicQuery,
        body: Enqueue,
        response: {
          200: BatchResults,
          201: SentSchema,
          ...problems(...BODY_PROBLEMS, ...NO_QUEUE, 'UNKNOWN_PARTITION', 'MESSAGE_TOO_LARGE'),
        },
      },
    },
    async ({ raw, params: { queue }, query, body }, reply) => {
      const session = sessionOf(raw);
      const { producer } = session;
      const { topic } = topicOf(await placesOf(session).find(queue), query.topic);
      const records = severalOf(body);
      if (records !== undefined) return sendRecords(producer, topic, records, 'messages');
      const sent = await producer.send(outgoingOf(topic, body));
      return reply.code(201).send(sentShape(sent));
    },
  );
}

/** Undefined: it is one message. Throws INVALID_REQUEST where it is both. */
function severalOf({ messages, ...one }: Static<typeof Enqueue>) {
  const [field] = Object.keys(one);
  if (messages === undefined || field === undefined) return messages;
  const text = 'Give one message, or `messages`, each of which says this for itself.';
  throw new MillraceError('INVALID_REQUEST', text, { field });
}

function registerReceive(app: App, services: Services, placesOf: PlacesOf): void {
  app.post(
    '/queues/:queue/receive',
    {
      schema: {
        operationId: 'receive',
        summary: 'Lease messages of a queue',
        description:
          'From all of its topics, in their order, or from the one that is named. When the caller goes away before it has the answer, its messages are given back.',
        tags: ['queues'],
        params: QueueParams,
        querystring: TopicQuery,
        body: Receive,
        response: {
          200: closed({ messages: Type.Array(LeasedSchema) }),
          ...problems(...BODY_PROBLEMS, ...NO_QUEUE, 'TOO_MANY_IN_FLIGHT'),
        },
      },
    },
    async ({ raw, params: { queue }, query, body }, reply) => {
      const session = services.sessionOf(raw);
      const place = await placesOf(session).find(queue);
      const topics =
        query.topic === undefined
          ? place.topics.map(({ topic }) => topic).slice(0, LIMITS.receiveTopicsMax)
          : topicOf(place, query.topic).topic;
      const { max, waitMs, visibilityTimeoutMs, attemptId = null } = body;
      const { receiver } = session;
      return receiveFor(services, reply, (...asked) => receiver.receive(...asked), queue, {
        topics,
        maxMessages: max,
        maxWaitMs: waitMs,
        visibilityTimeoutMs,
        attemptId,
      });
    },
  );
}

function registerAcknowledge(app: App, { sessionOf }: Services): void {
  const response = { 200: AckResults, ...problems(...BODY_PROBLEMS) };
  app.post(
    '/queues/:queue/acknowledge',
    {
      schema: {
        operationId: 'acknowledgeInQueue',
        summary: 'Say what became of leased messages',
        description:
          'An outcome a receipt, first of `receipts`, then of `items`: look at `failed`.',
        tags: ['queues'],
        params: QueueParams,
        body: Acknowledge,
        response,
      },
    },
    async ({ raw, params: { queue }, body: { receipts = [], items = [] } }) => {
      const all = [...receipts.map((receipt): AckItemOf => ({ receipt })), ...items];
      return acknowledgeAll(sessionOf(raw).queues, all, queue);
    },
  );
  app.post(
    '/queues/:queue/visibility',
    {
      schema: {
        operationId: 'extendInQueue',
        summary: 'Change when leases end: a heartbeat of a worker that takes long',
        tags: ['queues'],
        params: QueueParams,
        body: Extend,
        response,
      },
    },
    async ({ raw, params: { queue }, body: { items } }) => {
      const all = items.map(({ receipt, visibilityTimeoutMs }): AckItemOf => {
        return { receipt, kind: 'extend', delayMs: visibilityTimeoutMs };
      });
      return acknowledgeAll(sessionOf(raw).queues, all, queue);
    },
  );
}

type AckItemOf = Static<typeof AckItem>;
