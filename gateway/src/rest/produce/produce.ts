// POST /produce: one message in JSON, to the topic that the body names.

import type { App, Services } from '../../services.ts';
import { BODY_PROBLEMS, problems } from '../openapi/responses.ts';
import { NEW_MESSAGE, outgoingOf, SentSchema } from '../schemas/message.ts';
import { closed, TopicName } from '../schemas/shapes.ts';
import { sentShape } from './sent.ts';

/** What a topic may refuse a message with. */
export const PRODUCE_PROBLEMS = [
  'UNKNOWN_TOPIC',
  'UNKNOWN_PARTITION',
  'MESSAGE_TOO_LARGE',
  'KEY_REQUIRED',
] as const;

const Produce = closed(
  { topic: TopicName, ...NEW_MESSAGE },
  {
    examples: [
      { topic: 'user-events', payload: { user: 17, did: 'log in' } },
      {
        topic: 'user-events',
        payload: { user: 17, did: 'log out' },
        key: '17',
        headers: { source: 'web' },
        delayMs: 0,
      },
      { topic: 'user-events', payloadText: 'plain text', partition: 0 },
      { topic: 'user-events', payloadBase64: 'AP8=' },
    ],
  },
);

export function registerProduce(app: App, { sessionOf }: Services): void {
  app.post(
    '/produce',
    {
      schema: {
        operationId: 'produce',
        summary: 'Append a message',
        description:
          'Answers once it is on the disk. Not repeated by itself: after a lost answer, sending again may append twice, unless the topic drops duplicates and the message has a dedup id.',
        tags: ['produce'],
        body: Produce,
        response: { 201: SentSchema, ...problems(...BODY_PROBLEMS, ...PRODUCE_PROBLEMS) },
      },
    },
    async ({ raw, body: { topic, ...message } }, reply) => {
      const sent = await sessionOf(raw).producer.send(outgoingOf(topic, message));
      return reply.code(201).send(sentShape(sent));
    },
  );
}
