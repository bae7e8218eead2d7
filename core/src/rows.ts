// Every row the core writes, by table: the key's parts and the value as plain data. Storage turns them into bytes.
// Hot rows are tuples; the others are objects, as
// type aliases: unlike interfaces they are plain data to the type system too. A row is the present state, never an event.

import type { ResponseOf } from '@millrace/protocol';

export type ShareConfig = ResponseOf<'DescribeShareGroups'>['groups'][number]['config'];
export type TopicConfig = NonNullable<ResponseOf<'DescribeTopics'>['topics'][number]['config']>;

export type TopicRow = {
  readonly name: string;
  readonly partitions: number;
  readonly createdAtMs: number;
  readonly config: TopicConfig;
  readonly annotations: { readonly [name: string]: string };
};

/** `[nextOffset, bytes, firstAppendMs, lastAppendMs]`: the segment holds offsets from its base to before nextOffset. */
export type SegmentRow = readonly [
  nextOffset: number,
  bytes: number,
  firstAppendMs: number,
  lastAppendMs: number,
];

export type ConsumerGroupRow = {
  readonly kind: 'consumer';
  readonly name: string;
  readonly createdAtMs: number;
  /** Grows when members, their topics or the partitions of these change; the target assignment follows from it. */
  readonly epoch: number;
  /** The topics subscribed to by members, as they were when the epoch began, by name. */
  readonly topics: readonly SubscribedTopic[];
};
export type ShareGroupRow = {
  readonly kind: 'share';
  readonly name: string;
  readonly createdAtMs: number;
  readonly config: ShareConfig;
};
export type GroupRow = ConsumerGroupRow | ShareGroupRow;

export type SubscribedTopic = readonly [name: string, topicId: number, partitions: number];

/** Partitions of one topic that a member was given in one group epoch: `[topicId, sinceEpoch, partitions]`. */
export type HeldPartitions = readonly [
  topicId: number,
  sinceEpoch: number,
  partitions: readonly number[],
];

export type MemberRow = {
  /** The group epoch whose target the member was last told to move to. */
  readonly epoch: number;
  /** The group epoch in which it joined; what carries an older one is from an earlier life of the member. */
  readonly joinedEpoch: number;
  readonly sessionTimeoutMs: number;
  /** Subscribed topics in order of name, each once; they need not exist. */
  readonly topics: readonly string[];
  /** What the member was told to work on. */
  readonly assigned: readonly HeldPartitions[];
  /** What it has been told to give up and has not yet reported as given up. */
  readonly revoking: readonly HeldPartitions[];
};

/** `[offset, metadata, committedAtMs]` */
export type OffsetRow = readonly [offset: number, metadata: string | null, committedAtMs: number];

export type AttachmentRow = {
  /** As given: -1 latest, -2 earliest, or a time. New partitions begin at their start. */
  readonly startAt: number;
  /** Topic id of the dead-letter topic, or null where dead messages are dropped. */
  readonly deadLetterTopicId: number | null;
};

/** Below `floor` nothing is the group's concern; from `cursor` on nothing was ever delivered. */
export type SharePartitionRow = readonly [
  cursor: number,
  floor: number,
  nextToken: number,
  acknowledged: number,
  dead: number,
  removed: number,
];

export const RUN_STATES = ['ready', 'scheduled', 'leased'] as const;
export type RunState = (typeof RUN_STATES)[number];

/**
 * `[last, state, deliveries, untilMs, token, memberId, leasedAtMs, firstDeliveredAtMs, firstFailedAtMs]`; `state` is
 * the position in RUN_STATES. `untilMs`: leased: deadline; scheduled: when it becomes ready; ready: 0. `token`,
 * `memberId` and `leasedAtMs` are those of the newest lease, also after it ended; `leasedAtMs` is 0 where it was
 * returned. The last two are 0 where it never happened; only a run that failed may have a row in `lastErrors`, under its
 * first offset.
 */
export type RunRow = readonly [
  last: number,
  state: number,
  deliveries: number,
  untilMs: number,
  token: number,
  memberId: string,
  leasedAtMs: number,
  firstDeliveredAtMs: number,
  firstFailedAtMs: number,
];

export const DEATH_REASONS = ['exhausted', 'rejected'] as const;
export type DeathReason = (typeof DEATH_REASONS)[number];

/** `[last, reason, deliveries, diedAtMs, deadLetterTopicId, deadLetterPartition, deadLetterOffset]`; -1 where there is no copy. */
export type DeadRow = readonly [
  last: number,
  reason: DeathReason,
  deliveries: number,
  diedAtMs: number,
  deadLetterTopicId: number,
  deadLetterPartition: number,
  deadLetterOffset: number,
];

export interface Rows {
  meta: { key: readonly [name: string]; value: number | string };
  topics: { key: readonly [topicId: number]; value: TopicRow };
  batches: {
    key: readonly [topicId: number, partition: number, baseOffset: number];
    value: Uint8Array;
  };
  segments: {
    key: readonly [topicId: number, partition: number, baseOffset: number];
    value: SegmentRow;
  };
  groups: { key: readonly [groupId: number]; value: GroupRow };
  members: { key: readonly [groupId: number, memberId: string]; value: MemberRow };
  offsets: {
    key: readonly [groupId: number, topicId: number, partition: number];
    value: OffsetRow;
  };
  attachments: { key: readonly [groupId: number, topicId: number]; value: AttachmentRow };
  sharePartitions: {
    key: readonly [groupId: number, topicId: number, partition: number];
    value: SharePartitionRow;
  };
  runs: {
    key: readonly [groupId: number, topicId: number, partition: number, first: number];
    value: RunRow;
  };
  dead: {
    key: readonly [groupId: number, topicId: number, partition: number, first: number];
    value: DeadRow;
  };
  lastErrors: {
    key: readonly [groupId: number, topicId: number, partition: number, offset: number];
    value: string;
  };
  sweeps: { key: readonly [kind: 'topic' | 'group', id: number]; value: number };
}

export type TableName = keyof Rows;
export type KeyOf<T extends TableName> = Rows[T]['key'];
export type ValueOf<T extends TableName> = Rows[T]['value'];

/** A put, or a delete where `value` is undefined. */
export type Write = {
  [T in TableName]: {
    readonly table: T;
    readonly key: KeyOf<T>;
    readonly value: ValueOf<T> | undefined;
  };
}[TableName];

export function put<T extends TableName>(table: T, key: KeyOf<T>, value: ValueOf<T>): Write {
  return { table, key, value } as Write;
}

export function remove<T extends TableName>(table: T, key: KeyOf<T>): Write {
  return { table, key, value: undefined } as Write;
}
