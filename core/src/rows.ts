// Every row the core writes, by table: the key's parts and the value as plain data. Storage turns them into bytes.
// Hot rows are tuples; the others are objects, as
// type aliases: unlike interfaces they are plain data to the type system too. A row is the present state, never an event.

import type { ResponseOf } from '@millrace/protocol';
import type { CompactionRow, ProducerRow, SegmentRow, SequenceRow } from './log-rows.ts';
import type {
  AttemptRow,
  DedupRow,
  EffectRow,
  ExpiringTable,
  PurgeRow,
  ResultRow,
  ScheduleRow,
  TaskRow,
  TransactionRow,
} from './queue-rows.ts';
import type { AccessKeyRow, AclRow, QuarantineRow, TokenRow, UserRow } from './security-rows.ts';

export type ShareConfig = ResponseOf<'DescribeShareGroups'>['groups'][number]['config'];
export type TopicConfig = NonNullable<ResponseOf<'DescribeTopics'>['topics'][number]['config']>;

export type TopicRow = {
  readonly name: string;
  readonly partitions: number;
  readonly createdAtMs: number;
  readonly config: TopicConfig;
  readonly annotations: { readonly [name: string]: string };
  /** How often the topic was told to forget its dedup ids; absent: never. */
  readonly dedupEpoch?: number;
};

export type ConsumerGroupRow = {
  readonly kind: 'consumer';
  readonly name: string;
  readonly createdAtMs: number;
  /** Grows when members, their topics or the partitions of these change, and with it the members' targets. */
  readonly epoch: number;
  /** The topics subscribed to by members, as they were when the epoch began, by name. */
  readonly topics: readonly SubscribedTopic[];
  /** When its last member went, or offsets were last committed from outside; 0 while it has members. */
  readonly idleSinceMs: number;
  /** When the members' targets were computed last; absent: long ago. */
  readonly targetAtMs?: number;
  /** Targets do not follow yet from the members and the topics as they are. */
  readonly isBehind?: boolean;
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

/** Partitions of one topic that a member is to have. */
export type TargetPartitions = readonly [topicId: number, partitions: readonly number[]];

export type MemberRow = {
  /** The group epoch that the member was last told of. */
  readonly epoch: number;
  /** The group epoch in which it joined; what carries an older one is from an earlier life of the member. */
  readonly joinedEpoch: number;
  readonly sessionTimeoutMs: number;
  readonly rebalanceTimeoutMs: number;
  /** Subscribed topics in order of name, each once; they need not exist. */
  readonly topics: readonly string[];
  /** Topics whose whole name it matches are subscribed to as well. */
  readonly topicPattern: string | null;
  /** The assignor it asks for, if any. */
  readonly assignor: 'uniform' | 'range' | null;
  /** Names a static member. */
  readonly instanceId: string | null;
  /** It left to come back: it works on nothing, and nobody else is given what is assigned to it. */
  readonly isAway: boolean;
  /** What it should have in the group's present epoch, which it may not have been told of yet. */
  readonly target: readonly TargetPartitions[];
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

/**
 * Below `floor` nothing is the group's concern; from `cursor` on nothing was ever delivered. `scheduled` and `parked`
 * count the messages in `waiting`, which memory does not hold. `ahead` counts messages from the cursor on that were
 * decided about before they were reached: each has a row in `waiting` or in `dead`.
 */
export type SharePartitionRow = readonly [
  cursor: number,
  floor: number,
  nextToken: number,
  acknowledged: number,
  dead: number,
  removed: number,
  scheduled: number,
  parked: number,
  purged: number,
  skipped: number,
  ahead: number,
];

export const RUN_STATES = ['ready', 'scheduled', 'leased', 'parked', 'blocked'] as const;
export type RunState = (typeof RUN_STATES)[number];

/**
 * `[last, state, deliveries, untilMs, token, memberId, leasedAtMs, firstDeliveredAtMs, firstFailedAtMs, lanes]`; `state`
 * is the position in RUN_STATES. Runs that are ready, leased or blocked are in `runs`, which memory holds too; those
 * that are scheduled or parked are in `waiting`, on the disk alone. `untilMs`: leased: deadline; scheduled: when it
 * becomes ready; otherwise 0. `token`, `memberId` and `leasedAtMs` are those of the newest lease, also after it ended;
 * `token` is 0 where there was none, `leasedAtMs` is 0 there and where it was returned. The next two are 0 where it
 * never happened; only a run that failed may have a row in `lastErrors`, under its first offset. `lanes`: in a group
 * with ordering or fairness the lane of each message (its key or tenant as a number, 0: none), eight bytes each,
 * big-endian; null in other groups.
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
  lanes: Uint8Array | null,
];

/**
 * Messages of a lane that wait: parked ones; scheduled ones, where those hold up the ones behind them (an ordering
 * key). `heldAt`: offset of a scheduled one before which nothing of the lane is parked; -1: not known of any.
 */
export type LaneRow = readonly [parked: number, scheduled: number, heldAt: number];

export const DEATH_REASONS = [
  'exhausted',
  'rejected',
  'expired',
  'cancelled',
  'dead-lettered',
  'corrupt',
  /** No death: finished before the cursor came to it, which then passes over it as over the dead ones. It counts as acknowledged. */
  'resolved',
] as const;
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

type BatchKey = readonly [topicId: number, partition: number, baseOffset: number];
type GroupPartitionKey = readonly [groupId: number, topicId: number, partition: number];
type RunKey = readonly [groupId: number, topicId: number, partition: number, first: number];

export interface Rows {
  meta: { key: readonly [name: string]; value: number | string };
  topics: { key: readonly [topicId: number]; value: TopicRow };
  batches: { key: BatchKey; value: Uint8Array };
  segments: { key: BatchKey; value: SegmentRow };
  groups: { key: readonly [groupId: number]; value: GroupRow };
  members: { key: readonly [groupId: number, memberId: string]; value: MemberRow };
  offsets: { key: GroupPartitionKey; value: OffsetRow };
  attachments: { key: readonly [groupId: number, topicId: number]; value: AttachmentRow };
  sharePartitions: { key: GroupPartitionKey; value: SharePartitionRow };
  runs: { key: RunKey; value: RunRow };
  dead: { key: RunKey; value: DeadRow };
  /** Scheduled and parked runs. Read where needed; memory does not hold them. */
  waiting: { key: RunKey; value: RunRow };
  /** Scheduled runs by the time they become ready. */
  waitTimes: {
    key: readonly [
      untilMs: number,
      groupId: number,
      topicId: number,
      partition: number,
      first: number,
    ];
    value: 0;
  };
  /** Runs that wait by lane, each of one lane: parked ones, and scheduled ones that hold up a key. */
  waitLanes: {
    key: readonly [
      groupId: number,
      topicId: number,
      partition: number,
      lane: number,
      first: number,
    ];
    value: 0;
  };
  /** What memory knows of the messages of a lane that wait; a lane of which none does has no row. */
  laneParked: {
    key: readonly [groupId: number, topicId: number, partition: number, lane: number];
    value: LaneRow;
  };
  purges: { key: GroupPartitionKey; value: PurgeRow };
  results: {
    key: readonly [groupId: number, topicId: number, partition: number, offset: number];
    value: ResultRow;
  };
  /** `scope`: the key as a number where ids are unique among a key, otherwise 0; then the hash in three parts. */
  dedups: {
    key: readonly [topicId: number, scope: number, high: number, middle: number, low: number];
    value: DedupRow;
  };
  effects: { key: readonly [groupId: number, effectKey: string]; value: EffectRow };
  transactions: { key: readonly [transactionId: string]; value: TransactionRow };
  attempts: { key: readonly [groupId: number, attemptId: string]; value: AttemptRow };
  /**
   * `rowKey`: the key of the row as JSON. An entry whose row is gone or lasts longer by now is passed over. The value of an
   * entry of `dedups` may stand for many rows: see `dedup-row.ts`.
   */
  expiries: {
    key: readonly [expiresAtMs: number, table: ExpiringTable, rowKey: string];
    value: 0 | Uint8Array;
  };
  quarantines: { key: BatchKey; value: QuarantineRow };
  tasks: { key: readonly [taskId: number]; value: TaskRow };
  schedules: { key: readonly [scheduleId: number]; value: ScheduleRow };
  producers: { key: readonly [producerId: number]; value: ProducerRow };
  /** Producers that have a name, by it. */
  producerNames: { key: readonly [name: string]; value: number };
  sequences: {
    key: readonly [topicId: number, partition: number, producerId: number];
    value: SequenceRow;
  };
  compactions: { key: readonly [topicId: number, partition: number]; value: CompactionRow };
  lastErrors: {
    key: readonly [groupId: number, topicId: number, partition: number, offset: number];
    value: string;
  };
  users: { key: readonly [name: string]; value: UserRow };
  tokens: { key: readonly [tokenId: string]; value: TokenRow };
  accessKeys: { key: readonly [accessKeyId: string]; value: AccessKeyRow };
  acls: { key: readonly [ruleId: number]; value: AclRow };
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
