// POST /groups/:group/reset: where a consumer group goes on.

import { LIMITS } from '@millrace/protocol';
import type { Static } from 'typebox';
import type { App, Services } from '../../services.ts';
import { BODY_PROBLEMS, problems } from '../openapi/responses.ts';
import {
  closed,
  GroupName,
  Offset,
  orNull,
  Partition,
  TimestampMs,
  TopicName,
  word,
} from '../schemas/shapes.ts';
import { Type } from '../schemas/type.ts';

const To = Type.Union(
  [
    word(['earliest', 'latest']),
    closed({ offset: Offset }),
    closed({ timestampMs: TimestampMs }),
    closed({
      durationMs: Type.Integer({ minimum: 0, description: 'So long ago.' }),
    }),
    closed({ shiftBy: Type.Integer({ description: 'So many offsets on, or back.' }) }),
  ],
  {
    description: '`earliest`, `latest`, or an offset, a time, a duration or a shift as an object.',
  },
);

const Reset = closed(
  {
    to: To,
    topics: Type.Optional(
      Type.Array(TopicName, {
        description:
          'All partitions of these; neither topics nor partitions: all that is committed.',
        maxItems: LIMITS.topicsPerGroupMax,
      }),
    ),
    partitions: Type.Optional(
      Type.Array(closed({ topic: TopicName, partition: Partition }), {
        maxItems: LIMITS.fetchPartitionsMax,
      }),
    ),
    dryRun: Type.Optional(Type.Boolean({ description: 'Only tell what would be.' })),
  },
  {
    examples: [
      { to: 'earliest', topics: ['user-events'], dryRun: true },
      { to: { offset: 1 }, partitions: [{ topic: 'user-events', partition: 0 }] },
      { to: { durationMs: 3_600_000 }, topics: ['user-events'] },
    ],
  },
);

const Moved = closed({
  dryRun: Type.Boolean(),
  partitions: Type.Array(
    closed({
      topic: TopicName,
      partition: Partition,
      before: orNull(Type.Integer({ description: 'What was committed; null: nothing.' })),
      offset: Offset,
      change: orNull(
        Type.Integer({
          description:
            'Records between before and offset: skipped, or with a minus read again; null: nothing was committed.',
        }),
      ),
      lag: Type.Integer({ description: 'Records from there to the end.' }),
    }),
  ),
});

export type Reset = Static<typeof Reset>;
export type Moved = Static<typeof Moved>;

export function registerReset(app: App, { sessionOf }: Services): void {
  app.post(
    '/groups/:group/reset',
    {
      schema: {
        operationId: 'resetGroup',
        summary: 'Move where a consumer group goes on',
        description: 'Only while it has no members. A group that does not exist is made by it.',
        tags: ['groups'],
        params: closed({ group: Type.String({ ...GroupName, examples: ['audit'] }) }),
        body: Reset,
        response: {
          200: Moved,
          ...problems(
            ...BODY_PROBLEMS,
            'INVALID_NAME',
            'UNKNOWN_TOPIC',
            'UNKNOWN_PARTITION',
            'GROUP_NOT_EMPTY',
            'GROUP_KIND_MISMATCH',
          ),
        },
      },
    },
    async ({ raw, params: { group }, body }) => {
      const { dryRun = false } = body;
      const moved = await sessionOf(raw).client.admin.resetGroupOffsets(group, body);
      const partitions = moved.map(({ topic, partition, before, offset, lag }) => {
        const change = before === null ? null : offset - before;
        return { topic, partition, before, offset, change, lag };
      });
      return { dryRun, partitions };
    },
  );
}
