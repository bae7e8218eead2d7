// Routes of those who watch a queue: what workers have, what waits for a time, what is blocked. Nothing of it leases.

import { LIMITS } from '@millrace/protocol';
import type { Static } from 'typebox';
import type { App, Services, Session } from '../../services.ts';
import { problems } from '../openapi/responses.ts';
import { closed, orNull } from '../schemas/shapes.ts';
import { Type } from '../schemas/type.ts';
import { BlockedKey, blockedKeys } from './blocked-keys.ts';
import { HeldSchema, heldRuns, RUNS_MAX } from './held-runs.ts';
import { PageFrom, placeOf, placeText } from './page-places.ts';
import { type PlacesOf, topicOf } from './queue-places.ts';
import { NO_QUEUE, QueueParams, TopicQuery } from './queue-schemas.ts';

const RUNS_DEFAULT = 1_000;
const KEYS_DEFAULT = 100;

const pageQuery = (most: number, usual: number) =>
  closed({
    ...TopicQuery.properties,
    from: Type.Optional(PageFrom),
    limit: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: most,
        description: `At most so many; default ${usual}.`,
      }),
    ),
  });

const PAGE = {
  atMs: Type.Integer({ description: 'When they were looked at, ms since 1970.' }),
  looked: Type.Integer({ minimum: 0, description: 'Messages that were looked at for it.' }),
  next: orNull(Type.String({ description: 'Give it as `from` to go on; null: these are all.' })),
};

const Leases = closed({ ...PAGE, leases: Type.Array(HeldSchema) });
export type Leases = Static<typeof Leases>;
const Scheduled = closed({ ...PAGE, scheduled: Type.Array(HeldSchema) });
export type Scheduled = Static<typeof Scheduled>;
const BlockedKeys = closed({ keys: Type.Array(BlockedKey), looked: PAGE.looked, next: PAGE.next });
export type BlockedKeys = Static<typeof BlockedKeys>;

const HELD_ABOUT =
  'As runs of neighbours of which the same is true, sorted by time over all partitions within the page.';
const PROBLEMS = ['INVALID_REQUEST', ...NO_QUEUE] as const;

export function registerQueueHeld(app: App, services: Services, placesOf: PlacesOf): void {
  registerLeases(app, services, placesOf);
  registerScheduled(app, services, placesOf);
  registerBlocked(app, services, placesOf);
}

const HELD_SCHEMA = {
  description: HELD_ABOUT,
  tags: ['queues'],
  params: QueueParams,
  querystring: pageQuery(RUNS_MAX, RUNS_DEFAULT),
};

function registerLeases(app: App, { sessionOf }: Services, placesOf: PlacesOf): void {
  app.get(
    '/queues/:queue/leases',
    {
      schema: {
        ...HELD_SCHEMA,
        operationId: 'listLeases',
        summary: 'Messages that workers have, the earliest deadline first',
        response: {
          200: Leases,
          ...problems(...PROBLEMS),
        },
      },
    },
    async ({ raw, params: { queue }, query }) => {
      const session = sessionOf(raw);
      const { held, ...page } = await heldOf(session, placesOf, 'leased', queue, query);
      return { ...page, leases: held };
    },
  );
}

function registerScheduled(app: App, { sessionOf }: Services, placesOf: PlacesOf): void {
  app.get(
    '/queues/:queue/scheduled',
    {
      schema: {
        ...HELD_SCHEMA,
        operationId: 'listScheduled',
        summary: 'Messages that wait for a time, the earliest first',
        response: {
          200: Scheduled,
          ...problems(...PROBLEMS),
        },
      },
    },
    async ({ raw, params: { queue }, query }) => {
      const session = sessionOf(raw);
      const { held, ...page } = await heldOf(session, placesOf, 'scheduled', queue, query);
      return { ...page, scheduled: held };
    },
  );
}

async function heldOf(
  session: Session,
  placesOf: PlacesOf,
  state: 'leased' | 'scheduled',
  queue: string,
  query: Static<typeof HELD_SCHEMA.querystring>,
) {
  const { topic, topicId } = topicOf(await placesOf(session).find(queue), query.topic);
  const { partitions } = await session.client.admin.describeTopic(topic);
  const numbers = partitions.map(({ partition }) => partition);
  const limit = query.limit ?? RUNS_DEFAULT;
  const asked = { group: queue, topic, topicId, partitions: numbers, state, limit };
  const { held, looked, next } = await heldRuns(session.client, asked, placeOf(query.from));
  return { atMs: Date.now(), held, looked, next: next === null ? null : placeText(next) };
}

function registerBlocked(app: App, { sessionOf }: Services, placesOf: PlacesOf): void {
  app.get(
    '/queues/:queue/blocked-keys',
    {
      schema: {
        operationId: 'listBlockedKeys',
        summary: 'Messages that were stopped, with how many wait behind each by its key',
        tags: ['queues'],
        params: QueueParams,
        querystring: pageQuery(LIMITS.listRangesMax, KEYS_DEFAULT),
        response: {
          200: BlockedKeys,
          ...problems(...PROBLEMS),
        },
      },
    },
    async ({ raw, params: { queue }, query }) => {
      const session = sessionOf(raw);
      const { client } = session;
      const { topic, topicId } = topicOf(await placesOf(session).find(queue), query.topic);
      const { partitions } = await client.admin.describeTopic(topic);
      const numbers = partitions.map(({ partition }) => partition);
      const limit = query.limit ?? KEYS_DEFAULT;
      const listing = { group: queue, topic, topicId, partitions: numbers, limit };
      const page = await blockedKeys(client, listing, placeOf(query.from));
      return { ...page, next: page.next === null ? null : placeText(page.next) };
    },
  );
}
