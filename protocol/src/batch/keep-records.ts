// Leaves records out of a batch, so that what a topic took before is not appended again. All that is said of the others
// stays as it was: timestamps, every column, codec. Their offsets close up. The batch must have passed validation.

import { MillraceError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import { openBatch, repack } from './repack.ts';

/**
 * The records at these indexes, at least one, in order, with offsets that follow each other from the base offset.
 * Throws CORRUPT_BATCH where the body cannot be decompressed, and BATCH_TOO_LARGE where what is left compresses so
 * much worse here than at its producer's that it passes the limit.
 */
export function keepRecords(bytes: Uint8Array, kept: readonly number[]): Uint8Array {
  const batch = repack(openBatch(bytes), kept, { from: 0, end: kept.length });
  if (batch.length <= LIMITS.batchBytesMax) return batch;
  const message = `The batch without its duplicates is ${batch.length} bytes long.`;
  throw new MillraceError('BATCH_TOO_LARGE', message, { limit: `${LIMITS.batchBytesMax} bytes` });
}
