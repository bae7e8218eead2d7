// POST /topics/:topic/records: many messages in JSON, each with its own outcome; or one message whose body is stored as
// it is, where the content type is any other.

import type { OutgoingMessage, Producer } from '@millrace/client';
import { LIMITS, MillraceError } from '@millrace/protocol';
import type { Static } from 'typebox';
import type { App, Services } from '../../services.ts';
import { BODY_PROBLEMS, problems } from '../openapi/responses.ts';
import { HttpProblem } from '../problem/problems.ts';
import { itemProblem } from '../problem/send-problem.ts';
import {
  MessageRules,
  NewMessage,
  type NewMessageShape,
  outgoingOf,
  SentSchema,
} from '../schemas/message.ts';
import { closed, ItemError, Partition, TopicParams } from '../schemas/shapes.ts';
import { Type } from '../schemas/type.ts';
import { PRODUCE_PROBLEMS } from './produce.ts';
import { headersOfRequest, keyOfRequest } from './request-headers.ts';
import { sentShape } from './sent.ts';

const RECORDS_MAX = 10_000;

const Batch = closed(
  { records: Type.Array(NewMessage, { minItems: 1, maxItems: RECORDS_MAX }) },
  {
    examples: [
      {
        records: [
          { payload: { user: 1 }, key: '1' },
          { payload: { user: 2 }, key: '2', headers: { source: 'import' } },
        ],
      },
    ],
  },
);

/** Of a message whose body is its value. */
const RawQuery = closed({
  key: Type.Optional(
    Type.String({
      description: 'The key, where the body is the value; also as header Millrace-Key.',
      maxLength: LIMITS.messageBytesMax,
    }),
  ),
  partition: Type.Optional(Partition),
  ...MessageRules,
});

export const BatchResults = closed(
  {
    failed: Type.Integer({ description: 'How many were not appended.' }),
    results: Type.Array(
      Type.Union([
        closed({ ok: Type.Literal(true), ...SentSchema.properties }),
        closed({ ok: Type.Literal(false), ...ItemError.properties }),
      ]),
      { description: 'An outcome a record, in order.' },
    ),
  },
  { title: 'BatchResults' },
);

const Bytes = Type.Unsafe<Uint8Array>({ description: 'Stored as it is.' });
const Text = Type.Unsafe<Uint8Array>({ ...Bytes, examples: ['it rains'] });

const DESCRIPTION = `JSON: \`records\`, each with its own outcome: look at \`failed\`. Any other content type: the body is one
message and is stored as it is; its key is given by the query or by the header Millrace-Key, and each header
Millrace-Header-<name> becomes a header of the message, its name in small letters.`;

export async function registerProduceBatch(app: App, { sessionOf }: Services): Promise<void> {
  // A scope of its own: elsewhere such bodies are refused.
  await app.register(async (plain) => {
    const bytes = plain as App;
    bytes.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
      done(null, body);
    });
    // A form of a page is not what anyone wants to store.
    bytes.addContentTypeParser(/^multipart\//, (_request, _body, done) => {
      done(new HttpProblem('UNSUPPORTED_MEDIA_TYPE', 'Forms are not taken.'));
    });
    bytes.post(
      '/topics/:topic/records',
      {
        schema: {
          operationId: 'produceBatch',
          summary: 'Append many messages, or one as it is',
          description: DESCRIPTION.replaceAll('\n', ' '),
          tags: ['produce'],
          params: TopicParams,
          querystring: RawQuery,
          body: {
            content: {
              'application/json': { schema: Batch },
              'application/octet-stream': { schema: Bytes },
              'text/plain': { schema: Text },
            },
          },
          response: {
            200: BatchResults,
            201: SentSchema,
            ...problems(...BODY_PROBLEMS, ...PRODUCE_PROBLEMS),
          },
        },
      },
      async ({ raw, params: { topic }, query, body, headers }, reply) => {
        const { producer } = sessionOf(raw);
        if (!(body instanceof Uint8Array)) {
          refuseQuery(query);
          const { records } = body as Static<typeof Batch>;
          return sendRecords(producer, topic, records, 'records');
        }
        const message: OutgoingMessage<Uint8Array> = {
          topic,
          ...query,
          value: body,
          key: keyOfRequest(query.key, headers),
          headers: headersOfRequest(headers),
        };
        const sent = await producer.send(message);
        return reply.code(201).send(sentShape(sent));
      },
    );
  });
}

/** What it says would be passed over in silence. */
function refuseQuery(query: object): void {
  const [field] = Object.keys(query);
  if (field === undefined) return;
  const text =
    'In JSON each record says this for itself: the query is for bodies stored as they are.';
  throw new MillraceError('INVALID_REQUEST', text, { field });
}

/** An outcome a record; `list` is where they stand in the request. Throws INVALID_REQUEST, UNKNOWN_TOPIC. */
export async function sendRecords(
  producer: Producer<Uint8Array>,
  topic: string,
  records: readonly NewMessageShape[],
  list: string,
): Promise<Static<typeof BatchResults>> {
  // All are looked at before any is sent: a mistake in one is a mistake of the request.
  const messages = records.map((record, at) => outgoingOf(topic, record, `${list}[${at}].`));
  const settled = await Promise.allSettled(messages.map((message) => producer.send(message)));
  const errors = settled.flatMap((one) => (one.status === 'rejected' ? [one.reason as Error] : []));
  const [first] = errors;
  const isUnknown = (error: Error) =>
    error instanceof MillraceError && error.code === 'UNKNOWN_TOPIC';
  if (first !== undefined && errors.length === records.length && errors.every(isUnknown))
    throw first;
  return {
    failed: errors.length,
    results: settled.map((one) =>
      one.status === 'fulfilled'
        ? { ok: true, ...sentShape(one.value) }
        : { ok: false, ...itemProblem(one.reason) },
    ),
  };
}
