// Produce, one batch: what the topic did not take before gets the next offsets and the time, or there is an error. The
// batch was validated before.

import {
  type BatchHeader,
  batchHeader,
  FLAG_GROUP,
  keepRecords,
  MillraceError,
  recordBytes,
} from '@millrace/protocol';
import { assert } from '../assert.ts';
import { attempt } from '../attempt.ts';
import { isCompacted } from '../catalog/compacted.ts';
import { keyless } from '../compaction/key-scan.ts';
import {
  type Accepted,
  accept,
  type Context,
  type Decision,
  type Refused,
  refuse,
  type View,
} from '../decision.ts';
import {
  type DedupBatch,
  type Duplicate,
  type FoundDuplicates,
  findDuplicates,
  isDeduped,
  type MetIds,
} from '../dedup/find-duplicates.ts';
import {
  findInSequence,
  type NextInSequence,
  type Repeated,
  rememberBatch,
} from '../producers/sequence.ts';
import type { TopicConfig } from '../rows.ts';
import type { ShardState } from '../shard-state.ts';
import { partitionKey } from './logs.ts';
import { missingPartition } from './missing-partition.ts';
import { planAppend } from './plan-append.ts';

/** `batch` is stamped in place with its base offset and append time when all of it is accepted. */
export interface AppendCommand extends DedupBatch {
  /** Who sends it; absent: nobody was asked who they are. */
  readonly user?: string | undefined;
  /** Ids of batches that are decided about before this one and not applied yet; its own are added. */
  readonly met?: MetIds | undefined;
  /** Append only if the partition ends here. */
  readonly expectedOffset?: number | null | undefined;
  /** Offsets that batches before this one take and that are not applied yet; its own are added. */
  readonly ahead?: OffsetsAhead | undefined;
}

/** By `partitionKey`. */
export type OffsetsAhead = Map<number, number>;

export interface AppendReply {
  /** Of the first record that was appended, as `appendTimeMs`; both -1 where none was: all are duplicates. */
  readonly baseOffset: number;
  readonly appendTimeMs: number;
  /** In the order of their indexes; null where there is none. */
  readonly duplicates: readonly Duplicate[] | null;
  /** What was appended. */
  readonly records: number;
  readonly bytes: number;
  /** The producer sent the batch before: this is what became of it then, and now nothing was appended. */
  readonly repeated: boolean;
}

export function decideAppend(
  state: ShardState,
  view: View,
  command: AppendCommand,
  ctx: Context,
): Decision<AppendReply> {
  const { topicId, partition, header } = command;
  const missing = missingPartition(state.catalog, topicId, partition);
  if (missing !== undefined) return missing;
  if (header.producerId < 0) return appendFresh(state, view, command, ctx);
  const place = findInSequence(view, command, ctx.nowMs);
  if (place.error !== undefined) return place;
  if (place.first !== undefined) return accept(toldAgain(place));
  return appendNext(state, view, command, place, ctx);
}

/** The first answer, whatever has become of the records since. [G-54] */
function toldAgain({ first }: Repeated): AppendReply {
  const [, , baseOffset, appendTimeMs, told] = first;
  const duplicates =
    told?.map(([index, partition, offset]) => ({ index, partition, offset })) ?? null;
  return { baseOffset, appendTimeMs, duplicates, records: 0, bytes: 0, repeated: true };
}

/** A batch that is refused leaves the sequence where it is. [G-53] */
function appendNext(
  state: ShardState,
  view: View,
  command: AppendCommand,
  place: NextInSequence,
  ctx: Context,
): Decision<AppendReply> {
  const appended = appendFresh(state, view, command, ctx);
  if (appended.error !== undefined) return appended;
  const remembered = rememberBatch(command, place, appended.reply, ctx.nowMs);
  return { ...appended, writes: [...appended.writes, ...remembered] };
}

/** A batch that the producer did not send before. */
function appendFresh(
  state: ShardState,
  view: View,
  command: AppendCommand,
  ctx: Context,
): Decision<AppendReply> {
  const refusal = refusalOfAppend(state, command);
  if (refusal !== undefined) return refusal;
  const { topicId, partition, batch, header } = command;
  const topic = state.catalog.topics.get(topicId);
  assert(topic !== undefined, 'the topic exists');
  const { config, dedupEpoch: epoch = 0 } = topic;
  if (!isDeduped(config, header)) return append(state, command, batch, header, ctx);
  const { nextOffset: baseOffset } = state.logs.at(topicId, partition);
  const search = { config, epoch, nowMs: ctx.nowMs, baseOffset, met: command.met };
  const found = findDuplicates(view, command, search);
  if (found.error !== undefined) return found;
  return appendOthers(state, command, found, ctx);
}

/** Why the batch cannot be appended, as far as it can be told without looking for duplicates. */
function refusalOfAppend(state: ShardState, command: AppendCommand): Refused | undefined {
  const { topicId, batch, header } = command;
  const { catalog } = state;
  return (
    gapped(header) ??
    forOneGroup(header) ??
    oversized(catalog.topics.get(topicId)?.config.messageBytesMax ?? 0, batch, header) ??
    withoutKey(catalog.topics.get(topicId)?.config, batch, header) ??
    elsewhere(state, command)
  );
}

function append(
  state: ShardState,
  { topicId, partition, ahead }: AppendCommand,
  batch: Uint8Array,
  header: BatchHeader,
  ctx: Context,
): Accepted<AppendReply> {
  const planned = planAppend(state, topicId, partition, batch, ctx, header);
  const { baseOffset, appendTimeMs, writes } = planned;
  const { count: records } = header;
  const bytes = batch.length;
  const reply = { baseOffset, appendTimeMs, duplicates: null, records, bytes, repeated: false };
  if (ahead !== undefined) {
    const key = partitionKey(topicId, partition);
    ahead.set(key, (ahead.get(key) ?? 0) + records);
  }
  return accept(reply, writes, [{ kind: 'appended', topicId, partition }]);
}

/** [L-81] [L-85] */
function appendOthers(
  state: ShardState,
  command: AppendCommand,
  { duplicates, kept, writes }: FoundDuplicates,
  ctx: Context,
): Decision<AppendReply> {
  const { batch, header } = command;
  if (kept.length === 0) {
    const reply = { baseOffset: -1, appendTimeMs: -1, duplicates, records: 0, bytes: 0 };
    return accept({ ...reply, repeated: false });
  }
  const isWhole = duplicates.length === 0;
  const rest = isWhole ? batch : attempt(() => keepRecords(batch, kept));
  if (rest instanceof MillraceError) return { error: rest };
  const appended = append(state, command, rest, isWhole ? header : batchHeader(rest), ctx);
  const reply = { ...appended.reply, duplicates: isWhole ? null : duplicates };
  return { ...appended, reply, writes: [...appended.writes, ...writes] };
}

/** Staged batches count: who expects an end that they moved is told at once, when they are durable. [G-60] */
function elsewhere(
  { logs }: ShardState,
  { topicId, partition, expectedOffset, ahead }: AppendCommand,
): Refused | undefined {
  if (expectedOffset === undefined || expectedOffset === null) return undefined;
  const { nextOffset } = logs.at(topicId, partition);
  const endOffset = nextOffset + (ahead?.get(partitionKey(topicId, partition)) ?? 0);
  if (endOffset === expectedOffset) return undefined;
  const message = `The partition ends at offset ${endOffset}, not at ${expectedOffset}.`;
  return refuse('OFFSET_MISMATCH', message, { field: 'expectedOffset', endOffset });
}

/** Offsets are given here, to records: only compaction leaves some without one. [G-14] */
function gapped({ count, lastOffsetDelta }: BatchHeader): Refused | undefined {
  if (lastOffsetDelta === count - 1) return undefined;
  const message = `Corrupt batch: it takes ${lastOffsetDelta + 1} offsets for ${count} records; a producer leaves no gaps.`;
  return refuse('CORRUPT_BATCH', message, { field: 'batch' });
}

/** Messages that are for one share group alone come from the broker, which knows why. [G-16] */
function forOneGroup({ flags }: BatchHeader): Refused | undefined {
  if ((flags & FLAG_GROUP) === 0) return undefined;
  const message = 'Corrupt batch: it names share groups; a producer cannot choose among them.';
  return refuse('CORRUPT_BATCH', message, { field: 'batch' });
}

/** No record can be larger than the body it lies in: most batches are let through without a look at their index. */
function oversized(max: number, batch: Uint8Array, header: BatchHeader): Refused | undefined {
  if (header.bodyBytesRaw <= max) return undefined;
  for (let record = 0; record < header.count; record += 1) {
    const bytes = recordBytes(batch, record);
    if (bytes <= max) continue;
    const message = `Record ${record} of the batch has ${bytes} bytes; the topic takes at most ${max}.`;
    return refuse('MESSAGE_TOO_LARGE', message, { field: 'batch', limit: `${max} bytes` });
  }
  return undefined;
}

/** [G-33] */
function withoutKey(
  config: TopicConfig | undefined,
  batch: Uint8Array,
  header: BatchHeader,
): Refused | undefined {
  return config !== undefined && isCompacted(config) ? keyless(batch, header) : undefined;
}
