// What a topic gets where its creator says nothing. Why these: docs/adr/0021-topic-defaults.md.

import { LIMITS } from '@millrace/protocol';
import type { TopicConfig } from '../rows.ts';

const MIB = 1024 * 1024;
const MINUTE = 60 * 1_000;
const DAY = 24 * 60 * MINUTE;

export const TOPIC_DEFAULTS: Readonly<TopicConfig> = {
  retentionMs: 7 * DAY,
  retentionBytes: -1,
  segmentBytes: 64 * MIB,
  segmentMs: DAY,
  messageBytesMax: LIMITS.messageBytesMax,
  messageTtlMs: -1,
  dedup: 'id',
  dedupWindowMs: 5 * MINUTE,
  dedupScope: 'topic',
  retentionAcked: false,
  deadLettersFrom: 'all',
  deadLetterSources: [],
  cleanupPolicy: 'delete',
  compactionLagMs: 0,
  tombstoneRetentionMs: DAY,
  compactionDirtyRatio: 0.5,
};
