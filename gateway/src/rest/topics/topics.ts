// Routes of topics. What is a valid name or setting is the broker's to say.

import type { Admin } from '@millrace/client';
import { APIS, MillraceError } from '@millrace/protocol';
import type { Static } from 'typebox';
import type { App, Services } from '../../services.ts';
import { BODY_PROBLEMS, problems } from '../openapi/responses.ts';
import { inField, inObject, outItem } from '../schemas/from-fields.ts';
import { closed, Next, PageQuery, pageOf, TopicName, TopicParams } from '../schemas/shapes.ts';
import { Type } from '../schemas/type.ts';

const { request: creation } = APIS.CreateTopic;
const { request: change } = APIS.AlterTopic;
const { topics: described } = APIS.DescribeTopics.response;

const TopicId = Type.Integer({ description: 'Never reused.' });
const TopicSummary = closed({
  name: TopicName,
  topicId: TopicId,
  partitions: Type.Integer({ description: 'Number of partitions.' }),
  size: Type.Optional(
    closed(
      {
        records: Type.Integer({ description: 'Offsets from the start to the end of each log.' }),
        endOffsets: Type.Integer({ description: 'The sum of the ends: grows with each append.' }),
        bytes: Type.Integer({ description: 'Stored bytes of its batches.' }),
        segments: Type.Integer({ description: 'Number of segments.' }),
      },
      { description: 'Over all partitions, where it was asked for.' },
    ),
  ),
});
export type TopicSummary = Static<typeof TopicSummary>;
type SizeShape = NonNullable<Static<typeof TopicSummary>['size']>;
const TopicDescription = outItem(described, ['errorCode', 'errorMessage'], { title: 'Topic' });
export type TopicDescription = Static<typeof TopicDescription>;

export type NewTopic = Parameters<Admin['createTopic']>[0];
const NewTopic = Type.Unsafe<NewTopic>({
  ...inObject(creation),
  examples: [
    { name: 'orders', partitions: 4, config: { retentionMs: 604_800_000 } },
    { name: 'payments', config: { dedup: 'id' }, annotations: { owner: 'billing' } },
  ],
});

const TopicChange = closed(
  {
    partitions: Type.Optional(inField(change.partitions)),
    config: Type.Optional(inField(change.config, { title: 'TopicSettings' })),
    annotations: Type.Optional(inField(change.mergeAnnotations)),
    expectedAnnotations: Type.Optional(inField(change.expectedAnnotations)),
  },
  {
    minProperties: 1,
    examples: [
      { partitions: 8 },
      { config: { retentionMs: 86_400_000 }, annotations: { owner: 'billing', note: null } },
    ],
  },
);

/** Of what the page changes: annotations are for gateways and tools. */
export type TopicChange = Pick<Parameters<Admin['alterTopic']>[0], 'partitions' | 'config'>;

export function registerTopics(app: App, services: Services): void {
  registerCreate(app, services);
  registerList(app, services);
  registerDescribe(app, services);
  registerChange(app, services);
}

function registerCreate(app: App, { sessionOf }: Services): void {
  app.post(
    '/topics',
    {
      schema: {
        operationId: 'createTopic',
        summary: 'Create a topic',
        tags: ['topics'],
        body: NewTopic,
        response: {
          201: closed({ name: TopicName, topicId: TopicId }),
          ...problems(
            ...BODY_PROBLEMS,
            'INVALID_NAME',
            'INVALID_CONFIG',
            'LIMIT_EXCEEDED',
            'TOPIC_EXISTS',
          ),
        },
      },
    },
    async ({ raw, body }, reply) => {
      const { topicId } = await sessionOf(raw).client.admin.createTopic(body);
      return reply
        .code(201)
        .header('location', `/topics/${encodeURIComponent(body.name)}`)
        .send({ name: body.name, topicId });
    },
  );
}

function registerList(app: App, { sessionOf }: Services): void {
  app.get(
    '/topics',
    {
      schema: {
        operationId: 'listTopics',
        summary: 'All topics, by name',
        tags: ['topics'],
        querystring: closed({
          ...PageQuery,
          size: Type.Optional(Type.Boolean({ description: 'With sizes; default false.' })),
        }),
        response: {
          200: closed({ topics: Type.Array(TopicSummary), next: Next }),
          ...problems('INVALID_REQUEST'),
        },
      },
    },
    async ({ raw, query: { size = false, ...asked } }) => {
      const { admin } = sessionOf(raw).client;
      const { page, next } = pageOf(await admin.listTopics(), asked);
      if (!size || page.length === 0) return { topics: page, next };
      const sizes = await sizesOf(admin, page);
      return { topics: page.map((topic) => ({ ...topic, size: sizes.get(topic.name) })), next };
    },
  );
}

async function sizesOf(
  admin: Admin,
  page: readonly { readonly name: string }[],
): Promise<ReadonlyMap<string, SizeShape>> {
  const sizes = new Map<string, SizeShape>();
  for (const { name, partitions } of await describeThose(admin, page)) {
    const size = { records: 0, endOffsets: 0, bytes: 0, segments: 0 };
    for (const { startOffset, endOffset, bytes, segments } of partitions) {
      size.records += endOffset - startOffset;
      size.endOffsets += endOffset;
      size.bytes += bytes;
      size.segments += segments;
    }
    sizes.set(name, size);
  }
  return sizes;
}

/** One that has gone since the list was made is left out: then all that are there are asked for. */
async function describeThose(admin: Admin, page: readonly { readonly name: string }[]) {
  try {
    return await admin.describeTopics(page.map(({ name }) => name));
  } catch (error) {
    if (!(error instanceof MillraceError && error.code === 'UNKNOWN_TOPIC')) throw error;
    return admin.describeTopics();
  }
}

function registerDescribe(app: App, { sessionOf }: Services): void {
  app.get(
    '/topics/:topic',
    {
      schema: {
        operationId: 'describeTopic',
        summary: 'Settings, annotations, partitions with offsets and sizes',
        tags: ['topics'],
        params: TopicParams,
        response: {
          200: TopicDescription,
          ...problems('INVALID_REQUEST', 'UNKNOWN_TOPIC'),
        },
      },
    },
    async ({ raw, params }) => sessionOf(raw).client.admin.describeTopic(params.topic),
  );
}

function registerChange(app: App, { sessionOf }: Services): void {
  app.patch(
    '/topics/:topic',
    {
      schema: {
        operationId: 'alterTopic',
        summary: 'Change settings or annotations, or add partitions',
        description: 'What is left out stays as it is.',
        tags: ['topics'],
        params: TopicParams,
        body: TopicChange,
        response: {
          200: TopicDescription,
          ...problems(
            ...BODY_PROBLEMS,
            'INVALID_CONFIG',
            'LIMIT_EXCEEDED',
            'UNKNOWN_TOPIC',
            'ANNOTATIONS_CHANGED',
          ),
        },
      },
    },
    async ({ raw, params: { topic }, body: { annotations, ...more } }) => {
      const { admin } = sessionOf(raw).client;
      await admin.alterTopic({ name: topic, ...more, mergeAnnotations: annotations });
      return admin.describeTopic(topic);
    },
  );
  app.delete(
    '/topics/:topic',
    {
      schema: {
        operationId: 'deleteTopic',
        summary: 'Delete a topic and its records',
        tags: ['topics'],
        params: TopicParams,
        response: {
          204: Type.Null({ description: 'It is gone.' }),
          ...problems('INVALID_REQUEST', 'UNKNOWN_TOPIC', 'TOPIC_IN_USE'),
        },
      },
    },
    async ({ raw, params: { topic } }, reply) => {
      await sessionOf(raw).client.admin.deleteTopic(topic);
      return reply.code(204).send(null);
    },
  );
}
