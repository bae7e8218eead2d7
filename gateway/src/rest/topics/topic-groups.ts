// GET /topics/:topic/groups: where each group stands in each partition of a topic. A page asks the broker about so many
// groups at most: which consumer groups read a topic is known only to each of them.

import { type Client, MillraceError } from '@millrace/client';
import type { Static } from 'typebox';
import type { App, Services } from '../../services.ts';
import { problems } from '../openapi/responses.ts';
import {
  closed,
  GroupName,
  Next,
  orNull,
  PageQuery,
  Partition,
  TimestampMs,
  TopicName,
  TopicParams,
  word,
} from '../schemas/shapes.ts';
import { Type } from '../schemas/type.ts';

const LIMIT_DEFAULT = 50;
/** Groups asked about for a page, and how many of them at a time. */
const LOOKS_MAX = 200;
const ASKED_AT_A_TIME = 16;

const offset = (description: string) => Type.Integer({ minimum: 0, description });

const ConsumerPlace = closed({
  partition: Partition,
  offset: orNull(offset('The next offset to read; null: none committed.')),
  lag: offset('Records from there to the end.'),
  committedAtMs: orNull(TimestampMs),
  memberId: orNull(Type.String({ description: 'Who works on it.' })),
});
const SharePlace = closed({
  partition: Partition,
  firstUnresolvedOffset: offset('The oldest unresolved message; the end: none.'),
  cursor: offset('The next offset that was never delivered.'),
  unresolved: offset('Messages that are not finished with.'),
  leased: offset('Of these: given to a worker.'),
  scheduled: offset('Of these: wait for a time.'),
  blocked: offset('Of these: stopped until somebody decides.'),
});
const Standing = Type.Union([
  closed({
    group: GroupName,
    kind: word(['consumer']),
    partitions: Type.Array(ConsumerPlace),
  }),
  closed({ group: GroupName, kind: word(['share']), partitions: Type.Array(SharePlace) }),
]);
type Standing = Static<typeof Standing>;

const TopicGroups = closed({
  topic: TopicName,
  partitions: Type.Array(
    closed({
      partition: Partition,
      startOffset: offset('The first offset that the log holds.'),
      endOffset: offset('After the last record.'),
    }),
  ),
  groups: Type.Array(Standing, { description: 'Those that read the topic, by name.' }),
  next: Next,
});
export type TopicGroupsShape = Static<typeof TopicGroups>;

export function registerTopicGroups(app: App, { sessionOf }: Services): void {
  app.get(
    '/topics/:topic/groups',
    {
      schema: {
        operationId: 'listTopicGroups',
        summary: 'Where each group stands in each partition',
        description:
          'A page may have fewer groups than `limit`, or none: there may be more as long as `next` is not null.',
        tags: ['topics'],
        params: TopicParams,
        querystring: closed(PageQuery),
        response: { 200: TopicGroups, ...problems('INVALID_REQUEST', 'UNKNOWN_TOPIC') },
      },
    },
    async ({ raw, params: { topic }, query: { limit = LIMIT_DEFAULT, after = '' } }) => {
      const { client } = sessionOf(raw);
      const described = await client.admin.describeTopic(topic);
      const partitions = described.partitions.map(({ partition, startOffset, endOffset }) => {
        return { partition, startOffset, endOffset };
      });
      const { groups, next } = await standingsOf(client, topic, after, limit);
      return { topic, partitions, groups, next };
    },
  );
}

async function standingsOf(client: Client, topic: string, after: string, limit: number) {
  const { admin } = client;
  const [all, shares] = await Promise.all([admin.listGroups(), admin.listShareGroups()]);
  const sharing = new Set(
    shares
      .filter(({ topics }) => topics.some((one) => one.topic === topic))
      .map(({ group }) => group),
  );
  const asked = all.filter(({ name, kind }) => {
    return name > after && (kind === 'consumer' || sharing.has(name));
  });
  const groups: Standing[] = [];
  let looked = 0;
  while (looked < Math.min(asked.length, LOOKS_MAX) && groups.length < limit) {
    const slice = asked.slice(looked, looked + Math.min(ASKED_AT_A_TIME, limit - groups.length));
    const found = await Promise.all(
      slice.map(({ name, kind }) => standingOf(client, topic, name, kind)),
    );
    groups.push(...found.filter((standing) => standing !== undefined));
    looked += slice.length;
  }
  const last = asked[looked - 1]?.name;
  return { groups, next: looked < asked.length && last !== undefined ? last : null };
}

/** Undefined where the group does not read the topic, or has gone meanwhile. */
async function standingOf(
  client: Client,
  topic: string,
  group: string,
  kind: 'consumer' | 'share',
): Promise<Standing | undefined> {
  try {
    return await (kind === 'share'
      ? shareStanding(client, topic, group)
      : consumerStanding(client, topic, group));
  } catch (error) {
    const isGone =
      error instanceof MillraceError &&
      (error.code === 'UNKNOWN_GROUP' || error.code === 'GROUP_KIND_MISMATCH');
    if (isGone) return undefined;
    throw error;
  }
}

async function consumerStanding(
  client: Client,
  topic: string,
  group: string,
): Promise<Standing | undefined> {
  const { offsets } = await client.admin.describeGroup(group);
  const partitions = offsets
    .filter((place) => place.topic === topic)
    .map(({ partition, offset: at, lag, committedAtMs, memberId }) => {
      return { partition, offset: at < 0 ? null : at, lag, committedAtMs, memberId };
    });
  return partitions.length === 0 ? undefined : { group, kind: 'consumer', partitions };
}

async function shareStanding(client: Client, topic: string, group: string): Promise<Standing> {
  const counted = await client.admin.counters(group);
  const partitions = counted.partitions
    .filter((place) => place.topic === topic)
    .map((place) => {
      const { partition, firstUnresolvedOffset, cursor, leased, scheduled, blocked } = place;
      const unresolved = place.fresh + place.ready + scheduled + leased + place.parked + blocked;
      return { partition, firstUnresolvedOffset, cursor, unresolved, leased, scheduled, blocked };
    });
  return { group, kind: 'share', partitions };
}
