// Produce, one batch: it gets the next offsets and the time, or an error. The batch was validated before.

import { type BatchHeader, recordBytes } from '@millrace/protocol';
import {
  accept,
  type Context,
  type Decision,
  type Refused,
  refuse,
  type View,
} from '../decision.ts';
import type { ShardState } from '../shard-state.ts';
import { missingPartition } from './missing-partition.ts';
import { planAppend } from './plan-append.ts';

export interface AppendCommand {
  readonly topicId: number;
  readonly partition: number;
  /** Stamped in place with its base offset and append time when accepted. */
  readonly batch: Uint8Array;
  readonly header: BatchHeader;
}

export interface AppendReply {
  readonly baseOffset: number;
  readonly appendTimeMs: number;
}

export function decideAppend(
  state: ShardState,
  _view: View,
  command: AppendCommand,
  ctx: Context,
): Decision<AppendReply> {
  const { topicId, partition, batch, header } = command;
  const refusal =
    missingPartition(state.catalog, topicId, partition) ??
    gapped(header) ??
    oversized(state, topicId, batch, header);
  if (refusal !== undefined) return refusal;
  const planned = planAppend(state, topicId, partition, batch, ctx, header);
  const { baseOffset, appendTimeMs, writes } = planned;
  return accept({ baseOffset, appendTimeMs }, writes, [{ kind: 'appended', topicId, partition }]);
}

/** Offsets are given here, to records: only compaction leaves some without one. [G-14] */
function gapped({ count, lastOffsetDelta }: BatchHeader): Refused | undefined {
  if (lastOffsetDelta === count - 1) return undefined;
  const message = `Corrupt batch: it takes ${lastOffsetDelta + 1} offsets for ${count} records; a producer leaves no gaps.`;
  return refuse('CORRUPT_BATCH', message, { field: 'batch' });
}

/** No record can be larger than the body it lies in: most batches are let through without a look at their index. */
function oversized(
  state: ShardState,
  topicId: number,
  batch: Uint8Array,
  header: BatchHeader,
): Refused | undefined {
  const max = state.catalog.topics.get(topicId)?.config.messageBytesMax ?? 0;
  if (header.bodyBytesRaw <= max) return undefined;
  for (let record = 0; record < header.count; record += 1) {
    const bytes = recordBytes(batch, record);
    if (bytes <= max) continue;
    const message = `Record ${record} of the batch has ${bytes} bytes; the topic takes at most ${max}.`;
    return refuse('MESSAGE_TOO_LARGE', message, { field: 'batch', limit: `${max} bytes` });
  }
  return undefined;
}
