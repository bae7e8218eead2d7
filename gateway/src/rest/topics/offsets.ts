// Offsets of a topic's partitions by their meaning, and the deletion of its oldest records.

import type { Static } from 'typebox';
import type { App, Services } from '../../services.ts';
import { BODY_PROBLEMS, problems } from '../openapi/responses.ts';
import {
  closed,
  Offset,
  orNull,
  Partition,
  TopicName,
  TopicParams,
  word,
} from '../schemas/shapes.ts';
import { Type } from '../schemas/type.ts';

const NAMED = ['earliest', 'latest'] as const;

const At = Type.Union(
  [
    word(NAMED),
    Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description: 'ms since 1970.' }),
  ],
  {
    description: '`earliest`, `latest`, or a time: the first record appended then or later.',
    examples: ['latest'],
  },
);

const Offsets = closed({
  topic: TopicName,
  partitions: Type.Array(
    closed({
      partition: Partition,
      offset: Offset,
      timestampMs: orNull(
        Type.Integer({ description: 'When that record was appended, ms since 1970.' }),
      ),
    }),
  ),
});
export type Offsets = Static<typeof Offsets>;

export function registerTopicOffsets(app: App, services: Services): void {
  registerOffsets(app, services);
  registerDeleteRecords(app, services);
}

function registerOffsets(app: App, { sessionOf }: Services): void {
  app.get(
    '/topics/:topic/offsets',
    {
      schema: {
        operationId: 'listOffsets',
        summary: 'Offsets of all partitions by their meaning',
        tags: ['topics'],
        params: TopicParams,
        querystring: closed({ at: Type.Optional(At) }),
        response: {
          200: Offsets,
          ...problems('INVALID_REQUEST', 'UNKNOWN_TOPIC'),
        },
      },
    },
    async ({ raw, params: { topic }, query: { at = 'latest' } }) => {
      const { admin } = sessionOf(raw).client;
      const { partitions } = await admin.describeTopic(topic);
      const place = typeof at === 'number' ? { timestampMs: at } : at;
      const answers = await admin.listOffsets(
        partitions.map(({ partition }) => ({ topic, partition, at: place })),
      );
      const found = answers.map(({ partition, offset, timestampMs }) => {
        return { partition, offset, timestampMs };
      });
      return { topic, partitions: found };
    },
  );
}

function registerDeleteRecords(app: App, { sessionOf }: Services): void {
  const targets = Type.Array(
    closed({ partition: Partition, beforeOffset: Type.Union([Offset, word(['end'])]) }),
    {
      minItems: 1,
      maxItems: 1_024,
      description: 'Partitions, and the offsets before which all go.',
    },
  );
  app.post(
    '/topics/:topic/delete-records',
    {
      schema: {
        operationId: 'deleteRecords',
        summary: 'Delete the oldest records',
        description: 'Each partition stands by itself; a problem is the first of several.',
        tags: ['topics'],
        params: TopicParams,
        body: closed(
          { partitions: targets },
          { examples: [{ partitions: [{ partition: 0, beforeOffset: 1 }] }] },
        ),
        response: {
          200: closed({
            partitions: Type.Array(
              closed({
                partition: Partition,
                startOffset: Type.Integer({ description: 'Where the log begins now.' }),
              }),
            ),
          }),
          ...problems(
            ...BODY_PROBLEMS,
            'UNKNOWN_TOPIC',
            'UNKNOWN_PARTITION',
            'OFFSET_OUT_OF_RANGE',
          ),
        },
      },
    },
    async ({ raw, params: { topic }, body: { partitions } }) => {
      const deleted = await sessionOf(raw).client.admin.deleteRecords(topic, partitions);
      return {
        partitions: deleted.map(({ partition, startOffset }) => ({ partition, startOffset })),
      };
    },
  );
}
