// APIs that administer topics.

import { LIMITS } from '../limits.ts';
import { api, array, bool, int, map, nullable, string, struct } from '../schema.ts';
import {
  errorCode,
  errorMessage,
  offset,
  partition,
  topicConfig,
  topicConfigChange,
  topicId,
  topicName,
} from './shared.ts';

const partitionCount = int('Number of partitions.', { min: 1, max: LIMITS.partitionsPerTopicMax });
const annotation = string('Free text for gateways and tools.', LIMITS.annotationBytesMax);
const annotations = map(
  'Bounded free data for gateways and tools.',
  annotation,
  LIMITS.annotationsMax,
);

export const createTopic = api({
  key: 3,
  name: 'CreateTopic',
  about: 'Create a topic.',
  versions: { min: 1, max: 1 },
  idempotent: false,
  request: {
    name: topicName,
    partitions: int('Number of partitions.', {
      min: 1,
      max: LIMITS.partitionsPerTopicMax,
      fallback: 1,
    }),
    config: nullable(topicConfigChange),
    annotations: nullable(annotations),
    validateOnly: bool('Check everything and create nothing.', { fallback: false }),
  },
  response: { topicId },
  errors: ['TOPIC_EXISTS', 'INVALID_NAME', 'INVALID_CONFIG', 'LIMIT_EXCEEDED'],
});

export const deleteTopic = api({
  key: 4,
  name: 'DeleteTopic',
  about:
    'Delete a topic, its records and what groups know of it. A topic of the same name can be created at once.',
  versions: { min: 1, max: 1 },
  idempotent: false,
  request: { name: topicName },
  response: {},
  errors: ['UNKNOWN_TOPIC', 'TOPIC_IN_USE'],
});

export const alterTopic = api({
  key: 5,
  name: 'AlterTopic',
  about: "Change a topic's settings or annotations, or add partitions.",
  versions: { min: 1, max: 1 },
  idempotent: true,
  request: {
    name: topicName,
    partitions: nullable(partitionCount),
    config: nullable(topicConfigChange),
    annotations: nullable(map('Replaces all annotations.', annotation, LIMITS.annotationsMax)),
    mergeAnnotations: nullable(
      map(
        'Changes these annotations and no others; absent text: removes one.',
        nullable(annotation),
        LIMITS.annotationsMax,
      ),
    ),
    expectedAnnotations: nullable(
      map(
        'Nothing is done unless these annotations are so; absent text: not there.',
        nullable(annotation),
        LIMITS.annotationsMax,
      ),
    ),
  },
  response: {},
  errors: [
    'UNKNOWN_TOPIC',
    'INVALID_CONFIG',
    'LIMIT_EXCEEDED',
    'INVALID_REQUEST',
    'ANNOTATIONS_CHANGED',
  ],
});

export const describeTopics = api({
  key: 6,
  name: 'DescribeTopics',
  about: 'Settings, partitions, offsets and sizes of topics.',
  versions: { min: 1, max: 1 },
  idempotent: true,
  request: {
    topics: nullable(array('Topics asked for; absent: all.', topicName, LIMITS.topicsMax)),
  },
  response: {
    topics: array(
      'Topics, in the order asked for, or by name.',
      struct('A topic.', {
        errorCode,
        errorMessage,
        name: topicName,
        topicId,
        createdAtMs: int('When it was created, ms since 1970.'),
        config: nullable(topicConfig),
        annotations,
        partitions: array(
          'Partitions.',
          struct('A partition.', {
            partition,
            startOffset: offset,
            endOffset: int('Offset after the last durable record.'),
            segments: int('Number of segments.'),
            bytes: int('Stored bytes of its batches.'),
            compactedTo: int('Before this offset no key has two records.', { fallback: 0 }),
          }),
          LIMITS.partitionsPerTopicMax,
        ),
      }),
      LIMITS.topicsMax,
    ),
  },
  errors: ['UNKNOWN_TOPIC'],
});
