// POST /queues/:queue/messages/:id/replace: a corrected copy of a message, and the end of the message, in one commit.

import { codecs } from '@millrace/client';
import type { Static } from 'typebox';
import type { App, Services } from '../../services.ts';
import { BODY_PROBLEMS, problems } from '../openapi/responses.ts';
import { MessageContent, outgoingOf, SentSchema } from '../schemas/message.ts';
import { closed, Partition, TopicName } from '../schemas/shapes.ts';
import { Type } from '../schemas/type.ts';
import { MessageParams, NO_QUEUE } from './queue-schemas.ts';

const Replacement = closed(
  {
    topic: Type.Optional(
      Type.String({
        ...TopicName,
        description:
          'Where the copy goes; default: of a dead letter the topic that it came from, otherwise the topic of the message.',
      }),
    ),
    partition: Type.Optional(Partition),
    ...MessageContent,
    tombstone: Type.Optional(Type.Boolean({ description: 'The copy has no value.' })),
    keepDeadLetterHeaders: Type.Optional(
      Type.Boolean({
        description: 'With the headers that say where and why a dead letter died; default false.',
      }),
    ),
  },
  {
    description: 'What is left out is as in the message; headers are given all or none.',
    examples: [{ payload: { n: 2 } }, {}],
  },
);
export type Replacement = Static<typeof Replacement>;

const { duplicate: _, ...PLACE } = SentSchema.properties;
export const Replaced = closed(PLACE, { title: 'ReplacedMessage' });
export type Replaced = Static<typeof Replaced>;

export function registerQueueReplace(app: App, { sessionOf }: Services): void {
  app.post(
    '/queues/:queue/messages/:id/replace',
    {
      schema: {
        operationId: 'replaceMessage',
        summary: 'Append a corrected copy, and resolve the message, in one commit',
        tags: ['queues'],
        params: MessageParams,
        body: Replacement,
        response: {
          201: Replaced,
          ...problems(
            ...BODY_PROBLEMS,
            ...NO_QUEUE,
            'UNKNOWN_TOPIC',
            'UNKNOWN_PARTITION',
            'OFFSET_OUT_OF_RANGE',
            'MESSAGE_LEASED',
            'ALREADY_RESOLVED',
            'KEY_REQUIRED',
            'MESSAGE_TOO_LARGE',
          ),
        },
      },
    },
    async ({ raw, params, body }, reply) => {
      const { admin } = sessionOf(raw).client;
      const replacement = { ...contentOf(body), codec: codecs.bytes };
      const copy = await admin.replaceMessage(params.queue, params.id, replacement);
      const { id, topic, partition, offset } = copy;
      return reply.code(201).send({ id, topic, partition, offset });
    },
  );
}

/** What is said of the copy. Throws INVALID_REQUEST. */
function contentOf({ topic, partition, keepDeadLetterHeaders, ...content }: Replacement) {
  const { payload, payloadText, payloadBase64, tombstone, headers, headersBase64 } = content;
  const isKept = [payload, payloadText, payloadBase64].every((one) => one === undefined);
  // What is checked of a message that is sent, with a value where the old one stays.
  const checked = isKept && tombstone !== true ? { ...content, payloadText: '' } : content;
  const given = outgoingOf('', checked);
  const hasHeaders = headers !== undefined || headersBase64 !== undefined;
  return {
    ...(topic === undefined ? {} : { topic }),
    ...(partition === undefined ? {} : { partition }),
    ...(keepDeadLetterHeaders === undefined ? {} : { keepDeadLetterHeaders }),
    ...(isKept && tombstone !== true ? {} : { value: given.value }),
    ...(given.key === undefined ? {} : { key: given.key }),
    ...(hasHeaders && given.headers !== undefined ? { headers: given.headers } : {}),
  };
}
