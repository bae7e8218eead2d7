// One slice of compaction: batches that lose records are written anew under their offsets or go, their segments follow,
// and with the last slice the partition knows how far it is compacted. Each slice holds by itself: a newer record of the
// key of every record that goes is on the disk, so that it may be the last before a crash.

import { batchHeader, MillraceError, thinBatch } from '@millrace/protocol';
import { assert } from '../assert.ts';
import { attempt } from '../attempt.ts';
import { accept, type Context, type Decision, type View } from '../decision.ts';
import { missingPartition } from '../log/missing-partition.ts';
import type { CompactionRow } from '../log-rows.ts';
import { put, remove, type Write } from '../rows.ts';
import type { ShardState } from '../shard-state.ts';
import { compactionRow, type DueCompaction } from './compaction-due.ts';
import type { BatchEdit, CompactionFound } from './compaction-pass.ts';
import { SegmentDraft } from './segment-draft.ts';

export interface CompactCommand {
  readonly due: DueCompaction;
  /** Of the pass, in the same turn. */
  readonly found: CompactionFound;
}

export interface CompactReply {
  readonly recordsRemoved: number;
  /** By how much the stored bytes became less; a few gaps may cost more than they save. */
  readonly bytesRemoved: number;
}

export function decideCompact(
  state: ShardState,
  view: View,
  { due, found }: CompactCommand,
  ctx: Context,
): Decision<CompactReply> {
  const { topicId, partition } = due;
  const refusal = missingPartition(state.catalog, topicId, partition);
  if (refusal !== undefined) return refusal;
  const config = state.catalog.topics.get(topicId)?.config;
  assert(config !== undefined);
  const log = state.logs.at(topicId, partition);
  assert(found.end <= log.durableEnd, 'only what is durable is compacted');
  const segments = new SegmentDraft(log, config);
  const writes: Write[] = [];
  let recordsRemoved = 0;
  let bytesRemoved = 0;
  for (const edit of found.edits) {
    const done = rewritten(view, due, edit);
    if (done instanceof MillraceError) return { error: done };
    for (const write of done.writes) writes.push(write);
    segments.addBytes(edit.baseOffset, -done.bytesRemoved);
    recordsRemoved += done.recordsRemoved;
    bytesRemoved += done.bytesRemoved;
  }
  segments.join(found.from, Math.min(found.position, found.end));
  for (const write of segments.writes(topicId, partition)) writes.push(write);
  if (found.isDone) {
    const row = rowAfter(compactionRow(view, due), due, found, ctx);
    writes.push(put('compactions', [topicId, partition], row));
  }
  return accept({ recordsRemoved, bytesRemoved }, writes);
}

interface Rewritten extends CompactReply {
  readonly writes: readonly Write[];
}

/** Or why it cannot be written anew: then the pass must not go on as if it had been. */
function rewritten(
  view: View,
  { topicId, partition }: DueCompaction,
  { baseOffset, checksum, bytes, kept, count }: BatchEdit,
): Rewritten | MillraceError {
  const key = [topicId, partition, baseOffset] as const;
  if (kept.length === 0) {
    return { writes: [remove('batches', key)], recordsRemoved: count, bytesRemoved: bytes };
  }
  const batch = view.get('batches', key);
  assert(batch !== undefined, 'a batch that was looked at is there');
  assert(batchHeader(batch).checksum === checksum, 'and is the one that was looked at');
  const pieces = attempt(() => thinBatch(batch, kept));
  if (pieces instanceof MillraceError) return pieces;
  let bytesRemoved = batch.length;
  const writes = pieces.map((piece) => {
    bytesRemoved -= piece.length;
    return put('batches', [topicId, partition, batchHeader(piece).baseOffset], piece);
  });
  return { writes, recordsRemoved: count - kept.length, bytesRemoved };
}

/**
 * Time runs for the records without a value that this pass has kept, unless it runs already for some of an earlier one:
 * those go first, so that each goes after one to two times its time. [G-44]
 */
function rowAfter(
  [compactedTo, , tombstonesTo, tombstonesMs]: CompactionRow,
  { dropBefore }: DueCompaction,
  { end, tombstones }: CompactionFound,
  { nowMs }: Context,
): CompactionRow {
  const done = [Math.max(compactedTo, end), nowMs] as const;
  if (dropBefore === 0 && tombstones.timed > 0) return [...done, tombstonesTo, tombstonesMs];
  return tombstones.all > 0 ? [...done, end, nowMs] : [...done, 0, 0];
}
