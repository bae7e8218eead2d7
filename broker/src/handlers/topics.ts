// Metadata and the administration of topics.

import {
  decideAlterTopic,
  decideCreateTopic,
  decideDeleteTopic,
  type ShardState,
  type Topic,
  type View,
} from '@millrace/core';
import { LIMITS, MillraceError, type ResponseInput } from '@millrace/protocol';
import type { Access } from '../access/access.ts';
import type { Handler } from './handler.ts';
import { ITEM_OK, type ItemOutcome, itemError } from './item-outcome.ts';
import type { Services } from './services.ts';

const BROKER_ID = 0;

type Described = ResponseInput<'DescribeTopics'>['topics'][number];

/** Of all topics those that may be described. */
function topicsByName(state: ShardState, access: Access): string[] {
  const names = [...state.catalog.topicIds.keys()].toSorted();
  return access.isUnlimited ? names : names.filter((name) => access.may('describe', 'topic', name));
}

/** One answer a name; an unknown name, or one that may not be described, is an error of its own, not of the request. */
function eachTopic<A>(
  api: 'Metadata' | 'DescribeTopics',
  state: ShardState,
  access: Access,
  names: readonly string[] | null,
  found: (topic: Topic) => A,
  missing: (name: string, error: ItemOutcome) => A,
): A[] {
  return (names ?? topicsByName(state, access)).map((name) => {
    const refusal = access.refusal(api, 'describe', 'topic', name);
    if (refusal !== undefined) return missing(name, itemError(refusal));
    const topic = state.catalog.topicByName(name);
    if (topic) return found(topic);
    return missing(
      name,
      itemError(new MillraceError('UNKNOWN_TOPIC', `no topic is named "${name}"`)),
    );
  });
}

/** Values that a topic without annotations and partitions has in a reply, and a partition. */
const TOPIC_VALUES = 64;
const PARTITION_VALUES = 8;

/** Throws LIMIT_EXCEEDED where the reply could not be sent, before anything of it is made. */
function checkReplySize(state: ShardState, access: Access, names: readonly string[] | null): void {
  let characters = 0;
  let values = 0;
  for (const name of names ?? state.catalog.topicIds.keys()) {
    if (!access.may('describe', 'topic', name)) continue;
    const topic = state.catalog.topicByName(name);
    const annotations = Object.entries(topic?.annotations ?? {});
    for (const [key, text] of annotations) characters += key.length + text.length;
    values += TOPIC_VALUES + 2 * annotations.length;
    values += PARTITION_VALUES * (topic?.partitions ?? 0);
  }
  if (characters <= LIMITS.frameBytesMax && values <= LIMITS.responseValuesMax) return;
  const limit = `${LIMITS.frameBytesMax} bytes`;
  const message = 'The reply would not fit in a frame: name fewer topics at a time.';
  throw new MillraceError('LIMIT_EXCEEDED', message, { field: 'topics', limit });
}

function describe(state: ShardState, view: View, topic: Topic): Described {
  const { topicId, name, createdAtMs, config, annotations } = topic;
  const partitions = Array.from({ length: topic.partitions }, (_, partition) => {
    const log = state.logs.at(topicId, partition);
    const { startOffset, durableEnd: endOffset, bytes, segments } = log;
    const [compactedTo = 0] = view.get('compactions', [topicId, partition]) ?? [];
    return { partition, startOffset, endOffset, bytes, segments: segments.length, compactedTo };
  });
  return {
    ...ITEM_OK,
    name,
    topicId,
    createdAtMs,
    config,
    annotations: { ...annotations },
    partitions,
  };
}

function undescribed(name: string, error: ItemOutcome): Described {
  const nothing = { topicId: 0, createdAtMs: 0, config: null, annotations: {}, partitions: [] };
  return { ...error, name, ...nothing };
}

export function createTopicHandlers({ shard, settings }: Services) {
  const metadata: Handler<'Metadata'> = async ({ topics: names }, { connection }) => {
    const { access } = connection;
    for (const name of settings.autoCreateTopics ? (names ?? []) : []) {
      if (!access.may('create', 'topic', name)) continue;
      if (shard.peek((state) => state.catalog.topicByName(name) !== undefined)) continue;
      const command = {
        name,
        partitions: settings.defaultPartitions,
        config: null,
        annotations: null,
        validateOnly: false,
      };
      shard.stage((state, view, context) => decideCreateTopic(state, view, command, context));
    }
    const topics = await shard.read((state) =>
      eachTopic(
        'Metadata',
        state,
        access,
        names,
        ({ name, topicId, partitions }) => ({
          ...ITEM_OK,
          name,
          topicId,
          leaders: Array.from({ length: partitions }, () => BROKER_ID),
        }),
        (name, error) => ({ ...error, name, topicId: 0, leaders: [] }),
      ),
    );
    const { advertisedHost: host, advertisedPort: port } = connection;
    return { brokers: [{ brokerId: BROKER_ID, host, port }], topics };
  };

  const createTopic: Handler<'CreateTopic'> = (command) =>
    shard.submit((state, view, context) => decideCreateTopic(state, view, command, context));

  const deleteTopic: Handler<'DeleteTopic'> = (command) =>
    shard.submit((state, view, context) => decideDeleteTopic(state, view, command, context));

  const alterTopic: Handler<'AlterTopic'> = (command) =>
    shard.submit((state, view, context) => decideAlterTopic(state, view, command, context));

  const describeTopics: Handler<'DescribeTopics'> = async ({ topics: names }, { connection }) => {
    const { access } = connection;
    shard.peek((state) => checkReplySize(state, access, names));
    const topics = await shard.read((state, view) =>
      eachTopic(
        'DescribeTopics',
        state,
        access,
        names,
        (topic) => describe(state, view, topic),
        undescribed,
      ),
    );
    return { topics };
  };

  return {
    Metadata: metadata,
    CreateTopic: createTopic,
    DeleteTopic: deleteTopic,
    AlterTopic: alterTopic,
    DescribeTopics: describeTopics,
  };
}
