// Cuts a range of messages into parts by what the batches say of each record. It reads indexes and decodes nothing.

import { type BatchCursor, indexFrom, offsetOf, type StoredBatch } from './batch-cursor.ts';

/** Consecutive messages of which the same is true. */
export interface Part<T> {
  readonly first: number;
  readonly last: number;
  readonly value: T;
}

/** Parts in offset order that together are the range. `otherwise`: of offsets that have no record any more. */
export function partsBy<T extends boolean | number | string>(
  batches: BatchCursor,
  { first, last }: { readonly first: number; readonly last: number },
  tell: (batch: StoredBatch, index: number) => T,
  otherwise: T,
): Part<T>[] {
  const parts: { first: number; last: number; value: T }[] = [];
  const extend = (end: number, value: T) => {
    const part = parts.at(-1);
    if (part === undefined) parts.push({ first, last: end, value });
    else if (part.value === value) part.last = end;
    else parts.push({ first: part.last + 1, last: end, value });
  };
  let next = first;
  while (next <= last) {
    const batch = batches.at(next);
    if (batch === undefined || batch.baseOffset > last) break;
    const end = indexFrom(batch, last + 1);
    for (let index = indexFrom(batch, next); index < end; index += 1) {
      const at = offsetOf(batch, index);
      if (at > next) extend(at - 1, otherwise);
      extend(at, tell(batch, index));
      next = at + 1;
    }
    const gapEnd = Math.min(batch.endOffset - 1, last);
    if (gapEnd >= next) extend(gapEnd, otherwise);
    next = Math.max(next, batch.endOffset);
  }
  if ((parts.at(-1)?.last ?? first - 1) < last) extend(last, otherwise);
  return parts;
}
