// The order in which the writes of one commit go to LMDB. It has no bearing on what is stored, only on where.

import type { EncodedWrite } from './encoded-writes.ts';

/** What LMDB puts into one page at most; a longer value takes several neighbouring ones. */
const ONE_PAGE_BYTES = 4_096 - 24;

/**
 * Of writes to one key the last, and first those that need single pages, so that these fill the gaps that the commits before left. Once
 * LMDB has begun a long free place it takes single pages from there too, and the gaps stay (docs/adr/0252-*.md).
 */
export function inWriteOrder(writes: readonly EncodedWrite[]): readonly EncodedWrite[] {
  const last = [...new Map(writes.map((write) => [write.key, write])).values()];
  const isLong = ({ value }: EncodedWrite): boolean => (value?.length ?? 0) > ONE_PAGE_BYTES;
  return [...last.filter((write) => !isLong(write)), ...last.filter(isLong)];
}
