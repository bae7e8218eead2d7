// DeleteRecords, one partition: the log's start moves to the offset at once, and the batch that spans it is cut. What lies
// below can no longer be read; the retention job deletes it slice by slice.

import {
  batchHeader,
  MillraceError,
  recordIndexFrom,
  thinBatch,
  validateBatch,
} from '@millrace/protocol';
import { attempt } from '../attempt.ts';
import { accept, type Context, type Decision, refuse, type View } from '../decision.ts';
import { put, remove, type Write } from '../rows.ts';
import type { ShardState } from '../shard-state.ts';
import { type LogPartition, type Segment, segmentRow } from './log-partition.ts';
import { missingPartition } from './missing-partition.ts';
import { placeholder } from './placeholder.ts';

export interface DeleteRecordsCommand {
  readonly topicId: number;
  readonly partition: number;
  /** -1: the durable end. */
  readonly beforeOffset: number;
}

export interface DeleteRecordsReply {
  readonly startOffset: number;
  /** So many segments are in the way that the start has only come nearer: decide again. */
  readonly more: boolean;
  /** Bytes of the batch that was cut, or will be; 0: none. */
  readonly cutBytes: number;
}

/** Segments that go in one decision. */
const SEGMENTS_MAX = 500;

/**
 * Refused with UNKNOWN_TOPIC, UNKNOWN_PARTITION, OFFSET_OUT_OF_RANGE beyond the durable end, and CORRUPT_BATCH where the
 * batch that spans the offset cannot be read. Below the start there is nothing to do. [G-35]
 */
export function decideDeleteRecords(
  state: ShardState,
  view: View,
  { topicId, partition, beforeOffset }: DeleteRecordsCommand,
  _ctx: Context,
): Decision<DeleteRecordsReply> {
  const refusal = missingPartition(state.catalog, topicId, partition);
  if (refusal !== undefined) return refusal;
  const log = state.logs.at(topicId, partition);
  const { startOffset, durableEnd } = log;
  const start = beforeOffset === -1 ? durableEnd : beforeOffset;
  if (start > durableEnd) {
    const message = `The partition holds offsets from ${startOffset} to before ${durableEnd}: nothing can be deleted before ${start}.`;
    const limit = `at most ${durableEnd}`;
    return refuse('OFFSET_OUT_OF_RANGE', message, { field: 'beforeOffset', limit });
  }
  if (start <= startOffset) return accept({ startOffset, more: false, cutBytes: 0 });
  const place = [topicId, partition] as const;
  // Before anything goes it is known that all can.
  const cut = cutBatch(view, place, start);
  if (cut instanceof MillraceError) return { error: cut };
  const cutBytes = cut.bytes;
  const next = log.segments[SEGMENTS_MAX]?.baseOffset ?? start;
  if (next < start) {
    return accept({ startOffset: next, more: true, cutBytes }, segmentsBelow(log, place, next));
  }
  const writes = [...cut.writes, ...movedStart(log, place, start, cut.added)];
  return accept({ startOffset: start, more: false, cutBytes }, writes);
}

type Place = readonly [topicId: number, partition: number];

interface Cut {
  readonly writes: readonly Write[];
  /** By how much the stored bytes grow: most often less than 0. */
  readonly added: number;
  /** Of the batch as it was. */
  readonly bytes: number;
}

const NO_CUT: Cut = { writes: [], added: 0, bytes: 0 };

/** The batch that begins before the offset and has something from it on, without what lies before. [G-36] */
function cutBatch(view: View, place: Place, start: number): Cut | MillraceError {
  const query = { prefix: place, from: [...place, start - 1], reverse: true, limit: 1 };
  for (const [key, batch] of view.range('batches', query)) {
    const { lastOffsetDelta } = batchHeader(batch);
    if (key[2] + lastOffsetDelta < start) return NO_CUT;
    const rest = attempt(() => restOf(batch, start));
    if (rest instanceof MillraceError) return rest;
    const writes: Write[] = [remove('batches', key)];
    let added = -batch.length;
    for (const piece of rest) {
      writes.push(put('batches', [...place, batchHeader(piece).baseOffset], piece));
      added += piece.length;
    }
    return { writes, added, bytes: batch.length };
  }
  return NO_CUT;
}

/** What is cut gets a checksum of its own and must not make broken bytes look whole. */
function restOf(batch: Uint8Array, start: number): readonly Uint8Array[] {
  const { count } = validateBatch(batch);
  const first = recordIndexFrom(batch, start);
  if (first >= count) return [];
  const kept = Array.from({ length: count - first }, (_, i) => first + i);
  return thinBatch(batch, kept, start);
}

/** Segments that end before go; the one that holds the offset begins there. */
function movedStart(log: LogPartition, place: Place, start: number, added: number): Write[] {
  const isGone = ({ nextOffset }: Segment) => nextOffset <= start;
  const first = log.segments.find((segment) => !isGone(segment));
  const writes: Write[] = [];
  if (first === undefined) writes.push(placeholder(log, ...place));
  else if (first.baseOffset < start || added !== 0) {
    const { bytes, flaggedEnd, countedFrom } = first;
    const moved = {
      ...first,
      baseOffset: start,
      bytes: bytes + added,
      visibleMs: flaggedEnd > start ? first.visibleMs : 0,
      flaggedEnd: flaggedEnd > start ? flaggedEnd : 0,
      countedFrom,
    };
    writes.push(put('segments', [...place, start], segmentRow(moved)));
  }
  return [...writes, ...segmentsBelow(log, place, start)];
}

/** Deletes of the rows of those that begin before the offset. */
function segmentsBelow(log: LogPartition, place: Place, offset: number): Write[] {
  const writes: Write[] = [];
  for (const { baseOffset } of log.segments) {
    if (baseOffset >= offset) break;
    writes.push(remove('segments', [...place, baseOffset]));
  }
  return writes;
}
