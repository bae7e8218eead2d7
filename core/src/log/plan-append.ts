// The writes that append validated batches to a partition, for whoever appends: Produce, or a move to a dead-letter
// topic. It stamps the batches in place and changes nothing else. It runs once a batch: keep it light.

import {
  type BatchHeader,
  batchHeader,
  FLAG_DELAY,
  FLAG_DELIVERIES,
  FLAG_GROUP,
  FLAG_TTL,
  recordDelayMs,
  stampBatch,
} from '@millrace/protocol';
import { assert } from '../assert.ts';
import type { Context } from '../decision.ts';
import { put, type TopicConfig, type Write } from '../rows.ts';
import type { ShardState } from '../shard-state.ts';
import { type LogPartition, type Segment, segmentRow } from './log-partition.ts';

/** Share groups look at the single records of batches with these flags. */
const FLAGS_SIFTED = FLAG_DELAY | FLAG_TTL | FLAG_DELIVERIES | FLAG_GROUP;

export interface PlannedAppend {
  readonly writes: Write[];
  /** Offset of the first record of the first batch. */
  readonly baseOffset: number;
  /** The shard's time, or that of the batch before where the clock is behind it. */
  readonly appendTimeMs: number;
}

/** Appends one batch. Use it at most once a partition in a decision: a second call would give the same offsets. */
export function planAppend(
  state: ShardState,
  topicId: number,
  partition: number,
  batch: Uint8Array,
  ctx: Context,
  header: BatchHeader = batchHeader(batch),
): PlannedAppend {
  const config = configOf(state, topicId, partition);
  const log = state.logs.at(topicId, partition);
  const baseOffset = log.nextOffset;
  const appendTimeMs = Math.max(ctx.nowMs, log.lastAppendMs);
  const segment = segmentFor(log, config, batch.length, appendTimeMs);
  const nextOffset = baseOffset + header.lastOffsetDelta + 1;
  assert(nextOffset > baseOffset && Number.isSafeInteger(nextOffset));
  stampBatch(batch, baseOffset, appendTimeMs);
  const bytes = segment.bytes + batch.length;
  const isFlagged = (header.flags & FLAGS_SIFTED) !== 0;
  const row = segmentRow({
    ...segment,
    nextOffset,
    bytes,
    lastAppendMs: appendTimeMs,
    visibleMs: isFlagged
      ? Math.max(segment.visibleMs, visibleMs(batch, header, appendTimeMs))
      : segment.visibleMs,
    flaggedEnd: isFlagged ? nextOffset : segment.flaggedEnd,
  });
  const writes = [
    put('batches', [topicId, partition, baseOffset], batch),
    put('segments', [topicId, partition, segment.baseOffset], row),
  ];
  return { writes, baseOffset, appendTimeMs };
}

function configOf(state: ShardState, topicId: number, partition: number): TopicConfig {
  const topic = state.catalog.topics.get(topicId);
  assert(topic !== undefined && partition < topic.partitions, 'the partition exists');
  return topic.config;
}

/** When its last delayed record becomes visible; 0 where none is delayed. */
function visibleMs(batch: Uint8Array, { flags, count }: BatchHeader, appendTimeMs: number): number {
  let delayMs = 0;
  if ((flags & FLAG_DELAY) === 0) return 0;
  for (let i = 0; i < count; i += 1) delayMs = Math.max(delayMs, recordDelayMs(batch, i));
  return delayMs === 0 ? 0 : appendTimeMs + delayMs;
}

type Target = Omit<Segment, 'nextOffset' | 'lastAppendMs'>;

/** The last segment, unless it has no room for the batch or is too old: then a new one. [G-8] */
function segmentFor(
  log: LogPartition,
  config: TopicConfig,
  batchBytes: number,
  appendTimeMs: number,
): Target {
  const last = log.segments[log.segments.length - 1];
  if (last !== undefined && last.bytes > 0) {
    const hasRoom = last.bytes + batchBytes <= config.segmentBytes;
    if (hasRoom && appendTimeMs - last.firstAppendMs < config.segmentMs) return last;
  }
  const { nextOffset: baseOffset } = log;
  const fresh = { bytes: 0, firstAppendMs: appendTimeMs, visibleMs: 0, flaggedEnd: 0 };
  return { baseOffset, ...fresh, countedFrom: baseOffset };
}
