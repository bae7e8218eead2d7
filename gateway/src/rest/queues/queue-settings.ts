// What is said of a queue when it is made and when it is described: settings of its share group and of its topic, from
// the protocol's declarations.

import type { PartitionCounters } from '@millrace/client';
import { APIS, LIMITS, type RequestInput } from '@millrace/protocol';
import type { Static, TSchema } from 'typebox';
import { QueueCounts } from '../dashboard/counts.ts';
import { inField, outItem } from '../schemas/from-fields.ts';
import { closed, GroupName, orNull, TopicName } from '../schemas/shapes.ts';
import { Type } from '../schemas/type.ts';

type TopicSettings = NonNullable<RequestInput<'CreateTopic'>['config']>;
type GroupSettings = NonNullable<RequestInput<'CreateShareGroup'>['config']>;

const plainSettings = inField(APIS.CreateShareGroup.request.config) as unknown as {
  readonly properties: object;
};

/** Settings of the share group, and where its dead letters go. */
type QueueSettings = GroupSettings & { readonly deadLetterTopic?: string | undefined };
const QueueSettings = Type.Unsafe<QueueSettings>({
  ...plainSettings,
  description: 'How messages are given and given up; what is left out gets the default.',
  properties: {
    ...plainSettings.properties,
    deadLetterTopic: {
      type: 'string',
      maxLength: LIMITS.topicNameBytesMax,
      description: 'Takes what is given up; default <topic>.dlq. Made where it is missing.',
    },
  },
});

export interface NewQueue {
  readonly name: string;
  readonly topic?: string | undefined;
  readonly partitions?: number | undefined;
  readonly settings?: QueueSettings | undefined;
  readonly topicSettings?: TopicSettings | undefined;
}

export const NewQueue = Type.Unsafe<NewQueue>(
  closed(
    {
      name: GroupName,
      topic: Type.Optional(
        Type.String({
          maxLength: LIMITS.topicNameBytesMax,
          description: 'Holds its messages; default: of the same name. Made where it is missing.',
        }),
      ),
      partitions: Type.Optional(
        Type.Integer({
          minimum: 1,
          maximum: LIMITS.partitionsPerTopicMax,
          description: 'Of a topic that is made; default 1.',
        }),
      ),
      settings: Type.Optional(QueueSettings),
      topicSettings: Type.Optional(inField(APIS.CreateTopic.request.config)),
    },
    {
      examples: [
        { name: 'mails' },
        { name: 'payments', settings: { ordering: 'key', maxDeliveries: 10 } },
      ],
    },
  ),
);

/** A share group in a list. */
const Described = outItem(APIS.DescribeShareGroups.response.groups, ['groupId']);
export type Described = Static<typeof Described>;

const QueueTopic = closed({
  topic: TopicName,
  topicId: Type.Integer({ description: 'Never reused.' }),
  deadLetterTopic: orNull(TopicName),
});

export const QueueSummary = closed({
  name: GroupName,
  createdAtMs: Type.Integer({ description: 'ms since 1970.' }),
  settings: Type.Unsafe<Described['config']>(
    (Described as unknown as { readonly properties: { readonly config: TSchema } }).properties
      .config,
  ),
  topics: Type.Array(QueueTopic),
});
export type QueueSummary = Static<typeof QueueSummary>;

const number = (description: string) => Type.Integer({ minimum: 0, description });

/** Exact counts by state, as the broker tells them. */
const States = closed(
  {
    fresh: number('Never delivered.'),
    ready: number('Delivered before, or waited for a time: wait for the next delivery.'),
    scheduled: number('Wait for a time.'),
    leased: number('Given to a worker.'),
    parked: number('Wait for their key or tenant.'),
    blocked: number('Stopped until somebody decides about them.'),
    acknowledged: number('Finished.'),
    dead: number('Exhausted, rejected or dropped.'),
    removed: number('Taken away by retention before they were resolved.'),
    purged: number('Taken away by a purge.'),
    skipped: number('Redriven for another queue.'),
  },
  { description: 'Exact counts of all its messages by state.' },
);
export type States = Static<typeof States>;
export const STATE_NAMES = Object.keys(States.properties) as readonly (keyof States)[];

const { oldestAgeMs, rates } = QueueCounts.properties;
export const QueueDescription = closed({
  ...QueueSummary.properties,
  states: States,
  oldestAgeMs,
  rates,
  undo: orNull(
    closed({
      messages: number('That the purge took, of all topics.'),
      untilMs: number('It can be undone until then, ms since 1970.'),
    }),
  ),
});

/** A purge that can be undone; the earliest end, where its partitions have several. */
export function undoOf(
  partitions: readonly PartitionCounters[],
  nowMs: number,
): Static<typeof QueueDescription>['undo'] {
  const open = partitions
    .map(({ undo }) => undo)
    .filter((undo) => undo !== null && undo.untilMs > nowMs) as Undo[];
  if (open.length === 0) return null;
  const messages = open.reduce((sum, undo) => sum + undo.messages, 0);
  return { messages, untilMs: open.map(({ untilMs }) => untilMs).reduce((a, b) => Math.min(a, b)) };
}

type Undo = NonNullable<PartitionCounters['undo']>;

export function summaryOf({ group, createdAtMs, config, topics }: Described): QueueSummary {
  return {
    name: group,
    createdAtMs,
    settings: config,
    topics: topics.map(({ topic, topicId, deadLetterTopic }) => {
      return { topic, topicId, deadLetterTopic };
    }),
  };
}
