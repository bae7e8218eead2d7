// The one place that knows the layout: tables, their first byte, the parts of their keys, and how keys become bytes.
// Keys are ordered bytes: byte order equals the order of the parts. It must not know what a row means.

export type KeyPart = 'u16' | 'u32' | 'u53' | 'string';

export interface TableSpec {
  readonly id: number;
  readonly key: readonly KeyPart[];
  /** `bytes`: the value is raw bytes as given. `row`: MessagePack. */
  readonly value: 'bytes' | 'row';
  readonly about: string;
}

/** Every table. Ids are never reused. */
export const TABLES = {
  meta: { id: 1, key: ['string'], value: 'row', about: 'format version, clock, next ids' },
  topics: {
    id: 2,
    key: ['u32'],
    value: 'row',
    about: 'topic id -> name, partitions, configuration',
  },
  batches: {
    id: 3,
    key: ['u32', 'u16', 'u53'],
    value: 'bytes',
    about: 'topic, partition, base offset -> record batch',
  },
  segments: {
    id: 4,
    key: ['u32', 'u16', 'u53'],
    value: 'row',
    about: 'topic, partition, base offset -> segment',
  },
  groups: { id: 5, key: ['u32'], value: 'row', about: 'group id -> consumer or share group' },
  members: {
    id: 6,
    key: ['u32', 'string'],
    value: 'row',
    about: 'group, member id -> member of a consumer group',
  },
  offsets: {
    id: 7,
    key: ['u32', 'u32', 'u16'],
    value: 'row',
    about: 'group, topic, partition -> committed offset',
  },
  attachments: {
    id: 8,
    key: ['u32', 'u32'],
    value: 'row',
    about: 'share group, topic -> start, dead-letter topic',
  },
  sharePartitions: {
    id: 9,
    key: ['u32', 'u32', 'u16'],
    value: 'row',
    about: 'group, topic, partition -> cursor',
  },
  runs: {
    id: 10,
    key: ['u32', 'u32', 'u16', 'u53'],
    value: 'row',
    about: 'group, topic, partition, first -> run',
  },
  dead: {
    id: 11,
    key: ['u32', 'u32', 'u16', 'u53'],
    value: 'row',
    about: 'group, topic, partition, offset -> death',
  },
  lastErrors: {
    id: 12,
    key: ['u32', 'u32', 'u16', 'u53'],
    value: 'row',
    about: 'the last failure of a message',
  },
  sweeps: {
    id: 13,
    key: ['string', 'u32'],
    value: 'row',
    about: 'deleted topics and groups whose rows are to go',
  },
  waiting: {
    id: 14,
    key: ['u32', 'u32', 'u16', 'u53'],
    value: 'row',
    about: 'group, topic, partition, first -> scheduled or parked run',
  },
  waitTimes: {
    id: 15,
    key: ['u53', 'u32', 'u32', 'u16', 'u53'],
    value: 'row',
    about: 'time, group, topic, partition, first: scheduled runs by time',
  },
  waitLanes: {
    id: 16,
    key: ['u32', 'u32', 'u16', 'u53', 'u53'],
    value: 'row',
    about: 'group, topic, partition, lane, first: runs that wait by lane',
  },
  laneParked: {
    id: 17,
    key: ['u32', 'u32', 'u16', 'u53'],
    value: 'row',
    about: 'group, topic, partition, lane -> messages of it that wait',
  },
  purges: {
    id: 18,
    key: ['u32', 'u32', 'u16'],
    value: 'row',
    about: 'group, topic, partition -> purge',
  },
  results: {
    id: 19,
    key: ['u32', 'u32', 'u16', 'u53'],
    value: 'row',
    about: 'group, topic, partition, offset -> result',
  },
  dedups: {
    id: 20,
    key: ['u32', 'u53', 'u53', 'u53', 'u32'],
    value: 'row',
    about: 'topic, scope, hash -> where the first record is',
  },
  effects: { id: 21, key: ['u32', 'string'], value: 'row', about: 'group, key -> effect' },
  transactions: { id: 22, key: ['string'], value: 'row', about: 'transaction id -> outcome' },
  attempts: {
    id: 23,
    key: ['u32', 'string'],
    value: 'row',
    about: 'group, attempt id -> what was leased',
  },
  expiries: {
    id: 24,
    key: ['u53', 'string', 'string'],
    value: 'row',
    about: 'time, table, key of a row: rows that go at a time',
  },
  tasks: { id: 25, key: ['u32'], value: 'row', about: 'task id -> task' },
  schedules: { id: 26, key: ['u32'], value: 'row', about: 'schedule id -> recurring message' },
  producers: { id: 27, key: ['u53'], value: 'row', about: 'producer id -> producer' },
  producerNames: { id: 28, key: ['string'], value: 'row', about: 'name -> producer id' },
  sequences: {
    id: 29,
    key: ['u32', 'u16', 'u53'],
    value: 'row',
    about: 'topic, partition, producer -> its last batches',
  },
  compactions: {
    id: 30,
    key: ['u32', 'u16'],
    value: 'row',
    about: 'topic, partition -> how far it is compacted',
  },
  users: { id: 31, key: ['string'], value: 'row', about: 'name -> user' },
  tokens: { id: 32, key: ['string'], value: 'row', about: 'token id -> token, as a hash' },
  accessKeys: {
    id: 33,
    key: ['string'],
    value: 'row',
    about: 'access key id -> access key, its secret encrypted',
  },
  acls: { id: 34, key: ['u32'], value: 'row', about: 'rule id -> access rule' },
  quarantines: {
    id: 35,
    key: ['u32', 'u16', 'u53'],
    value: 'row',
    about: 'topic, partition, base offset -> a damaged batch that was set aside',
  },
} as const satisfies Record<string, TableSpec>;

/** First byte of the keys of pieces, which are no table: `pieces.ts`. */
export const PIECES_ID = 36;

export type TableName = keyof typeof TABLES;
export type Key = readonly (number | string)[];
