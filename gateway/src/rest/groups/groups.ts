// Routes of groups of both kinds: list, describe, lag, delete. A name says nothing of its kind: the broker does.

import type { Admin } from '@millrace/client';
import { APIS, MillraceError } from '@millrace/protocol';
import type { Static } from 'typebox';
import type { App, Services } from '../../services.ts';
import { problems } from '../openapi/responses.ts';
import { outField, outItem } from '../schemas/from-fields.ts';
import {
  closed,
  GroupName,
  GroupParams,
  Next,
  orNull,
  PageQuery,
  Partition,
  pageOf,
  TopicName,
  word,
} from '../schemas/shapes.ts';
import { Type } from '../schemas/type.ts';

const KINDS = ['consumer', 'share'] as const;
const Kind = word(KINDS, { description: 'Consumer group or share group.' });

const { response: consumer } = APIS.DescribeGroup;
const { response: counters } = APIS.Counters;

const ConsumerGroup = closed(
  {
    group: GroupName,
    kind: word(['consumer']),
    state: outField(consumer.state),
    assignor: outField(consumer.assignor),
    epoch: outField(consumer.epoch),
    members: outField(consumer.members),
    offsets: outField(consumer.offsets),
  },
  { title: 'ConsumerGroup' },
);
const ShareGroup = closed(
  {
    kind: word(['share']),
    ...shareProperties(),
    counters: outField(counters.partitions),
    rates: outField(counters.rates),
  },
  { title: 'ShareGroup' },
);
export const GroupDescription = Type.Union([ConsumerGroup, ShareGroup]);
export type GroupShape = Static<typeof GroupDescription>;

function shareProperties() {
  const described = outItem(APIS.DescribeShareGroups.response.groups);
  type Described = Static<typeof described>;
  const { properties } = described as unknown as { properties: Record<string, object> };
  const property = <N extends keyof Described & string>(name: N) =>
    Type.Unsafe<Described[N]>(properties[name] ?? {});
  return {
    group: property('group'),
    groupId: property('groupId'),
    createdAtMs: property('createdAtMs'),
    config: property('config'),
    topics: property('topics'),
  };
}

const Lag = closed({
  group: GroupName,
  kind: Kind,
  lag: Type.Integer({ description: 'Over all partitions.' }),
  partitions: Type.Array(
    closed({
      topic: TopicName,
      partition: Partition,
      offset: Type.Integer({
        description:
          'Consumer group: the next offset to read, -1: none committed. Share group: the next never delivered.',
      }),
      endOffset: Type.Integer({ description: 'After the last record.' }),
      lag: Type.Integer({
        description: 'Consumer group: records after the offset. Share group: unresolved messages.',
      }),
      memberId: orNull(Type.String({ description: 'Who works on it, in a consumer group.' })),
    }),
  ),
});
export type LagShape = Static<typeof Lag>;

/** By the kind of a group. Throws UNKNOWN_GROUP. */
export async function byKind<T>(
  ofConsumers: () => Promise<T>,
  ofShares: () => Promise<T>,
): Promise<T> {
  try {
    return await ofConsumers();
  } catch (error) {
    if (!(error instanceof MillraceError && error.code === 'GROUP_KIND_MISMATCH')) throw error;
  }
  return ofShares();
}

export async function describeGroup(admin: Admin, group: string): Promise<GroupShape> {
  return byKind<GroupShape>(
    async () => ({ group, kind: 'consumer', ...(await admin.describeGroup(group)) }),
    async () => {
      const [described, { partitions, rates }] = await Promise.all([
        admin.describeShareGroup(group),
        admin.counters(group),
      ]);
      return { kind: 'share', ...described, counters: [...partitions], rates };
    },
  );
}

async function lagOf(admin: Admin, group: string): Promise<LagShape> {
  const found = await describeGroup(admin, group);
  const partitions =
    found.kind === 'consumer'
      ? found.offsets.map(({ topic, partition, offset, endOffset, lag, memberId }) => {
          return { topic, partition, offset, endOffset, lag, memberId };
        })
      : found.counters.map(({ topic, partition, cursor, endOffset, ...counted }) => {
          const { fresh, ready, scheduled, leased, parked, blocked } = counted;
          const lag = fresh + ready + scheduled + leased + parked + blocked;
          return { topic, partition, offset: cursor, endOffset, lag, memberId: null };
        });
  const lag = partitions.reduce((sum, partition) => sum + partition.lag, 0);
  return { group, kind: found.kind, lag, partitions };
}

export function registerGroups(app: App, services: Services): void {
  registerList(app, services);
  registerDescribe(app, services);
  registerDelete(app, services);
}

const GroupList = closed({
  groups: Type.Array(outItem(APIS.ListGroups.response.groups)),
  next: Next,
});
export type GroupListShape = Static<typeof GroupList>;

function registerList(app: App, { sessionOf }: Services): void {
  app.get(
    '/groups',
    {
      schema: {
        operationId: 'listGroups',
        summary: 'Groups of both kinds, by name',
        tags: ['groups'],
        querystring: closed({ kind: Type.Optional(Kind), ...PageQuery }),
        response: {
          200: GroupList,
          ...problems('INVALID_REQUEST'),
        },
      },
    },
    async ({ raw, query: { kind, ...page } }) => {
      const all = await sessionOf(raw).client.admin.listGroups();
      const wanted = kind === undefined ? all : all.filter((group) => group.kind === kind);
      const { page: groups, next } = pageOf(wanted, page);
      return { groups, next };
    },
  );
}

function registerDescribe(app: App, { sessionOf }: Services): void {
  app.get(
    '/groups/:group',
    {
      schema: {
        operationId: 'describeGroup',
        summary: 'Members, assignment and offsets; or settings and counters',
        description: 'Of a consumer group the first, of a share group the second.',
        tags: ['groups'],
        params: GroupParams,
        response: { 200: GroupDescription, ...problems('INVALID_REQUEST', 'UNKNOWN_GROUP') },
      },
    },
    async ({ raw, params }) => describeGroup(sessionOf(raw).client.admin, params.group),
  );
  app.get(
    '/groups/:group/lag',
    {
      schema: {
        operationId: 'groupLag',
        summary: 'How far a group is behind, a partition',
        tags: ['groups'],
        params: GroupParams,
        response: { 200: Lag, ...problems('INVALID_REQUEST', 'UNKNOWN_GROUP') },
      },
    },
    async ({ raw, params }) => lagOf(sessionOf(raw).client.admin, params.group),
  );
}

function registerDelete(app: App, { sessionOf }: Services): void {
  app.delete(
    '/groups/:group',
    {
      schema: {
        operationId: 'deleteGroup',
        summary: 'Delete a group',
        description:
          'A consumer group without members, with its offsets; or a share group, with all it knows of its messages. The messages stay.',
        tags: ['groups'],
        params: GroupParams,
        response: {
          204: Type.Null({ description: 'It is gone.' }),
          ...problems('INVALID_REQUEST', 'UNKNOWN_GROUP', 'GROUP_NOT_EMPTY'),
        },
      },
    },
    async ({ raw, params: { group } }, reply) => {
      const { admin } = sessionOf(raw).client;
      await byKind(
        () => admin.deleteGroup(group),
        () => admin.deleteShareGroup(group),
      );
      return reply.code(204).send(null);
    },
  );
}
