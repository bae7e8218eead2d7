// The attributes of a queue as one table: what may be given, where it lives, how it is shown. Creating, comparing,
// setting, showing and the documentation derive from it; checks of one attribute against another are elsewhere.

import type { SqsCall } from '../handler.ts';
import { annotationOf } from './annotations.ts';
import { queueArn } from './names.ts';
import * as native from './native-settings.ts';
import type { QueueChange } from './queue-change.ts';
import type { QueueState } from './queue-state.ts';
import {
  allowPolicyText,
  isSameAllow,
  isSameRedrive,
  readAllowPolicy,
  readRedrivePolicy,
  redriveAllowPolicy,
  redrivePolicy,
} from './redrive-policy.ts';
import { boolean, choice, integer, json, text, type ValueKind } from './values.ts';

const SECONDS_MAX = 43_200;
const MESSAGE_BYTES_MAX = 1_048_576;
const POLICY_BYTES_MAX = 8 * 1024;
const KMS_DEFAULT_SECONDS = '300';

/** What a change of an attribute depends on: of the queue that is to be made, or that there is. */
export interface Ground {
  readonly isNew: boolean;
  readonly dedupScope: 'topic' | 'key';
  /** How long dedup ids are remembered; 0: not at all. */
  readonly dedupWindowMs: number;
}

export interface Attribute {
  readonly set: 'always' | 'creation' | 'never';
  /** Only FIFO queues have it. */
  readonly isFifo?: true;
  /** An empty text takes it away. */
  readonly isRemovable?: true;
  /** Of a new queue; absent: it has none. */
  readonly fallback?: string;
  /** What having none stands for. */
  readonly unset?: string;
  /** Undefined where it is never given. */
  readonly value?: ValueKind;
  /** Where it lives, for the documentation. */
  readonly home: string;
  /** `value` is canonical, or empty where it is to go. */
  readonly change?: (value: string, ground: Ground) => QueueChange;
  /** Undefined where the queue has none. */
  readonly show: (queue: QueueState, call: SqsCall) => string | undefined;
}

export const ATTRIBUTES = {
  VisibilityTimeout: {
    set: 'always',
    fallback: '30',
    value: integer(0, SECONDS_MAX),
    home: 'group `visibilityTimeoutMs`',
    change: (value) => ({ group: { visibilityTimeoutMs: Number(value) * 1_000 } }),
    show: ({ group }) => native.seconds(group.config.visibilityTimeoutMs),
  },
  DelaySeconds: annotated({ set: 'always', fallback: '0', value: integer(0, 900) }, 'DelaySeconds'),
  MaximumMessageSize: {
    ...annotated(
      { set: 'always', fallback: `${MESSAGE_BYTES_MAX}`, value: integer(1_024, MESSAGE_BYTES_MAX) },
      'MaximumMessageSize',
    ),
    home: 'annotation; at most the topic’s `messageBytesMax`',
    show: native.shownMessageBytesMax,
  },
  MessageRetentionPeriod: {
    set: 'always',
    fallback: '345600',
    value: integer(60, native.RETENTION_SECONDS_MAX),
    home: 'topic `messageTtlMs`, `retentionMs`, `segmentMs`',
    change: (value, ground) => ({ topic: native.retention(Number(value) * 1_000, ground) }),
    show: ({ topic }) => native.retentionSeconds(topic),
  },
  ReceiveMessageWaitTimeSeconds: annotated(
    { set: 'always', fallback: '0', value: integer(0, 20) },
    'ReceiveMessageWaitTimeSeconds',
  ),
  Policy: annotated({ set: 'always', isRemovable: true, value: json(POLICY_BYTES_MAX) }, 'Policy'),
  RedrivePolicy: {
    set: 'always',
    isRemovable: true,
    value: redrivePolicy,
    home: 'group `maxDeliveries`, `onExhausted` and its dead-letter topic; the text as given in an annotation',
    change: redriveChange,
    show: shownRedrive,
  },
  RedriveAllowPolicy: {
    set: 'always',
    isRemovable: true,
    value: redriveAllowPolicy,
    home: 'topic `deadLettersFrom`, `deadLetterSources`; the text as given in an annotation',
    change: (value) => ({
      topic: readAllowPolicy(value) ?? { deadLettersFrom: 'all' },
      annotations: kept('RedriveAllowPolicy', value),
    }),
    show: shownAllow,
  },
  FifoQueue: {
    set: 'creation',
    isFifo: true,
    value: boolean,
    home: 'group `ordering`',
    change: () => ({}),
    show: (queue) => (native.isOrdered(queue.group.config) ? 'true' : undefined),
  },
  ContentBasedDeduplication: {
    set: 'always',
    isFifo: true,
    fallback: 'false',
    value: boolean,
    home: 'topic `dedup`: `content` or `id`',
    change: (value) => ({ topic: { dedup: value === 'true' ? 'content' : 'id' } }),
    show: ({ topic }) => String(topic.config?.dedup === 'content'),
  },
  DeduplicationScope: {
    set: 'always',
    isFifo: true,
    fallback: 'queue',
    value: choice('queue', 'messageGroup'),
    home: 'topic `dedupScope` at creation; a later change in an annotation',
    change: native.scopeChange,
    show: native.shownScope,
  },
  FifoThroughputLimit: {
    ...annotated(
      { set: 'always', fallback: 'perQueue', value: choice('perQueue', 'perMessageGroupId') },
      'FifoThroughputLimit',
    ),
    isFifo: true,
  },
  KmsMasterKeyId: {
    ...annotated({ set: 'always', isRemovable: true, value: text(2_048) }, 'KmsMasterKeyId'),
    change: (value) => ({
      annotations: {
        ...kept('KmsMasterKeyId', value),
        ...(value === '' ? {} : kept('SqsManagedSseEnabled', 'false')),
      },
    }),
  },
  KmsDataKeyReusePeriodSeconds: {
    ...annotated({ set: 'always', value: integer(60, 86_400) }, 'KmsDataKeyReusePeriodSeconds'),
    unset: KMS_DEFAULT_SECONDS,
    change: (value) => ({
      annotations: kept('KmsDataKeyReusePeriodSeconds', value === KMS_DEFAULT_SECONDS ? '' : value),
    }),
  },
  SqsManagedSseEnabled: {
    ...annotated({ set: 'always', fallback: 'true', value: boolean }, 'SqsManagedSseEnabled'),
    change: (value) => ({
      annotations: {
        ...kept('SqsManagedSseEnabled', value),
        ...(value === 'true' ? kept('KmsMasterKeyId', '') : {}),
        ...(value === 'true' ? kept('KmsDataKeyReusePeriodSeconds', '') : {}),
      },
    }),
  },
  QueueArn: shown('name of the topic', ({ topic }, call) => queueArn(topic.name, call)),
  CreatedTimestamp: shown('topic', ({ topic }) => native.seconds(topic.createdAtMs)),
  LastModifiedTimestamp: shown('annotation', (queue) => native.lastModified(queue)),
  ApproximateNumberOfMessages: shown('counters fresh, ready, parked, blocked', counted),
  ApproximateNumberOfMessagesNotVisible: shown('counter leased', counted),
  ApproximateNumberOfMessagesDelayed: shown('counter scheduled', counted),
} as const satisfies Record<string, Attribute>;

export type AttributeName = keyof typeof ATTRIBUTES;

export const ATTRIBUTE_NAMES = Object.keys(ATTRIBUTES) as readonly AttributeName[];

export function isAttributeName(name: string): name is AttributeName {
  return Object.hasOwn(ATTRIBUTES, name);
}

export function attribute(name: AttributeName): Attribute {
  return ATTRIBUTES[name];
}

function kept(name: string, value: string): Record<string, string | null> {
  return { [annotationOf(name)]: value === '' ? null : value };
}

/** In an annotation of its name, and nowhere else. What somebody wrote there that is not allowed counts as nothing. */
function annotated<const S extends Pick<Attribute, 'set' | 'isRemovable' | 'fallback' | 'value'>>(
  spec: S,
  name: string,
) {
  const annotation = annotationOf(name);
  return {
    ...spec,
    home: 'annotation',
    change: (value: string): QueueChange => ({
      annotations: { [annotation]: value === '' ? null : value },
    }),
    show: ({ topic }: QueueState): string | undefined => {
      const given = topic.annotations[annotation];
      return (given === undefined ? undefined : spec.value?.parse(given)) ?? spec.fallback;
    },
  };
}

function shown(home: string, show: Attribute['show']): Attribute {
  return { set: 'never', home, show };
}

/** Counts are asked for apart from the settings: see `counts.ts`. */
function counted(): undefined {
  return undefined;
}

function redriveChange(value: string): QueueChange {
  const policy = value === '' ? undefined : readRedrivePolicy(value);
  const annotations = kept('RedrivePolicy', value);
  if (policy === undefined) {
    return {
      group: { maxDeliveries: 0, onExhausted: 'drop', onExpired: 'drop' },
      annotations,
    };
  }
  const { target, maxReceiveCount } = policy;
  return {
    group: { maxDeliveries: maxReceiveCount, onExhausted: 'dlq' },
    deadLetterTopic: target,
    annotations,
  };
}

/** What the group does; in the words in which it was given, while these still say the same. */
function shownRedrive(queue: QueueState, call: SqsCall): string | undefined {
  const inForce = native.redriveOf(queue);
  if (inForce === undefined) return undefined;
  const given = queue.topic.annotations[annotationOf('RedrivePolicy')];
  if (given !== undefined && isSameRedrive(readRedrivePolicy(given), inForce)) return given;
  const { target, maxReceiveCount } = inForce;
  return JSON.stringify({ deadLetterTargetArn: queueArn(target, call), maxReceiveCount });
}

function shownAllow({ topic }: QueueState, call: SqsCall): string | undefined {
  const { config, annotations } = topic;
  if (config === null) return undefined;
  const given = annotations[annotationOf('RedriveAllowPolicy')];
  if (given !== undefined && isSameAllow(readAllowPolicy(given), config)) return given;
  return allowPolicyText(config, (name) => queueArn(name, call));
}
