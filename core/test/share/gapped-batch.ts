// Batches whose offsets have gaps, as compaction would leave them, and batches with broken bytes.
import { crc32 } from 'node:zlib';
import {
  accept,
  type Context,
  type Decision,
  planAppend,
  type ShardState,
  type View,
} from '../../src/index.ts';
import { batchOf } from '../support/batches.ts';

const HEADER_BYTES = 76;
const AT = { checksum: 16, format: 20, flags: 22, lastOffsetDelta: 28, indexBytes: 64 };

/** Record `i` is `deltas[i]` after the base offset; the batch takes `offsets` offsets. */
export function gappedBatch(
  values: readonly string[],
  deltas: readonly number[],
  offsets: number,
): Uint8Array {
  const dense = Buffer.from(batchOf(values));
  const lengthsEnd = HEADER_BYTES + 4 * values.length;
  const column = Buffer.alloc(4 * values.length);
  for (const [i, delta] of deltas.entries()) column.writeUInt32BE(delta, 4 * i);
  const parts = [dense.subarray(0, lengthsEnd), column, dense.subarray(lengthsEnd)];
  const batch = Buffer.concat(parts);
  batch.writeUInt16BE(1, AT.flags);
  batch.writeUInt32BE(offsets - 1, AT.lastOffsetDelta);
  batch.writeUInt32BE(8 * values.length, AT.indexBytes);
  batch.writeUInt32BE(crc32(batch.subarray(AT.format)), AT.checksum);
  return new Uint8Array(batch);
}

/** Puts it at the end of the first topic's first partition: producers may not. */
export function placeCompacted(
  state: ShardState,
  _view: View,
  batch: Uint8Array,
  ctx: Context,
): Decision<null> {
  const place = { topicId: 1, partition: 0 };
  const { writes } = planAppend(state, place.topicId, place.partition, batch, ctx);
  return accept(null, writes, [{ kind: 'appended', ...place }]);
}
