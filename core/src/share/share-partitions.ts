// What share groups know of their partitions. It changes only through `applyShareWrite`.

import type { Write } from '../rows.ts';

export type ShareWrite = Extract<
  Write,
  { readonly table: 'sharePartitions' | 'runs' | 'dead' | 'lastErrors' }
>;

/** The tables that loading applies, in this order; one left out here is read from the store where needed. */
export const SHARE_TABLES_LOADED = ['sharePartitions', 'runs', 'dead', 'lastErrors'] as const;

export class SharePartitions {
  /** The topic was deleted: forget it in all groups. Its rows are swept later and not applied here. */
  dropTopic(_topicId: number): void {}
  /** The share group was deleted. Also called for consumer groups: then there is nothing to forget. */
  dropGroup(_groupId: number): void {}
  assertInvariants(): void {}
}

export function applyShareWrite(_shares: SharePartitions, _write: ShareWrite): void {}
