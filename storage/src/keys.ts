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
} as const satisfies Record<string, TableSpec>;

export type TableName = keyof typeof TABLES;
export type Key = readonly (number | string)[];
