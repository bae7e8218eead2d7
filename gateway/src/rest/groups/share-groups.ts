// Routes that make and change share groups.

import { APIS } from '@millrace/protocol';
import type { App, Services } from '../../services.ts';
import { BODY_PROBLEMS, problems } from '../openapi/responses.ts';
import { inField } from '../schemas/from-fields.ts';
import { closed, GroupName, GroupParams, TimestampMs, word } from '../schemas/shapes.ts';
import { Type } from '../schemas/type.ts';
import { describeGroup, GroupDescription } from './groups.ts';

const { request: creation } = APIS.CreateShareGroup;
const { request: change } = APIS.AlterShareGroup;

const StartAt = Type.Union([word(['earliest', 'latest']), closed({ timestampMs: TimestampMs })], {
  description: 'Where the group begins in each partition; default `earliest`.',
});

const NewShareGroup = closed(
  {
    group: GroupName,
    topics: inField(creation.topics),
    startAt: Type.Optional(StartAt),
    deadLetterTopic: Type.Optional(inField(creation.deadLetterTopic)),
    config: Type.Optional(inField(creation.config, { title: 'ShareGroupSettings' })),
  },
  {
    examples: [
      {
        group: 'billing',
        topics: ['user-events'],
        startAt: 'earliest',
        config: { visibilityTimeoutMs: 60_000, maxDeliveries: 3 },
      },
    ],
  },
);

const ShareGroupChange = closed(
  {
    addTopics: Type.Optional(inField(change.addTopics)),
    startAt: Type.Optional(StartAt),
    deadLetterTopic: Type.Optional(inField(change.deadLetterTopic)),
    config: Type.Optional(inField(change.config, { title: 'ShareGroupSettings' })),
  },
  { minProperties: 1, examples: [{ config: { maxDeliveries: 10 } }] },
);

const SETTING_PROBLEMS = [
  'UNKNOWN_TOPIC',
  'INVALID_CONFIG',
  'DLQ_LOOP',
  'DLQ_NOT_ALLOWED',
] as const;

export function registerShareGroups(app: App, { sessionOf }: Services): void {
  app.post(
    '/groups',
    {
      schema: {
        operationId: 'createShareGroup',
        summary: 'Create a share group, and the dead-letter topics it needs',
        description: 'Consumer groups make themselves when their first member joins.',
        tags: ['groups'],
        body: NewShareGroup,
        response: {
          201: GroupDescription,
          ...problems(...BODY_PROBLEMS, 'INVALID_NAME', 'GROUP_EXISTS', ...SETTING_PROBLEMS),
        },
      },
    },
    async ({ raw, body }, reply) => {
      const { admin } = sessionOf(raw).client;
      await admin.createShareGroup(body);
      return reply
        .code(201)
        .header('location', `/groups/${encodeURIComponent(body.group)}`)
        .send(await describeGroup(admin, body.group));
    },
  );
  app.patch(
    '/groups/:group',
    {
      schema: {
        operationId: 'alterShareGroup',
        summary: 'Change settings of a share group, or add topics to it',
        description: 'What is left out stays as it is.',
        tags: ['groups'],
        params: GroupParams,
        body: ShareGroupChange,
        response: {
          200: GroupDescription,
          ...problems(
            ...BODY_PROBLEMS,
            'UNKNOWN_GROUP',
            'GROUP_KIND_MISMATCH',
            ...SETTING_PROBLEMS,
          ),
        },
      },
    },
    async ({ raw, params: { group }, body }) => {
      const { admin } = sessionOf(raw).client;
      await admin.alterShareGroup({ group, ...body });
      return describeGroup(admin, group);
    },
  );
}
