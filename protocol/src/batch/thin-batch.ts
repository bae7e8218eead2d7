// Leaves records out of a stored batch, so that those that stay keep their offsets, timestamps and all that is said of
// them. Where the others were there are honest gaps. The batch must have passed validation.

import { MillraceError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import { batchHeader, recordOffsetDelta } from './header.ts';
import { type OpenBatch, openBatch, repack, type Span } from './repack.ts';

/**
 * The records at these indexes, at least one, in order. The result takes the offsets from `baseOffset`, which is at most
 * that of the first record, to the batch's own end. It is one batch, or several one after another where what is left
 * would be too large for one: its index has a gap for each record, and a body may compress worse here than at its
 * producer's. Throws CORRUPT_BATCH where the body cannot be decompressed.
 */
export function thinBatch(
  bytes: Uint8Array,
  kept: readonly number[],
  baseOffset: number = batchHeader(bytes).baseOffset,
): readonly Uint8Array[] {
  const source = openBatch(bytes);
  const { header } = source;
  const span = { from: baseOffset - header.baseOffset, end: header.lastOffsetDelta + 1 };
  return packed(source, kept, span);
}

function packed(source: OpenBatch, kept: readonly number[], span: Span): readonly Uint8Array[] {
  const batch = repack(source, kept, span);
  if (batch.length <= LIMITS.batchBytesMax) return [batch];
  if (kept.length === 1) {
    const message = `A record alone makes a batch of ${batch.length} bytes.`;
    throw new MillraceError('CORRUPT_BATCH', message, { limit: `${LIMITS.batchBytesMax} bytes` });
  }
  const half = kept.length >>> 1;
  const middle = recordOffsetDelta(source.bytes, kept[half] as number);
  return [
    ...packed(source, kept.slice(0, half), { from: span.from, end: middle }),
    ...packed(source, kept.slice(half), { from: middle, end: span.end }),
  ];
}
