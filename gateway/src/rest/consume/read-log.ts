// GET /topics/:topic/records: reads the log of a partition. It leases nothing and changes nothing.

import { LIMITS } from '@millrace/protocol';
import type { Static } from 'typebox';
import type { App, Services } from '../../services.ts';
import { jsonText } from '../json/raw-json.ts';
import { problems } from '../openapi/responses.ts';
import { HttpProblem } from '../problem/problems.ts';
import { MessageSchema, messageShape } from '../schemas/message.ts';
import { closed, Offset, Partition, TopicName, TopicParams, word } from '../schemas/shapes.ts';
import { Type } from '../schemas/type.ts';

const MAX_DEFAULT = 100;
const BYTES_MAX = 4 * 1024 * 1024;
const NDJSON = 'application/x-ndjson';
const JSON_TYPE = 'application/json';

const ReadQuery = closed({
  partition: Type.Optional(Partition),
  offset: Type.Optional(
    Type.Union([word(['earliest', 'latest']), Offset], {
      description: 'Where to begin; default `earliest`. `latest` is the end.',
      examples: [0],
    }),
  ),
  max: Type.Optional(
    Type.Integer({
      description: `At most so many records; default ${MAX_DEFAULT}.`,
      minimum: 1,
      maximum: LIMITS.peekMessagesMax,
    }),
  ),
});

const Records = closed({
  topic: TopicName,
  partition: Partition,
  startOffset: Type.Integer({ description: 'The first offset that the partition holds.' }),
  endOffset: Type.Integer({ description: 'After the last record.' }),
  nextOffset: Type.Integer({ description: 'Where to read on.' }),
  records: Type.Array(MessageSchema),
});

export type LogPage = Static<typeof Records>;

export function registerReadLog(app: App, { sessionOf }: Services): void {
  app.get(
    '/topics/:topic/records',
    {
      schema: {
        operationId: 'readLog',
        summary: 'Read the log, without leasing',
        description:
          'With `Accept: application/x-ndjson` a record a line, and where to read on in the header Millrace-Next-Offset.',
        tags: ['consume'],
        params: TopicParams,
        querystring: ReadQuery,
        response: {
          200: {
            description: 'Records in the order of the log.',
            content: {
              [JSON_TYPE]: { schema: Records },
              [NDJSON]: { schema: Type.String({ description: 'A record a line.' }) },
            },
          },
          ...problems(
            'INVALID_REQUEST',
            'UNKNOWN_TOPIC',
            'UNKNOWN_PARTITION',
            'NOT_ACCEPTABLE',
            'OFFSET_OUT_OF_RANGE',
          ),
        },
      },
    },
    async ({ raw, params: { topic }, query, headers }, reply) => {
      const { admin } = sessionOf(raw).client;
      const { partition = 0, offset = 'earliest', max = MAX_DEFAULT } = query;
      const type = wantedType(headers.accept);
      const fromOffset =
        offset === 'latest'
          ? (await admin.listOffsets([{ topic, partition, at: 'latest' }]))[0]?.offset
          : offset;
      const found = await admin.peek({
        topic,
        partition,
        maxMessages: max,
        maxBytes: BYTES_MAX,
        ...(typeof fromOffset === 'number' ? { fromOffset } : {}),
      });
      const records = found.messages.map(({ message }) => messageShape(message));
      const { startOffset, endOffset } = found;
      const last = records.at(-1);
      const nextOffset = last === undefined ? endOffset : last.offset + 1;
      if (type === JSON_TYPE) {
        const page = { topic, partition, startOffset, endOffset, nextOffset, records };
        return reply.type(`${JSON_TYPE}; charset=utf-8`).send(page);
      }
      const lines = records.map((record) => `${jsonText(record)}\n`).join('');
      return reply.type(NDJSON).header('millrace-next-offset', nextOffset).send(lines);
    },
  );
}

/** The better of both types that the caller takes, by its weights. Throws NOT_ACCEPTABLE. */
function wantedType(accept = '*/*'): typeof JSON_TYPE | typeof NDJSON {
  const ranges = accept.split(',').map((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
    return { type, weight: weight === undefined ? 1 : Number(weight) };
  });
  const weightOf = (...types: readonly string[]): number => {
    const found = types.map((type) => ranges.find((range) => range.type === type));
    return found.find((range) => range !== undefined)?.weight ?? 0;
  };
  const json = weightOf(JSON_TYPE, 'application/*', '*/*');
  const lines = weightOf(NDJSON, 'application/*', '*/*');
  if (lines > json) return NDJSON;
  if (json > 0) return JSON_TYPE;
  throw new HttpProblem('NOT_ACCEPTABLE', `Records come as ${JSON_TYPE} or ${NDJSON}.`);
}
