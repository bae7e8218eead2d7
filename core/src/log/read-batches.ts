// Reading a partition from an offset on, for Fetch and for leases: durable batches, as they are stored.
// It reads the store and changes nothing.

import { batchBytesOf, batchHeader } from '@millrace/protocol';
import { type Refused, refuse, type View } from '../decision.ts';
import type { ShardState } from '../shard-state.ts';
import type { LogPartition } from './log-partition.ts';
import { missingPartition } from './missing-partition.ts';

export interface ReadCommand {
  readonly topicId: number;
  readonly partition: number;
  /** From this offset on; the batch that holds it may begin before. */
  readonly offset: number;
  /** Batches are added while they fit. */
  readonly bytesMax: number;
  /** The first batch may be as large as this, where it is more: a share that no batch fits into would give nothing. */
  readonly firstBytesMax?: number | undefined;
  /** At most this many. */
  readonly batchesMax: number;
  /** False: the first batch has to fit too. Absent or true: it comes whatever its size. */
  readonly firstWhole?: boolean | undefined;
  /** Nothing from this offset on. Absent: up to the durable end. */
  readonly untilOffset?: number | undefined;
}

export interface ReadReply {
  readonly error?: undefined;
  readonly startOffset: number;
  readonly durableEnd: number;
  readonly batches: readonly Uint8Array[];
  readonly bytes: number;
  /** There may be batches behind these. False at the durable end, and before a gap that reaches to it. */
  readonly more: boolean;
}

/** Refused with UNKNOWN_TOPIC, UNKNOWN_PARTITION or OFFSET_OUT_OF_RANGE. The durable end itself is in range. */
export function readBatches(
  state: ShardState,
  view: View,
  command: ReadCommand,
): ReadReply | Refused {
  const { topicId, partition, offset } = command;
  const refusal = missingPartition(state.catalog, topicId, partition);
  if (refusal !== undefined) return refusal;
  const log = state.logs.at(topicId, partition);
  const { startOffset, durableEnd } = log;
  if (offset < startOffset || offset > durableEnd) return outOfRange(log, offset);
  const batches: Uint8Array[] = [];
  let bytes = 0;
  const firstMax = firstMaxOf(command);
  const ends = { startOffset, durableEnd };
  if (command.batchesMax === 0) return { ...ends, batches, bytes, more: offset < durableEnd };
  const stopsAt = (batch: Uint8Array) =>
    bytes + batchBytesOf(batch) > (bytes === 0 ? firstMax : command.bytesMax);
  for (const batch of batchesFrom(view, command, { durableEnd, stopsAt })) {
    if (stopsAt(batch)) return { ...ends, batches, bytes, more: true };
    batches.push(batch);
    bytes += batch.length;
    if (batches.length === command.batchesMax) return { ...ends, batches, bytes, more: true };
  }
  return { ...ends, batches, bytes, more: false };
}

function firstMaxOf({ firstWhole, firstBytesMax, bytesMax }: ReadCommand): number {
  if (firstWhole !== false) return Number.POSITIVE_INFINITY;
  return Math.max(bytesMax, firstBytesMax ?? 0);
}

interface Reach {
  readonly durableEnd: number;
  /** Whoever reads takes neither this one nor those behind it. */
  readonly stopsAt: (batch: Uint8Array) => boolean;
}

/** The batch that takes the offset, if one does, then all that begin before the end. Compaction leaves holes. [G-38] */
function* batchesFrom(
  view: View,
  { topicId, partition, offset, untilOffset }: ReadCommand,
  { durableEnd, stopsAt }: Reach,
): Iterable<Uint8Array> {
  const end = Math.min(untilOffset ?? durableEnd, durableEnd);
  if (offset >= end) return;
  const prefix = [topicId, partition];
  const at = [topicId, partition, offset];
  const before = { prefix, from: at, reverse: true, limit: 1, stopsAt };
  for (const [key, found] of view.range('batches', before)) {
    const [, , base] = key;
    if (base === offset) {
      yield found;
      continue;
    }
    // How far it reaches its header says, which nobody has checked where it is stopped at: then all of it is read.
    const batch = stopsAt(found) ? view.get('batches', key) : found;
    if (batch !== undefined && offset <= base + batchHeader(batch).lastOffsetDelta) yield batch;
  }
  const from = [topicId, partition, offset + 1];
  if (offset + 1 >= end) return;
  const behind = { prefix, from, to: [...prefix, end], stopsAt };
  for (const [, batch] of view.range('batches', behind)) yield batch;
}

function outOfRange(log: LogPartition, offset: number): Refused {
  const { startOffset, durableEnd } = log;
  const limit = `${startOffset} to ${durableEnd}`;
  const message = `The partition holds offsets from ${startOffset} to before ${durableEnd}, not ${offset}.`;
  return refuse('OFFSET_OUT_OF_RANGE', message, { field: 'offset', limit });
}
